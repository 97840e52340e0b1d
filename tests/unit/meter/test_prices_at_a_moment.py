from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter import price_table
from pennyweight.meter.charge import charge
from pennyweight.meter.prices import find, models, price, search, suggestions
from pennyweight.meter.reference import first_priced, split_reference

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
THOUSANDS = UsageRecord(input_total=3000, output_total=1000)


def test_the_rate_card_is_what_was_applied() -> None:
    got = price("openai", "gpt-5-mini", UsageRecord(input_total=2000, cache_read=1000, output_total=500), NOW)
    assert got.rate_card == {"input_mtok": "0.25", "cache_read_mtok": "0.025", "output_mtok": "2"}
    assert got.nano == 1_275_000
    assert (got.matched_model, got.exact, got.problem) == ("gpt-5-mini", True, "")
    assert got.price_source == "genai-prices 0.2.3"


def test_the_rate_card_of_a_long_prompt_has_the_higher_rates() -> None:
    long = price("openai", "gpt-5.5", UsageRecord(input_total=272_001), NOW)
    assert long.rate_card["input_mtok"] == "10"
    assert price("openai", "gpt-5.5", UsageRecord(input_total=272_000), NOW).rate_card["input_mtok"] == "5"


def test_search_fees_and_one_hour_writes_are_on_the_rate_card() -> None:
    record = UsageRecord(input_total=3904, cache_write_1h=3904, web_searches=2)
    got = price("anthropic", "claude-opus-4-6", record, NOW)
    assert got.rate_card["cache_write_1h_mtok"] == "10"
    assert got.rate_card["web_searches_kcount"] == "10"
    assert got.usd == Decimal("0.03904") + Decimal("0.02")


@pytest.mark.parametrize("model", ["gpt-5-mini-2025-08-07", "gpt-5-mini-20250807", "GPT-5-mini"])
def test_a_dated_name_of_the_same_model_is_exact(model: str) -> None:
    assert price("openai", model, THOUSANDS, NOW).exact


def test_a_looser_match_says_what_it_was_priced_as() -> None:
    got = price("anthropic", "claude-sonnet-4-5-experimental", THOUSANDS, NOW)
    assert got.usd is not None
    assert (got.exact, got.matched_model, got.problem) == (False, "claude-sonnet-4-5", "Priced as claude-sonnet-4-5.")


def test_the_providers_prefix_on_a_name_is_a_looser_match() -> None:
    got = price("openai", "openai/gpt-5-mini", THOUSANDS, NOW)
    assert (got.exact, got.matched_model) == (False, "gpt-5-mini")


@pytest.mark.parametrize(("provider", "exact"), [("openai", True), ("OpenAI", True), ("my-openai-proxy", False)])
def test_a_proxy_that_is_named_like_a_provider_is_a_looser_match(provider: str, exact: bool) -> None:
    assert price(provider, "gpt-5-mini", THOUSANDS, NOW).exact is exact


def test_another_name_of_the_provider_is_as_good() -> None:
    assert price("gemini", "gemini-2.5-pro", THOUSANDS, NOW).exact
    assert price("xai", "grok-4", THOUSANDS, NOW).matched_model is not None


def test_prices_borrowed_from_the_maker_are_said_to_be() -> None:
    row = price("azure", "gpt-5.6-luna", THOUSANDS, NOW)
    assert (row.exact, row.matched_model) == (False, "azure: gpt-5.6-luna")
    assert row.usd is not None
    flexible = UsageRecord(input_total=10, output_total=10, service_tier="flex")
    assert price("azure", "gpt-5.6-luna", flexible, NOW).usd is None


@pytest.mark.parametrize(
    ("provider", "model", "told"),
    [
        ("openai", "no-such-model-9", "does not know the model 'no-such-model-9'"),
        ("nobody", "gpt-5", "does not know the provider 'nobody'"),
        ("openai", " ", "does not know the model ''"),
        ("openai", "a/b/c", "does not know the model"),
        ("openai", "tts-1", "no input token price"),
        ("openai", "text-embedding-3-small", "no output token price"),
    ],
)
def test_no_price_is_none_and_never_zero(provider: str, model: str, told: str) -> None:
    got = price(provider, model, THOUSANDS, NOW)
    assert (got.usd, got.nano, got.exact) == (None, None, False)
    assert told in got.problem


