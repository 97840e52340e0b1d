"""The meter column over the real services, with answers of the starter model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from tests.unit.store.store_samples import cloud_entry

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Task
from pennyweight.domain.ledger import TokenTotals
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.meter import reference
from pennyweight.meter.local_cost import Hardware
from pennyweight.meter.money import format_dollars, format_usd
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft
from pennyweight.services.events import AnswerDone, AskEvent, Live, Status
from pennyweight.store import Store
from pennyweight.ui.meter.column import MeterColumn
from pennyweight.ui.meter.energy_dialog import EnergyDialog
from pennyweight.ui.theme import Theme


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build_services(tmp_path / "home")
    yield services
    services.close()


@pytest.fixture
def column(qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme) -> Iterator[MeterColumn]:
    column = MeterColumn(services.meter, runner, theme, services.budgets)
    qtbot.addWidget(column)
    qtbot.addWidget(column.picker)
    column.resize(264, 800)
    column.show()
    column.refresh()
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    yield column
    column.stop()
    runner.shutdown()


def ask(qtbot: QtBot, services: Services, runner: TaskRunner, column: MeterColumn) -> list[AskEvent]:
    """One answer, its events given to the column as the window does."""
    draft = Draft(text="Dear Ana, the meeting is on Friday at 10:00.", task=Task.REWRITE, seed=1)
    seen: list[AskEvent] = []
    handle = runner.stream(lambda cancel: services.ask.ask(draft, cancel))
    handle.events.connect(seen.extend)
    handle.events.connect(column.take)
    with qtbot.waitSignal(handle.finished, timeout=60_000):
        handle.start()
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    return seen


def test_an_empty_ledger_says_so_in_every_period(qtbot: QtBot, column: MeterColumn, runner: TaskRunner) -> None:
    for period in ("chat", "today", "month", "all"):
        column.periods.choose(period)
        qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
        assert column.period == period
        assert column.local.figure.text() == "$0.00"
        assert column.local.small.text().startswith("no answers yet")


def test_it_runs_along_and_ends_at_the_committed_totals(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    events = ask(qtbot, services, runner, column)
    lives = [event for event in events if isinstance(event, Live)]
    done = events[-1]
    assert lives
    assert isinstance(done, AnswerDone)
    totals = services.meter.totals("today").totals
    assert column.local.figure.text() == format_dollars(totals.electric_nano)
    assert column.cloud.figure.text() == format_dollars(totals.equivalent_nano)
    assert done.line is not None
    assert ("out", f"{done.line.output_total:,}", "0") in column.tokens.texts()
    assert "now" not in column.local.small.text()
    assert len(column.sparkline.bars()) == 1


def test_while_it_is_written_the_answer_is_on_top_of_what_is_committed(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    events = ask(qtbot, services, runner, column)
    before = services.meter.totals("today").totals
    again = [event for event in events if not isinstance(event, AnswerDone)]
    column.take(again)
    live = next(event for event in reversed(again) if isinstance(event, Live))
    assert column.local.figure.text() == format_dollars(before.electric_nano + (live.local_nano or 0))
    assert "now" in column.local.small.text()
    assert len(column.sparkline.bars()) == 2
    assert not runner.busy  # nothing was asked for


def test_the_cost_of_today_runs_along_whatever_period_is_shown(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    events = ask(qtbot, services, runner, column)
    before = services.meter.totals("today").totals.electric_nano
    column.periods.choose("chat")
    column.set_conversation("another")
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert column.cost_today == format_usd(before)
    with qtbot.waitSignal(column.cost_changed):
        column.take([event for event in events if not isinstance(event, AnswerDone)])
    live = next(event for event in reversed(events) if isinstance(event, Live))
    assert column.cost_today == format_usd(before + (live.local_nano or 0))


def test_a_long_summary_is_counted_once_however_often_the_totals_are_asked_for(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    """Its parts are in the ledger before it ends, and in the running figures too: the column may show them once."""
    ask(qtbot, services, runner, column)  # something else is committed already
    note = "The harbour committee met on Monday {0} and agreed to repair pier {0} for {0}00 euros before the spring."
    text = "\n\n".join(note.format(number) for number in range(1, 70))
    shown: list[tuple[int, int]] = []
    lives: list[Live] = []

    def look(batch: list[AskEvent]) -> None:
        column.take(batch)
        lives.extend(event for event in batch if isinstance(event, Live))
        if any(isinstance(event, Status) and "part" in event.text for event in batch):
            column.refresh()

    show = column.tokens.show_tokens

    def shown_tokens(local: TokenTotals, cloud: TokenTotals) -> None:
        shown.append((local.input_total, local.output_total))
        show(local, cloud)

    column.tokens.show_tokens = shown_tokens  # type: ignore[method-assign]
    committed = services.meter.totals("today").totals
    draft = Draft(text=text, task=Task.SUMMARIZE, seed=1)
    handle = runner.stream(lambda cancel: services.ask.ask(draft, cancel))
    handle.events.connect(look)
    with qtbot.waitSignal(handle.finished, timeout=100_000):
        handle.start()
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    totals = services.meter.totals("today").totals
    assert totals.calls > committed.calls + 3
    assert len(set(shown)) > 3
    assert shown == sorted(shown)
    assert [sum(pair) for pair in shown] == sorted(sum(pair) for pair in shown)
    assert shown[-1] == (totals.local.input_total, totals.local.output_total)
    assert column.local.figure.text() == format_dollars(totals.electric_nano)
    assert all(totals.local.input_total - committed.local.input_total >= live.input_total for live in lives), (
        "running figures beyond the end"
    )


def test_an_answer_whose_events_broke_off_does_not_stay_on_top(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    events = ask(qtbot, services, runner, column)
    totals = services.meter.totals("today").totals
    column.take([event for event in events if not isinstance(event, AnswerDone)])
    column.answer_ended()
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert column.local.figure.text() == format_dollars(totals.electric_nano)
    assert len(column.sparkline.bars()) == 1


def test_another_chat_does_not_count_it(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    events = ask(qtbot, services, runner, column)
    done = events[-1]
    assert isinstance(done, AnswerDone)
    column.periods.choose("chat")
    column.set_conversation("another")
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert column.local.figure.text() == "$0.00"
    column.set_conversation(done.message.conversation_id)
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert done.line is not None
    assert ("out", f"{done.line.output_total:,}", "0") in column.tokens.texts()


def test_another_reference_model_reprices_what_is_there(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    ask(qtbot, services, runner, column)
    cheap = reference.suggestions()[0]
    column.choose_reference()
    qtbot.waitUntil(column.picker.isVisible)
    column.picker.chooser.search.setText(cheap.id)
    with qtbot.waitSignal(column.reference_changed) as changed:
        column.picker.chooser.choose_current()
    assert changed.args == [cheap.id]
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    qtbot.waitUntil(lambda: not services.meter.totals("today").repricing)
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    totals = services.meter.totals("today").totals
    assert column.reference.text() == cheap.name
    assert column.cloud.figure.text() == format_dollars(totals.equivalent_nano)
    assert column.unpriced.isHidden()


def test_tokens_that_nobody_counted_are_told(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner, tmp_path: Path
) -> None:
    dropped = UsageRecord(input_total=35, output_total=12, usage_state=UsageState.ESTIMATED)
    with Store.open(tmp_path / "home" / "pennyweight.db") as store:
        store.ledger.add([cloud_entry("u", at=datetime.now(UTC), billed_nano=None, usage=dropped)])
    column.refresh()
    qtbot.waitUntil(lambda: not runner.busy, timeout=30_000)
    assert column.unpriced.text() == (
        "1 call has no price and is left out. The tokens of 1 call are at least so many, estimated."
    )


def test_hardware_wear_is_a_line_of_its_own(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    assert column.hardware.isHidden()
    services.settings.update(hardware=Hardware(price=Decimal(2000)))
    ask(qtbot, services, runner, column)
    totals = services.meter.totals("today").totals
    assert totals.hardware_nano > 0
    assert not column.hardware.isHidden()
    assert column.hardware.text() == f"+ {format_usd(totals.hardware_nano)}"
    assert column.local.figure.text() == format_dollars(totals.electric_nano)


def test_wear_that_is_switched_on_in_mid_answer_begins_with_the_next_answer(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    events = ask(qtbot, services, runner, column)
    services.settings.update(hardware=Hardware(price=Decimal(2000)))
    column.refresh()
    qtbot.waitUntil(lambda: not runner.busy)
    column.take([event for event in events if not isinstance(event, AnswerDone)])
    assert "now" in column.local.small.text()
    assert column.hardware.text() == f"+ {format_usd(0)}"


def test_every_label_of_the_column_is_plain_text(column: MeterColumn) -> None:
    labels = column.findChildren(QLabel)
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)


def test_the_energy_label_opens_how_this_is_measured(
    qtbot: QtBot, column: MeterColumn, services: Services, runner: TaskRunner
) -> None:
    QTest.keyClick(column.energy, Qt.Key.Key_Return)
    dialog = column.window().findChild(EnergyDialog)
    assert dialog is not None
    info = services.meter.source_info()
    qtbot.waitUntil(lambda: dialog.panel.name.text() == info.name)
    assert info.band_text in dialog.panel.certainty.text()
    for reason in info.why_not_better:
        assert reason in dialog.panel.better.text()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: column.window().findChild(EnergyDialog) is None)


def test_a_calibration_shows_progress_and_can_be_cancelled(
    qtbot: QtBot, services: Services, runner: TaskRunner
) -> None:
    dialog = EnergyDialog(services.meter, runner)
    qtbot.addWidget(dialog)
    dialog.show()
    panel = dialog.panel
    panel.start.click()
    assert panel.running
    assert panel.stop.isVisible()
    qtbot.waitUntil(lambda: panel.bar.value() > 0, timeout=30_000)
    panel.stop.click()
    qtbot.waitUntil(lambda: not panel.running, timeout=10_000)
    assert panel.outcome.text() == "Cancelled; nothing was changed."
    assert panel.start.isVisible()
