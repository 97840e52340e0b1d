"""Caps, warnings, what fits, and when a stream stops."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.meter.budget import (
    BudgetState,
    Fit,
    Standing,
    StreamCost,
    StreamGuard,
    floor_nano,
    stream_cost,
    tightest,
)
from pennyweight.meter.money import NANO
from pennyweight.meter.prices import price

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CENT = NANO // 100


@pytest.mark.parametrize(
    ("spent", "state", "left"),
    [
        (0, BudgetState.OK, CENT),
        (CENT * 8 // 10 - 1, BudgetState.OK, CENT * 2 // 10 + 1),
        (CENT * 8 // 10, BudgetState.WARN, CENT * 2 // 10),
        (CENT - 1, BudgetState.WARN, 1),
        (CENT, BudgetState.REACHED, 0),
        (CENT * 2, BudgetState.REACHED, 0),
    ],
)
def test_where_a_budget_stands(spent: int, state: BudgetState, left: int) -> None:
    standing = Standing(cap_nano=CENT, spent_nano=spent)
    assert (standing.state, standing.left_nano) == (state, left)
    assert standing.over_nano == max(0, spent - CENT)


def test_a_budget_of_nothing_is_reached() -> None:
    assert Standing(cap_nano=0, spent_nano=0).state is BudgetState.REACHED
    with pytest.raises(ValueError, match="not negative"):
        Standing(cap_nano=-1, spent_nano=0)


def test_what_fits() -> None:
    standing = Standing(cap_nano=100, spent_nano=40)
    assert standing.fit(10, 60) is Fit.FITS
    assert standing.fit(10, 61) is Fit.MAY_EXCEED
    assert standing.fit(61, 70) is Fit.EXCEEDS
    assert standing.after(60).fit(0, 0) is Fit.EXCEEDS
    with pytest.raises(ValueError, match="rises"):
        standing.fit(5, 4)


def test_the_tighter_of_two_caps_counts() -> None:
    own, common = Standing(cap_nano=100, spent_nano=0), Standing(cap_nano=1000, spent_nano=950)
    assert tightest([own, common]) is common
    assert tightest([]) is None


def test_the_cost_of_a_stream_is_the_price_of_its_usage() -> None:
    cost = stream_cost("openai", "gpt-4o-2024-05-13", 3000, AT)
    assert cost is not None
    assert cost.nano(1000) == 30_000_000
    assert cost.nano(0) == 15_000_000
    assert cost.most_output_tokens(30_000_000) == 1000
    assert stream_cost("openai", "no-such-model-9", 10, AT) is None


def test_a_stream_is_priced_in_the_tier_of_its_input() -> None:
    cost = stream_cost("google", "gemini-2.5-pro", 300_000, AT)
    assert cost is not None
    assert cost.nano(2000) == 780_000_000


def test_a_cent_stops_a_long_stream_within_one_piece() -> None:
    cost = stream_cost("openai", "gpt-4o-2024-05-13", 100, AT)
    assert cost is not None
    guard = StreamGuard(cost, CENT)
    piece = 7
    shown = 0
    while guard.allows(shown):
        shown += piece
    assert cost.nano(shown) >= CENT
    assert cost.nano(shown - piece) < CENT
    usage = UsageRecord(input_total=100, output_total=shown, usage_state=UsageState.ESTIMATED)
    floor = floor_nano("openai", "gpt-4o-2024-05-13", usage, AT)
    assert floor is not None
    assert CENT <= floor <= CENT + cost.nano(piece)


def test_the_limit_asked_of_the_provider_keeps_the_cap_too() -> None:
    cost = StreamCost(input_usd=Decimal("0.001"), usd_per_output_token=Decimal("0.00001"))
    assert StreamGuard(cost, CENT).output_limit(10_000) == 900
    assert StreamGuard(cost, CENT).output_limit(100) == 100
    assert StreamGuard(cost, 0).output_limit(100) == 0
    assert StreamGuard(StreamCost(input_usd=Decimal(0), usd_per_output_token=Decimal(0)), 1).output_limit(100) == 100


@pytest.mark.parametrize("usage", [UsageRecord(input_total=1), UsageRecord(output_total=1)])
def test_an_answer_that_ended_early_is_never_free(usage: UsageRecord) -> None:
    floor = floor_nano("openai", "gpt-5-nano", usage, AT)
    assert floor is not None
    assert floor >= 1
    assert floor_nano("openai", "no-such-model-9", usage, AT) is None


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_nothing_is_lost_between_spent_left_and_over(cap: int, spent: int, more: int) -> None:
    standing = Standing(cap_nano=cap, spent_nano=spent)
    assert standing.left_nano - standing.over_nano == cap - spent
    assert standing.after(more).left_nano <= standing.left_nano
    if standing.fit(0, more) is Fit.FITS:
        assert standing.after(more).over_nano == 0


@given(
    st.decimals(0, 10, places=9),
    st.decimals("0.000000001", "0.001", places=9),
    st.integers(0, 10**10),
    st.integers(0, 10**6),
)
def test_the_most_tokens_that_are_paid_for_cost_no_more_than_what_is_left(
    base: Decimal, slope: Decimal, left: int, wanted: int
) -> None:
    cost = StreamCost(input_usd=base, usd_per_output_token=slope)
    limit = StreamGuard(cost, left).output_limit(wanted)
    assert 0 <= limit <= wanted
    if limit:
        assert cost.nano(limit) <= left
    if 0 < limit < wanted:
        assert cost.nano(limit + 1) > left


@given(st.integers(0, 200_000), st.integers(0, 100_000))
def test_the_guards_figure_and_the_price_agree(input_tokens: int, output_tokens: int) -> None:
    cost = stream_cost("anthropic", "claude-sonnet-4-5", input_tokens, AT)
    usage = UsageRecord(input_total=input_tokens, output_total=output_tokens)
    listed = price("anthropic", "claude-sonnet-4-5", usage, AT).nano
    assert cost is not None
    assert listed is not None
    assert abs(cost.nano(output_tokens) - listed) <= 1