def test_an_embedding_without_output_has_a_price() -> None:
    assert price("openai", "text-embedding-3-small", UsageRecord(input_total=10**6), NOW).usd == Decimal("0.02")


def tier(name: str | None) -> UsageRecord:
    return UsageRecord(input_total=2000, output_total=500, service_tier=name)


@pytest.mark.parametrize("name", [None, "default", "standard", "auto", "Default"])
def test_the_standard_tier_by_any_name(name: str | None) -> None:
    assert price("openai", "gpt-5-mini", tier(name), NOW).usd == Decimal("0.0015")


def test_a_misspelt_tier_is_not_silently_standard() -> None:
    got = price("openai", "gpt-5-mini", tier("flexx"), NOW)
    assert got.usd is None
    assert "'flexx'" in got.problem
    assert "flex" in got.problem
    assert got.matched_model == "gpt-5-mini"


def test_a_tier_has_its_own_rates_from_the_day_they_are_known() -> None:
    assert price("openai", "gpt-5-mini", tier("priority"), NOW).usd == Decimal("0.0027")
    assert price("openai", "gpt-5-mini", tier("Flex"), NOW).usd == Decimal("0.00075")
    before = datetime(2026, 10, 11, 23, 59, tzinfo=UTC)
    assert price("openai", "gpt-5-mini", tier("flex"), before).usd is None


def test_batch_and_fast_have_their_own_rates() -> None:
    batch = UsageRecord(input_total=10**6, processing="batch")
    assert price("anthropic", "claude-opus-4-6", batch, NOW).usd == Decimal("5") * 5 / 10  # half of $5, once a million
    assert price("deepseek", "deepseek-v3.2", batch, NOW).usd is None
    fast = next(m for p, m in price_table.all_rows() if any("speed" in v.when for v in m.price_variants or ()))
    standard = price("anthropic", fast.id, tier(None), NOW).usd
    dearer = price("anthropic", fast.id, tier("fast"), NOW).usd
    assert standard is not None
    assert dearer is not None
    assert dearer > standard


def test_a_chosen_region_costs_a_tenth_more_on_tokens_but_not_on_searches() -> None:
    at_home = UsageRecord(input_total=10_000, output_total=1000, web_searches=1, geo="us")
    got = price("anthropic", "claude-opus-4-6", at_home, NOW)
    assert got.usd == Decimal("0.075") * Decimal("1.1") + Decimal("0.01")
    assert got.rate_card["geo_multiplier"] == "1.1"


@pytest.mark.parametrize(
    ("model", "geo", "at"),
    [
        ("claude-opus-4-6", "global", NOW),
        ("claude-sonnet-4-5", "us", NOW),
        ("claude-opus-4-6", "us", datetime(2026, 2, 4, tzinfo=UTC)),
    ],
)
def test_a_region_costs_no_more_where_no_rule_says_so(model: str, geo: str, at: datetime) -> None:
    record = UsageRecord(input_total=10_000, output_total=1000)
    with_geo = UsageRecord(input_total=10_000, output_total=1000, geo=geo)
    assert price("anthropic", model, with_geo, at).usd == price("anthropic", model, record, at).usd


def test_the_moment_decides_in_any_time_zone() -> None:
    million = UsageRecord(input_total=100_000, output_total=100_000)
    west = timezone(timedelta(hours=-8))
    assert price("openai", "gpt-5.6-luna", million, datetime(2026, 7, 29, 15, 59, tzinfo=west)).usd == Decimal("0.7")
    assert price("openai", "gpt-5.6-luna", million, datetime(2026, 7, 29, 16, 0, tzinfo=west)).usd == Decimal("0.14")
    assert price("openai", "gpt-5.6-luna", million, datetime(2026, 7, 30)).usd == Decimal("0.14")  # no zone: UTC


def test_a_search_fee_that_is_not_known_is_said_to_be_left_out() -> None:
    got = price("mistral", "mistral-small-latest", UsageRecord(input_total=10, output_total=1, web_searches=1), NOW)
    assert got.usd is not None
    assert not got.exact
    assert "web searches" in got.problem


def test_a_one_hour_write_without_a_rate_of_its_own_is_told() -> None:
    got = price("openai", "gpt-5.6-luna", UsageRecord(input_total=10, cache_write_1h=10), NOW)
    assert "one-hour" in got.problem


