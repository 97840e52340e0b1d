"""Answers being written, added to what is committed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import Message
from pennyweight.domain.ledger import LedgerTotals, TokenTotals
from pennyweight.domain.usage import UsageState
from pennyweight.services.events import AnswerDone, AnswerStarted, Delta, Live, MeterLine
from pennyweight.ui.meter.live import LiveAnswers, fold

COMMITTED = LedgerTotals(
    calls=3,
    answers=3,
    local=TokenTotals(input_total=1000, resent=300, reused=200, output_total=400, reasoning=50),
    electric_nano=1_000,
    electric_low_nano=500,
    electric_high_nano=2_000,
    equivalent_nano=9_000,
    energy_joules=20.0,
    seconds=30.0,
    energy_sources=("cpu-model",),
)


def live(message_id: str = "m1", *, source: str = "cpu-model", tokens: int = 40, nano: int | None = 70) -> Live:
    return Live(
        message_id=message_id, input_total=100, reused=60, evaluated=40, output_total=tokens, reasoning=5, seconds=2.0,
        tokens_per_second=20.0, joules=4.5, watts=22.0, energy_measured=False, energy_source=source, local_nano=nano,
        low=35, high=140, equivalent_nano=None if nano is None else 800, reference_name="GPT", resent=30,
    )  # fmt: skip


def message(message_id: str = "m1", conversation_id: str = "c1") -> Message:
    return Message(
        id=message_id, conversation_id=conversation_id, parent_id=None, role="assistant", text="",
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )  # fmt: skip


def line(message_id: str = "m1") -> MeterLine:
    return MeterLine(
        message_id=message_id, source="local", model="m", calls=1, input_total=100, reused=60, resent=0, evaluated=40,
        output_total=40, reasoning=5, seconds=2.0, first_token_seconds=0.1, tokens_per_second=20.0, joules=4.5,
        watts=22.0, energy_source="cpu-model", energy_measured=False, band_text="", local_nano=70, low=35, high=140,
        hardware_nano=None, equivalent_nano=800, equivalent_low_nano=700, equivalent_high_nano=900,
        reference="openai/x", reference_name="X", billed_nano=None, usage_state=UsageState.REPORTED,
        stop_reason=StopReason.END,
    )  # fmt: skip


def test_a_running_answer_adds_tokens_energy_and_money() -> None:
    totals = fold(COMMITTED, [live()])
    assert totals.local == TokenTotals(input_total=1100, resent=330, reused=260, output_total=440, reasoning=55)
    assert totals.answers == 4
    assert (totals.electric_nano, totals.electric_low_nano, totals.electric_high_nano) == (1_070, 535, 2_140)
    assert totals.equivalent_nano == 9_800
    assert totals.energy_joules == pytest.approx(24.5)
    assert totals.hardware_nano == 0


def test_folding_twice_from_the_committed_totals_does_not_add_up() -> None:
    assert fold(COMMITTED, [live(tokens=10)]).local.output_total == 410
    assert fold(COMMITTED, [live(tokens=25)]).local.output_total == 425


def test_a_price_that_is_not_known_adds_nothing_and_is_no_error() -> None:
    totals = fold(COMMITTED, [live(nano=None)])
    assert (totals.electric_nano, totals.equivalent_nano) == (1_000, 9_000)


def test_wear_of_the_hardware_runs_along_where_the_answer_tells_it() -> None:
    assert fold(COMMITTED, [replace(live(), hardware_nano=2_000_000)]).hardware_nano == 2_000_000


def test_another_energy_source_joins_the_list() -> None:
    assert fold(COMMITTED, [live(source="rapl")]).energy_sources == ("cpu-model", "rapl")
    assert fold(COMMITTED, [live()]).energy_sources == ("cpu-model",)


def test_an_answer_belongs_to_its_chat_and_to_every_other_period() -> None:
    answers = LiveAnswers()
    answers.take(AnswerStarted(message("m1", "c1")))
    answers.take(live("m1"))
    assert [item.message_id for item in answers.shown("c1", everywhere=False)] == ["m1"]
    assert answers.shown("c2", everywhere=False) == []
    assert len(answers.shown(None, everywhere=True)) == 1


def test_a_committed_answer_stays_until_totals_that_hold_it_have_come() -> None:
    answers = LiveAnswers()
    answers.take(AnswerStarted(message()))
    answers.take(live())
    before = answers.settled()
    assert answers.take(AnswerDone(message(), line()))
    assert answers.running() is None
    answers.forget(before)  # totals that were asked for before it was committed
    assert len(answers.shown(None, everywhere=True)) == 1
    answers.forget(answers.settled())
    assert answers.shown(None, everywhere=True) == []
    assert answers.uncommitted_joules() is None


def test_a_late_live_event_does_not_bring_a_finished_answer_back() -> None:
    answers = LiveAnswers()
    answers.take(AnswerDone(message(), line()))
    answers.take(live())
    assert answers.shown(None, everywhere=True) == []


def test_text_alone_asks_for_nothing() -> None:
    assert not LiveAnswers().take(Delta("m1", "word"))
