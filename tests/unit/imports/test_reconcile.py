"""A bill against the ledger: each reason stands for no more than it can."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.support.usage_files import GPT_5_MINI_DAYS

from pennyweight.services.imports.reconcile import compare
from pennyweight.store.imports import DayOfLedger

DAY = "2026-11-01"


def day(nano: int, *, unpriced: int = 0, estimated_nano: int = 0) -> dict[str, DayOfLedger]:
    return {DAY: DayOfLedger(DAY, 5, nano, unpriced, 1 if estimated_nano else 0, estimated_nano)}


def test_a_missing_day_explains_all_of_its_bill() -> None:
    (found,) = compare("openai", {DAY: 7_000_000}, {}).days
    assert (found.explained, found.unexplained_nano, found.explanation) == ({"no rows": 7_000_000}, 0, "no rows")


def test_rows_without_a_price_explain_what_is_missing_but_never_what_is_too_much() -> None:
    assert compare("openai", {DAY: 9_000_000}, day(2_000_000, unpriced=2)).unexplained_nano == 0
    assert compare("openai", {DAY: 1_000_000}, day(2_000_000, unpriced=2)).unexplained_nano == -1_000_000


def test_estimated_rows_explain_at_most_what_they_cost() -> None:
    found = compare("openai", {DAY: 9_000_000}, day(2_000_000, estimated_nano=1_500_000))
    assert found.explained() == {"estimated": 1_500_000}
    assert found.unexplained_nano == 5_500_000
    assert compare("openai", {DAY: 1_000_000}, day(2_000_000, estimated_nano=1_500_000)).unexplained_nano == 0


def test_half_a_thousandth_of_a_cent_is_rounding_and_more_is_not() -> None:
    assert compare("openai", {DAY: 2_005_000}, day(2_000_000)).days[0].explanation == "rounded"
    (found,) = compare("openai", {DAY: 2_005_001}, day(2_000_000)).days
    assert (found.explanation, found.unexplained_nano) == ("", 5_001)


def test_the_three_billed_days_are_those_of_the_format_notes() -> None:
    assert [usd for *_, usd in GPT_5_MINI_DAYS] == ["0.569788", "0.34090", "0.072054"]


money = st.integers(0, 10**12)


@given(st.none() | money, st.none() | money, st.integers(0, 3), money)
def test_the_parts_always_add_up_to_the_difference(
    billed: int | None, nano: int | None, unpriced: int, estimated: int
) -> None:
    bills = {} if billed is None else {DAY: billed}
    ledger = {} if nano is None else day(nano, unpriced=unpriced, estimated_nano=min(estimated, nano))
    found = compare("openai", bills, ledger)
    assert sum(found.explained().values()) + found.unexplained_nano == found.difference_nano
    assert found.difference_nano == (billed or 0) - (nano or 0)
    for each in found.days:
        for part in each.explained.values():
            assert part * each.difference_nano >= 0