def test_counts_that_contradict_each_other_have_no_price() -> None:
    got = price("openai", "gpt-5-mini", UsageRecord(input_total=5, cache_read=9, output_total=1), NOW)
    assert got.usd is None
    assert "contradict" in got.problem


def test_openrouter_spend_is_as_billed_and_ours_stands_beside_it() -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 40, "cost": 0.00098}
    got = charge("openrouter", "openai/gpt-5-mini", usage, NOW)
    assert (got.usd, got.nano) == (Decimal("0.00098"), 980_000)
    assert got.listed.usd == Decimal("0.00033")
    unknown = charge("openrouter", "nobody/nothing", usage, NOW)
    assert (unknown.usd, unknown.listed.usd) == (Decimal("0.00098"), None)
    assert charge("openrouter", "nobody/nothing", {"prompt_tokens": 1, "completion_tokens": 1}, NOW).nano is None


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5))
def test_nano_dollars_agree_with_the_rates(cached: int, fresh: int, output: int) -> None:
    record = UsageRecord(input_total=cached + fresh, cache_read=cached, output_total=output)
    got = price("openai", "gpt-5-mini", record, NOW)
    card = {name: Decimal(value) for name, value in got.rate_card.items()}
    parts = fresh * card["input_mtok"] + cached * card["cache_read_mtok"] + output * card["output_mtok"]
    assert got.usd == parts / 10**6
    assert got.nano is not None
    assert abs(got.nano - parts * 1000) <= Decimal("0.5")


def test_reference_models_are_chat_models_with_both_prices() -> None:
    listed = models(NOW)
    ids = [model.id for model in listed]
    assert len(ids) == len(set(ids)) > 500
    assert {"openai/gpt-5-mini", "anthropic/claude-opus-4-6", "google/gemini-2.5-pro"} <= set(ids)
    for stranger in ("openai/whisper-1", "openai/tts-1", "openai/text-embedding-3-small", "openai/gpt-image-1"):
        assert stranger not in ids
    assert all(model.output_usd_per_million > 0 for model in listed)


def test_a_reference_model_is_found_by_words() -> None:
    listed = models(NOW)
    assert search("openai 5 mini", listed)[0].id == "openai/gpt-5-mini"
    assert search("no such thing", listed) == []
    assert search("  ", listed) == listed


def test_a_search_shows_new_models_of_their_makers_before_old_ones_and_resellers() -> None:
    openai = [model.id for model in search("openai", models(NOW))]
    assert openai.index("openai/gpt-5.1") < openai.index("openai/gpt-4o")
    found = [model.id for model in search("claude", models(NOW))]
    assert found[0].startswith("anthropic/")
    assert found.index("anthropic/claude-opus-4-5") < found.index("anthropic/claude-2")
    assert found.index("anthropic/claude-2") < found.index("openrouter/anthropic/claude-opus-4.5")


def test_suggestions_are_a_cheap_and_a_dear_model_of_today() -> None:
    cheap, flagship = suggestions(NOW)
    assert cheap.output_usd_per_million < flagship.output_usd_per_million
    assert find(cheap.id, NOW) == cheap
    assert flagship.id in {model.id for model in models(NOW)}


def test_a_suggestion_that_has_no_price_gives_way_to_the_next() -> None:
    assert first_priced(("openai/no-such-model-9", "openai/gpt-5-mini"), NOW).id == "openai/gpt-5-mini"
    with pytest.raises(LookupError):
        first_priced(("openai/no-such-model-9",), NOW)


def test_finding_what_is_not_a_reference_model() -> None:
    assert find("openai/no-such-model-9", NOW) is None
    assert find("nobody/gpt-5", NOW) is None
    assert find("gpt-5", NOW) is None
    assert find("openai/tts-1", NOW) is None
    assert find("azure/gpt-5.6-luna", NOW) is None


def test_a_reference_has_two_halves() -> None:
    assert split_reference("openrouter/openai/gpt-5-mini") == ("openrouter", "openai/gpt-5-mini")
    for bad in ("", "gpt-5", "/gpt-5", "openai/"):
        with pytest.raises(InputError):
            split_reference(bad)


def test_importing_the_meter_does_not_import_the_price_table() -> None:
    code = "import sys, pennyweight.meter.charge, pennyweight.meter.projection; print('genai_prices' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
