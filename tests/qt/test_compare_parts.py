"""The parts of Compare and of the sheet by themselves: differences, statistics, advice, batches, the budget bar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from pennyweight.bridge.coalesce import coalesce
from pennyweight.domain.comparison import Side
from pennyweight.domain.conversation import MessageState
from pennyweight.domain.errors import KnownError
from pennyweight.meter.budget import BudgetState
from pennyweight.services.budgets import BudgetView
from pennyweight.services.comparison import Advice, CompareEvent, PairKind, SideDelta, SideFailed, SideLive, Statistics
from pennyweight.services.escalation import PriceRange
from pennyweight.ui.cloud.words import range_text, record
from pennyweight.ui.compare.diff import differences, nearest
from pennyweight.ui.compare.statistics_card import StatisticsCard
from pennyweight.ui.compare.words import cost, side_parts, why
from pennyweight.ui.composer.estimate import advice_parts
from pennyweight.ui.meter.budget_bar import BudgetBar
from pennyweight.ui.theme import Theme


def statistics(
    task: str,
    compared: int,
    good: int,
    low: float,
    high: float,
    advice: Advice,
    kind: PairKind = "mixed",
    more: int = 0,
) -> Statistics:
    return Statistics(
        task=task,
        kind=kind,
        first="openai/mini" if kind == "cloud" else "local/starter",
        second="local/second" if kind == "local" else "anthropic/claude",
        first_name="Mini" if kind == "cloud" else "Starter",
        second_name="Second" if kind == "local" else "Claude",
        compared=compared,
        good_enough=good,
        second_good_enough=compared - good,
        share=good / compared,
        low=low,
        high=high,
        first_per_kept=20_000,
        second_per_kept=16_000_000,
        advice=advice,
        more=more,
        since=datetime(2026, 9, 3, tzinfo=UTC),
    )


WORTH = statistics("rewrite", 11, 1, 0.02, 0.38, "worth the tokens")
LOCAL = statistics("summarize", 31, 29, 0.79, 0.98, "stay local")
NOT_YET = "no suggestion yet, the interval holds 50%: at least 5 more choices, all for the same one"
UNCLEAR = statistics("draft", 4, 2, 0.15, 0.85, "", more=5)


def test_differences_name_the_words_that_changed() -> None:
    text = "Keep proof that the notice arrived."
    spans = differences(text, "Keep proof that the letter arrived.")
    assert [text[start:end] for start, end in spans] == ["notice"]
    assert differences("same words", "Same words") == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_differences_are_in_order_and_inside_the_text(text: str, other: str) -> None:
    spans = differences(text, other)
    flat = [edge for span in spans for edge in span]
    assert flat == sorted(flat)
    assert all(0 <= edge <= len(text) for edge in flat)
    assert differences(text, text) == []


def test_the_table_tells_shares_intervals_and_advice(qtbot: QtBot, theme: Theme) -> None:
    card = StatisticsCard()
    qtbot.addWidget(card)
    assert card.rows() == []
    card.show_statistics([LOCAL, WORTH, UNCLEAR])
    assert card.since.text() == "46 comparisons since September"
    assert card.rows() == [
        ["Summarize", "31", "94%", "79–98%", "0.002¢", "1.6¢", "stay local", ""],
        ["Rewrite", "11", "9%", "2–38%", "0.002¢", "1.6¢", "worth the tokens", ""],
        ["Draft", "4", "50%", "15–85%", "0.002¢", "1.6¢", "not clear yet", NOT_YET],
    ]


def test_pairs_of_a_kind_are_named_and_have_words_of_their_own(qtbot: QtBot, theme: Theme) -> None:
    card = StatisticsCard()
    qtbot.addWidget(card)
    clouds = statistics("draft", 9, 9, 0.7, 1.0, "the first will do", "cloud")
    here = statistics("ask", 1, 0, 0.0, 0.79, "", "local", more=4)
    card.show_statistics([LOCAL, clouds, here], 35)
    assert card.since.text() == "35 comparisons since September"
    assert [row[0] for row in card.rows()] == ["Summarize", "Ask", "Draft"]
    assert [row[6] for row in card.rows()] == ["stay local", "not clear yet", "the first will do"]
    assert [row[7].split(" · ")[0] for row in card.rows()] == [
        "Starter or Claude",
        "Starter or Second",
        "Mini or Claude",
    ]
    assert "local answer" in why(LOCAL)
    assert "Mini" in why(clouds)


def test_advice_is_given_only_where_the_record_speaks() -> None:
    assert [part.text for part in advice_parts(WORTH)] == ["your record: worth the tokens"]
    assert advice_parts(LOCAL) == []
    assert advice_parts(None) == []
    assert record(WORTH).endswith("good enough in 9% (95% interval 2–38%): worth the tokens.")


def test_a_range_without_a_price_says_so() -> None:
    def price(low: int | None, high: int | None) -> PriceRange:
        return PriceRange(
            low_nano=low, expected_nano=low, high_nano=high, samples=0, low_output=1, expected_output=2, high_output=3
        )

    assert range_text(price(1_400_000, 3_100_000)) == "0.14¢ to 0.31¢"
    assert range_text(price(None, None)) == "no price known"


def test_side_by_side_events_are_joined_per_side_and_keep_their_order() -> None:
    def live(position: int, out: int) -> SideLive:
        return SideLive(
            position=position, input_total=1, output_total=out, seconds=0, first_token_seconds=None, cost_nano=None
        )

    failed = SideFailed(1, Side(id="b", source="openai", model="m", model_name="M"), KnownError("It failed."))
    events: list[CompareEvent] = [
        SideDelta(0, "a"),
        SideDelta(1, "x"),
        live(0, 1),
        SideDelta(0, "b", "why"),
        live(0, 2),
        failed,
        SideDelta(0, "c"),
    ]
    assert coalesce(events) == [SideDelta(0, "ab", "why"), SideDelta(1, "x"), live(0, 2), failed, SideDelta(0, "c")]


@pytest.mark.parametrize(
    ("spent", "state", "text"),
    [(320_000_000, BudgetState.OK, "$0.32 of $10"), (9_000_000_000, BudgetState.WARN, "$9.00 of $10")],
)
def test_the_budget_bar_fills_and_warns(qtbot: QtBot, theme: Theme, spent: int, state: BudgetState, text: str) -> None:
    bar = BudgetBar()
    qtbot.addWidget(bar)
    bar.show_budget(None, 0)
    assert bar.isHidden()
    sentence = "" if state is BudgetState.OK else "$1.00 of $10.00 is left for November 2026."
    view = BudgetView(
        provider="",
        month="November 2026",
        cap_nano=10_000_000_000,
        spent_nano=spent,
        left_nano=10_000_000_000 - spent,
        state=state,
        sentence=sentence,
    )
    bar.show_budget(view, spent)
    assert bar.text() == f"Cloud budget, November {text}"
    assert bar.property("state") == state.value
    bar.hide()


def test_what_an_answer_cost_that_did_not_come_to_its_end_is_no_bill() -> None:
    side = Side(id="s", source="openai", model="gpt-5-mini", model_name="GPT-5 mini", cost_nano=2_000_000)
    assert cost(replace(side, state=MessageState.COMPLETE)) == "0.2¢ billed"
    for state in (MessageState.STOPPED, MessageState.INTERRUPTED, MessageState.FAILED):
        assert cost(replace(side, state=state, output_total=9)) == "at least 0.2¢, estimated"
        assert cost(replace(side, state=state)) == "about 0.2¢, estimated", (
            "the prompt alone: perhaps it was not billed"
        )
    assert cost(replace(side, source="local", state=MessageState.STOPPED)) == "0.2¢"


def test_tokens_of_a_side_without_a_price_that_broke_off_say_that_they_are_estimated() -> None:
    side = Side(id="s", source="own-server", model="m", model_name="M", input_total=35, output_total=12)
    assert side_parts(replace(side, state=MessageState.FAILED))[0].text == "at least 35 in · 12 out, estimated"
    assert side_parts(replace(side, state=MessageState.COMPLETE))[0].text == "35 in · 12 out"
    priced = replace(side, state=MessageState.FAILED, cost_nano=2_000_000)
    assert side_parts(priced)[0].text == "35 in · 12 out"


def test_a_wording_stands_with_the_answer_it_was_made_of() -> None:
    answers = ["The pier was repaired in May.", "It costs four hundred euros a year."]
    assert nearest("The pier was repaired in June.", answers) == 0
    assert nearest("It costs five hundred euros.", answers) == 1
    assert nearest("", answers) == 0
    assert nearest("Something else", ["", ""]) == 0
