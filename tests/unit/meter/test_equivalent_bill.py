from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.band import Band
from pennyweight.meter.equivalent import equivalent_bill
from pennyweight.meter.local_cost import Hardware
from pennyweight.meter.prices import models
from pennyweight.meter.projection import project

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINI = "openai/gpt-5-mini"  # $0.25 in, $0.025 cached, $2 out per million
SAME = Band(1.0, 1.0, 1.0)


def test_new_text_costs_the_same_with_and_without_a_cache() -> None:
    bill = equivalent_bill(UsageRecord(input_total=10_000, output_total=1000), MINI, NOW, ratio=SAME)
    assert (bill.low_nano, bill.expected_nano, bill.high_nano) == (4_500_000, 4_500_000, 4_500_000)
    assert (bill.reference, bill.reference_name) == (MINI, "GPT-5 mini")
    assert bill.rate_card["input_mtok"] == "0.25"


def test_the_edges_are_everything_cached_and_nothing_cached() -> None:
    record = UsageRecord(input_total=10_000, cache_read=8000, output_total=1000)
    bill = equivalent_bill(record, MINI, NOW)
    assert bill.low_nano == 2_000 * 250 + 8_000 * 25 + 2_000_000
    assert bill.high_nano == 13_500 * 250 + 2_000_000
    cached, plain = 2_300 * 250 + 9_200 * 25, 11_500 * 250
    assert bill.expected_nano == (cached + plain) // 2 + 2_000_000


def test_what_was_resent_counts_as_prefix_even_where_the_engine_had_to_read_it_again() -> None:
    record = UsageRecord(input_total=10_000, output_total=1000)
    again = equivalent_bill(record, MINI, NOW, resent=8000)
    assert again == equivalent_bill(UsageRecord(input_total=10_000, cache_read=8000, output_total=1000), MINI, NOW)


def test_a_short_prefix_is_not_cached_by_providers() -> None:
    record = UsageRecord(input_total=2000, cache_read=1000, output_total=0)
    assert equivalent_bill(record, MINI, NOW, ratio=SAME).low_nano == 500_000


def test_a_reference_without_a_price_has_no_bill() -> None:
    bill = equivalent_bill(UsageRecord(input_total=10), "openai/no-such-model-9", NOW)
    assert (bill.expected_nano, bill.low_nano, bill.high_nano) == (None, None, None)
    assert bill.reference_name == "no-such-model-9"


def test_a_reference_that_is_not_one_is_refused() -> None:
    with pytest.raises(InputError):
        equivalent_bill(UsageRecord(), "gpt-5", NOW)


def test_the_local_tier_region_and_searches_do_not_leak_into_the_bill() -> None:
    odd = UsageRecord(input_total=10, output_total=1, service_tier="odd", geo="us", web_searches=3, processing="batch")
    plain = UsageRecord(input_total=10, output_total=1)
    assert equivalent_bill(odd, MINI, NOW) == equivalent_bill(plain, MINI, NOW)


REFERENCES = st.sampled_from([MINI, "openai/gpt-5.5", "anthropic/claude-opus-4-6", "google/gemini-2.5-pro"])

COUNTS = st.integers(0, 400_000) | st.integers(700, 1500)


@given(REFERENCES, COUNTS, COUNTS, st.integers(0, 50_000))
def test_the_bill_rises_through_its_band(reference: str, prompt: int, prefix: int, output: int) -> None:
    record = UsageRecord(input_total=prompt, cache_read=min(prefix, prompt), output_total=output)
    bill = equivalent_bill(record, reference, NOW)
    assert bill.low_nano is not None
    assert bill.expected_nano is not None
    assert bill.high_nano is not None
    assert 0 <= bill.low_nano <= bill.expected_nano <= bill.high_nano


def test_every_model_that_can_be_chosen_has_a_bill_under_its_own_name() -> None:
    record = UsageRecord(input_total=300_000, cache_read=250_000, output_total=100, reasoning=50)
    for model in models(NOW):
        bill = equivalent_bill(record, model.id, NOW)
        assert bill.low_nano is not None, model.id
        assert bill.expected_nano is not None
        assert bill.high_nano is not None
        assert bill.low_nano <= bill.expected_nano <= bill.high_nano
        assert bill.reference_name == model.name


def test_a_projection_of_what_is_known() -> None:
    got = project(
        input_tokens=6640,
        expected_output=160,
        at=NOW,
        reused_tokens=6440,
        prefill_tps=100,
        decode_tps=20,
        watts=25,
        measured=True,
        energy_source="rapl",
        usd_per_kwh=Decimal("0.18"),
        hardware=Hardware(price=Decimal(1500), resale=Decimal(300)),
        reference=MINI,
    )
    assert got.seconds == pytest.approx(2 + 8)
    assert got.joules == pytest.approx(250)
    assert got.local_nano == 12_500
    assert (got.local_low_nano, got.local_high_nano) == (9_375, 14_375)
    assert got.hardware_nano == 555_556
    assert got.equivalent_nano is not None
    assert got.equivalent_low_nano is not None
    assert got.equivalent_high_nano is not None
    assert got.equivalent_low_nano < got.equivalent_nano < got.equivalent_high_nano
    assert (got.reference_name, got.basis) == ("GPT-5 mini", "measured")


def test_a_projection_without_speeds_still_knows_the_cloud_price() -> None:
    got = project(input_tokens=100, expected_output=10, at=NOW, reference=MINI)
    assert (got.seconds, got.joules, got.local_nano, got.basis) == (None, None, None, "unknown")
    assert got.equivalent_nano is not None


def test_a_projection_without_power_knows_the_time() -> None:
    got = project(input_tokens=100, expected_output=10, at=NOW, decode_tps=10)
    assert (got.seconds, got.local_nano, got.equivalent_nano, got.basis) == (11, None, None, "estimated")


def test_a_prompt_that_is_wholly_reused_takes_no_reading() -> None:
    got = project(
        input_tokens=100, reused_tokens=200, expected_output=10, at=NOW, decode_tps=10, prefill_tps=1, watts=1
    )
    assert got.seconds == 1


def test_nothing_to_do_costs_nothing() -> None:
    got = project(input_tokens=0, expected_output=0, at=NOW, decode_tps=10, watts=10, usd_per_kwh=Decimal(1))
    assert (got.seconds, got.local_nano) == (0, 0)
