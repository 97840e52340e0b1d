from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.scripted_source import Says
from tests.unit.store.store_samples import cloud_entry

from pennyweight.domain.answer import StopReason
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageState
from pennyweight.meter.local_cost import Hardware
from pennyweight.services.events import Live

Bench = Any


def test_totals_of_a_chat_and_of_a_period_add_up(bench: Bench) -> None:
    one = bench.run("Hi", Says("one two"))[-1]
    two = bench.run("Ho", Says("three"))[-1]
    chat = bench.meter.totals("chat", one.message.conversation_id)
    today = bench.meter.totals("today")
    assert chat.totals.electric_nano == one.line.local_nano
    assert today.totals.answers == 2
    assert today.totals.local.output_total == 3
    assert today.totals.equivalent_nano == one.line.equivalent_nano + two.line.equivalent_nano
    assert today.difference_nano == today.totals.equivalent_nano - today.totals.electric_nano
    assert bench.meter.totals("all").totals == bench.meter.totals("month").totals
    assert bench.meter.totals("chat").totals.calls == 0


def test_the_line_of_an_answer_whose_estimate_was_corrected_tells_what_it_was(bench: Bench) -> None:
    final = cloud_entry("a", message_id="m", decode_seconds=1.5)
    guess = replace(final.usage, output_total=90, usage_state=UsageState.ESTIMATED)
    bench.store.ledger.add([replace(final, usage=guess, billed_nano=1, seconds=0.5, stop_reason=StopReason.FAILED)])
    assert bench.meter.line("m").usage_state is UsageState.ESTIMATED
    bench.store.ledger.add([final])
    line = bench.meter.line("m")
    assert (line.calls, line.input_total, line.output_total, line.billed_nano) == (1, 1_000, 300, final.billed_nano)
    assert (line.seconds, line.usage_state, line.stop_reason) == (2.0, UsageState.REPORTED, StopReason.END)


def test_deleting_a_chat_changes_no_spend(bench: Bench) -> None:
    done = bench.run("Hi", Says("one two"))[-1]
    before = bench.meter.totals("all").totals
    token = bench.conversations.delete(done.message.conversation_id)
    assert bench.conversations.list() == []
    assert bench.meter.totals("all").totals == before
    bench.conversations.undo_delete(token)
    assert len(bench.conversations.list()) == 1


def test_another_reference_reprices_old_rows_without_touching_them(bench: Bench) -> None:
    done = bench.run("Hi", Says("one two"))[-1]
    bench.meter.set_reference("openai/gpt-4o")
    assert bench.meter.totals("all").repricing
    assert bench.meter.totals("all").totals.equivalent_nano == 0
    assert bench.meter.reprice(Cancel()) == 1
    repriced = bench.meter.totals("all")
    assert not repriced.repricing
    assert repriced.totals.equivalent_nano > 0
    assert bench.meter.line(done.message.id).equivalent_nano == done.line.equivalent_nano
    with pytest.raises(InputError):
        bench.meter.set_reference("openai/no-such-model")


def test_hardware_has_a_line_of_its_own(bench: Bench) -> None:
    assert bench.run("Hi", Says("a"))[-1].line.hardware_nano is None
    bench.settings.update(hardware=Hardware(price=Decimal(100_000), years=Decimal(1)))
    line = bench.run("Hi", Says("a"))[-1].line
    assert line.hardware_nano >= 0
    totals = bench.meter.totals("all")
    assert totals.hardware_on
    assert totals.difference_nano == totals.totals.equivalent_nano - totals.totals.electric_nano


@pytest.mark.parametrize("then", [None, Hardware(price=Decimal(10) ** 12)])
def test_wear_in_mid_answer_is_that_of_the_settings_it_began_with(bench: Bench, then: Hardware | None) -> None:
    now = None if then else Hardware(price=Decimal(10) ** 12)
    bench.settings.update(hardware=now)
    events = bench.run("Hi", Says("one two", before_word=lambda _: bench.settings.update(hardware=then)))
    lives = [event.hardware_nano for event in events if isinstance(event, Live)]
    stored = events[-1].line.hardware_nano
    assert lives
    if now is None:
        assert [*lives, stored] == [None] * (len(lives) + 1)
    else:
        assert 0 < (lives[-1] or 0) <= stored


def test_the_joules_of_the_last_answers_are_oldest_first(bench: Bench) -> None:
    lines = [bench.run("Hi", Says("a"))[-1].line for _ in range(3)]
    assert bench.meter.recent_joules(2) == pytest.approx([line.joules for line in lines[1:]])
    assert set(bench.meter.lines([line.message_id for line in lines] + ["none"])) == {line.message_id for line in lines}


def test_newer_rows_without_energy_do_not_push_the_joules_of_the_last_answers_out(bench: Bench) -> None:
    lines = [bench.run("Hi", Says("a"))[-1].line for _ in range(3)]
    later = datetime.now(UTC) + timedelta(hours=1)
    bench.store.ledger.add(
        cloud_entry(f"i{number}", at=later + timedelta(seconds=number), message_id=None, origin="import")
        for number in range(300)
    )
    assert bench.meter.recent_joules() == pytest.approx([line.joules for line in lines])
