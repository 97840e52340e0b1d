"""The words of the meter's cards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from pennyweight.domain.ledger import LedgerTotals, TokenTotals
from pennyweight.meter import reference
from pennyweight.meter.band import Band
from pennyweight.ui.meter.figures import (
    certainty,
    cloud_card,
    difference_card,
    energy_note,
    estimated_note,
    local_card,
    ratio_text,
    unpriced_note,
)
from pennyweight.ui.meter.tokens_table import token_rows

PRICE = Decimal("0.18")
TOTALS = LedgerTotals(
    answers=2,
    local=TokenTotals(input_total=1000, output_total=70),
    electric_nano=432_000,
    electric_low_nano=216_000,
    electric_high_nano=864_000,
    equivalent_nano=239_500_000,
    equivalent_low_nano=201_000_000,
    equivalent_high_nano=312_000_000,
    energy_joules=8640.0,
    energy_sources=("cpu-model",),
)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ((), ("energy unknown", "", "unknown")),
        (("cpu-model",), ("est.", "×0.5…×2", "estimated")),
        (("rapl-psys",), ("measured", "±15 %", "measured")),
        (("rapl", "class-default"), ("partly est.", "×0.33…×3", "mixed")),
        (("from-the-future",), ("energy unknown", "", "unknown")),
    ],
)
def test_measured_estimated_and_unknown_are_different_words(
    sources: tuple[str, ...], expected: tuple[str, str, str]
) -> None:
    assert energy_note(sources) == expected


def test_an_estimate_is_marked_in_the_line_below_the_figure() -> None:
    assert local_card(TOTALS, 22.0, PRICE).small == "≈ 2.4 Wh · 22 W now · $0.18/kWh"
    measured = replace(TOTALS, energy_sources=("rapl",))
    assert local_card(measured, None, PRICE).small == "2.4 Wh · $0.18/kWh"


def test_one_price_is_named_only_where_the_whole_sum_was_made_at_it() -> None:
    new = Decimal("0.384")
    earlier = replace(TOTALS, kwh_prices=("0.445",))
    assert local_card(earlier, None, new).small == "≈ 2.4 Wh · $0.445/kWh"
    running = local_card(earlier, 22.0, new)
    assert running.small == "≈ 2.4 Wh · 22 W now · at 2 prices"
    both = local_card(replace(TOTALS, kwh_prices=("0.384", "0.445")), None, new)
    assert both.small == "≈ 2.4 Wh · at 2 prices"
    for card in (running, both):
        assert "at the price of its time, $0.384 to $0.445 per kWh" in card.tooltip


def test_unknown_energy_is_never_shown_as_nothing() -> None:
    card = local_card(replace(TOTALS, energy_sources=(), energy_joules=0.0), None, PRICE)
    assert card.figure == "unknown"
    assert certainty(()) == "unknown"


def test_an_empty_period_says_so() -> None:
    card = local_card(LedgerTotals(), None, PRICE)
    assert (card.figure, card.small) == ("$0.00", "no answers yet · $0.18/kWh")


def test_a_period_of_cloud_answers_alone_says_that_nothing_was_answered_here() -> None:
    cloud = LedgerTotals(answers=3, cloud=TokenTotals(input_total=3000, output_total=900), billed_nano=2_415_000)
    card = local_card(cloud, None, PRICE)
    assert (card.figure, card.small) == ("$0.00", "no answers here yet · $0.18/kWh")
    unread = local_card(replace(cloud, local=TokenTotals(output_total=1)), None, PRICE)
    assert unread.figure == "unknown"


def test_the_tooltip_gives_the_formula_the_band_and_the_source() -> None:
    tooltip = local_card(TOTALS, None, PRICE).tooltip
    assert "÷ 3,600,000" in tooltip
    assert "Between 0.022¢ and 0.086¢." in tooltip
    assert "cpu-model" in tooltip


def test_the_cloud_card_shows_the_band_of_the_list_price() -> None:
    card = cloud_card(TOTALS, reference.suggestions()[1])
    assert card.figure == "$0.2395"
    assert card.small == "at list price, $0.20 to $0.31\nyour input tokens ×1.15, estimated"


def test_a_calibrated_bill_says_its_ratio_and_how_many_samples_it_rests_on() -> None:
    ratio = Band(1.02, 1.084, 1.2)
    card = cloud_card(TOTALS, reference.suggestions()[1], ratio_text("yes", ratio, 12))
    assert card.small.endswith("\ncalibrated ×1.08, 12 samples")
    assert "×1.02 to ×1.20" in card.tooltip
    assert ratio_text("part", ratio, 12).words == "partly calibrated ×1.08, 12 samples"
    assert ratio_text("next", ratio, 3).words == "from the next answer calibrated ×1.08, 3 samples"


def test_the_difference_is_avoided_list_price_and_never_savings() -> None:
    card = difference_card(replace(TOTALS, billed_nano=18_400_000), hardware=False)
    assert card.figure == "$0.2391"
    assert card.small == "avoided list price\nafter 1.8¢ you did spend in the cloud: $0.2207"
    assert "saving" not in (card.small + card.tooltip).lower()


def test_a_negative_difference_is_shown_as_one() -> None:
    card = difference_card(replace(TOTALS, equivalent_nano=200_000), hardware=False)
    assert card.figure == "-0.023¢"
    assert card.tone == "warn"
    assert card.small == "more than the list price"


def test_hardware_wear_has_its_own_line_and_is_not_in_the_figure() -> None:
    card = difference_card(replace(TOTALS, hardware_nano=300_000_000), hardware=True)
    assert card.figure == "$0.2391"
    assert "with hardware wear -$0.0609" in card.small


def test_calls_without_a_price_are_counted_in_words() -> None:
    assert unpriced_note(TOTALS) == ""
    assert unpriced_note(replace(TOTALS, unpriced_rows=1)) == "1 call has no price and is left out."
    assert unpriced_note(replace(TOTALS, unpriced_rows=3)) == "3 calls have no price and are left out."


def test_estimated_tokens_are_told() -> None:
    assert estimated_note(TOTALS) == ""
    assert estimated_note(replace(TOTALS, estimated_rows=1)) == "The tokens of 1 call are at least so many, estimated."


def test_new_tokens_are_those_that_no_earlier_turn_had_sent() -> None:
    rows = token_rows(TokenTotals(input_total=1000, resent=600, reused=500, output_total=70, reasoning=10))
    assert rows == (1000, 400, 600, 500, 70, 10)
