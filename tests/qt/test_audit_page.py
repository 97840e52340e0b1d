"""The audit page over a real database: what is shown, what a click opens, both looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLabel
from pytestqt.qtbot import QtBot
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter import reference
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.container import Services
from pennyweight.store import Store
from pennyweight.ui.audit import reprice_panel
from pennyweight.ui.audit.importing import Importing
from pennyweight.ui.audit.page import AuditPage
from pennyweight.ui.audit.period_picker import DaysDialog
from pennyweight.ui.audit.rows_dialog import RowsDialog
from pennyweight.ui.theme import Theme

NOW = datetime.now(UTC)
PATIENCE_MS = 40_000
HOSTILE = "<b>m</b><img src=file:///etc/passwd>"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.ledger.add(
            [
                local_entry("l", at=NOW, equivalent=None),
                cloud_entry("c", at=NOW),
                cloud_entry("i", at=NOW, origin="claude-code:s.jsonl:7", model=HOSTILE, billed_nano=5_000_000),
                cloud_entry("u", at=NOW, model="gpt-new", billed_nano=None),
            ]
        )
    opened = build_services(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def page(qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme) -> Iterator[AuditPage]:
    page = AuditPage(services, runner, theme, Importing(services.imports, runner))
    qtbot.addWidget(page)
    page.resize(1224, 800)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: not runner.busy, timeout=PATIENCE_MS)
    yield page
    runner.shutdown()


def test_the_cards_and_tables_say_what_the_ledger_holds(page: AuditPage) -> None:
    assert page.cards[0].figure.text() == "0.58¢"
    assert page.cards[0].small.text() == "0.08¢ here · 0.5¢ imported · 1 unpriced row"
    assert page.cards[1].small.text().endswith(" · $0.18/kWh")
    assert page.cards[3].figure.text() == "$20 / mo"
    lines = {line[0]: line[1:] for line in page.breakdown.table.texts()}
    assert lines[f"{HOSTILE} imported"] == ["1", "1,000", "300", "0.5¢", "–"]
    assert lines["gpt-new"][3] == "unpriced"
    assert "1 call without a price" in page.unpriced.text()
    # 100 in here and 1,000 for each of the three others; 60 and, imported, 200 of them had been sent before.
    assert page.tokens.text() == "3,100 tokens in · 2,840 new · 260 re-sent · 640 cached · 920 out · 305 reasoning"


def test_local_work_is_compared_after_the_bills_were_worked_out(qtbot: QtBot, page: AuditPage) -> None:
    qtbot.waitUntil(lambda: page.cards[2].figure.text() != "$0.00")
    assert "not compared" not in page.cards[2].small.text()


def test_working_out_the_bills_holds_no_change_up_and_ends_with_the_window(
    qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, work_out = threading.Event(), services.meter.reprice

    def of_many_calls(cancel: Cancel) -> int:
        began.set()
        cancel.wait(PATIENCE_MS / 1000)
        return work_out(cancel)

    monkeypatch.setattr(services.meter, "reprice", of_many_calls)
    page = AuditPage(services, runner, theme, Importing(services.imports, runner))
    qtbot.addWidget(page)
    page.refresh()
    qtbot.waitUntil(began.is_set)
    page.refresh()  # it is asked for once
    changed: list[bool] = []
    runner.change(lambda: services.settings.update(onboarding_done=True), lambda _done: changed.append(True))
    qtbot.waitUntil(lambda: bool(changed))
    runner.shutdown()
    assert services.meter.totals("all").repricing


def test_the_plot_has_a_bar_a_day_and_a_table_behind_it(qtbot: QtBot, page: AuditPage) -> None:
    plot = page.days.view.plot
    assert plot is not None
    today = NOW.astimezone().day - 1
    assert plot.bars()[today][1] == pytest.approx(0.005805)
    assert len(plot.bars()) == page.days.view.table.rowCount() >= 28
    page.days.view.switch.click()
    assert plot.isHidden()
    assert page.days.view.table.texts()[today][1] == "0.58¢ + 1 unpriced"
    with qtbot.waitSignal(page.days.opened) as opened:
        QTest.keyClick(plot, Qt.Key.Key_Right)
        QTest.keyClick(plot, Qt.Key.Key_Return)
    assert opened.args is not None
    assert opened.args[0] is page.days._days[0]


def test_a_line_opens_its_rows_with_rate_card_and_origin(
    qtbot: QtBot, page: AuditPage, services: Services, runner: TaskRunner
) -> None:
    number = next(n for n, line in enumerate(page.breakdown.table.texts()) if line[0].startswith(HOSTILE))
    page.breakdown.table.opened.emit(number)
    qtbot.waitUntil(lambda: bool(page.window().findChildren(RowsDialog)))
    (dialog,) = page.window().findChildren(RowsDialog)
    shown = [label.text() for label in dialog.findChildren(QLabel) if not label.isHidden()]
    assert "claude-code:s.jsonl:7" in shown
    assert "Rate, input" in shown
    assert "$0.25 per million tokens" in shown
    assert dialog.table.rowCount() == 1
    dialog.accept()


def test_what_if_is_worked_out_again_for_other_numbers(qtbot: QtBot, page: AuditPage, runner: TaskRunner) -> None:
    qtbot.waitUntil(lambda: page.what_if.table.rowCount() >= 3)
    assert page.what_if.table.texts()[0][1:3] == ["$0.0160", "$1,600.00"]
    page.what_if.runs.setValue(10)
    qtbot.waitUntil(lambda: page.what_if.table.texts()[0][2] == "$0.1600")
    page.what_if.fill_from(task="ask")
    qtbot.waitUntil(lambda: page.what_if.input.value() == 775)


@pytest.mark.parametrize(
    ("typed", "why"), [("-5", "between 0 and 10,000,000"), ("1e30", "a whole number"), ("99999999999", "between 0 and")]
)
def test_a_number_the_what_if_cannot_use_is_refused_in_one_line(page: AuditPage, typed: str, why: str) -> None:
    field, reason = page.what_if.input, page.what_if.reason
    field.selectAll()
    QTest.keyClicks(field, typed)
    assert reason.isHidden()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (field.value(), field.text()) == (3_000, "3,000")
    assert why in reason.text()
    assert f"“{typed}” is not used; 3,000 stays." in reason.text()
    assert not reason.isHidden()
    field.selectAll()
    QTest.keyClicks(field, "4 500")
    assert reason.isHidden()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 4_500


def test_both_looks_and_every_width(qtbot: QtBot, page: AuditPage, theme: Theme) -> None:
    for look in ("dark", "light"):
        theme.set_look(look)
        plot = page.days.view.plot
        assert plot is not None
        assert plot.backgroundBrush().color().name() == theme.tokens().panel
    for width in (1600, 900, 480, 1224):
        page.resize(width, 700)
        qtbot.wait(1)


def test_another_period_is_shown_and_exported(
    qtbot: QtBot, page: AuditPage, runner: TaskRunner, tmp_path: Path
) -> None:
    page.picker.kinds.changed.emit("year")
    qtbot.waitUntil(lambda: page.days.view.table.rowCount() >= 365)
    page.picker.fill_menu()
    assert page.picker.menu.actions()[0].text() == str(NOW.astimezone().year)
    page.export_to(tmp_path / "audit.html", 0)
    qtbot.waitUntil((tmp_path / "audit.html").exists)
    qtbot.waitUntil(lambda: not runner.busy, timeout=PATIENCE_MS)


def test_days_of_ones_own_must_be_the_right_way_round(qtbot: QtBot) -> None:
    period = AuditPeriod.month(NOW.date())
    dialog = DaysDialog(period)
    qtbot.addWidget(dialog)
    assert (dialog.period().first, dialog.period().last) == (period.first, period.last)
    dialog.first.setDate(dialog.last.date().addDays(1))
    dialog._check()
    assert "ends before it begins" in dialog.problem.text()


def test_the_same_work_by_task_by_source_and_by_chat(qtbot: QtBot, page: AuditPage) -> None:
    for key, first in (("task", {"ask"}), ("source", {"Claude Code imported", "OpenAI", "This computer"})):
        page.breakdown.sides.choose(key)
        page.breakdown.sides.changed.emit(key)
        assert {line[0] for line in page.breakdown.table.texts()} == first
    page.breakdown.sides.choose("conversation")
    page.breakdown.sides.changed.emit("conversation")
    qtbot.waitUntil(lambda: page.breakdown.table.texts()[0][0] == "Not part of a chat")


@pytest.mark.parametrize("width", [1224, 1180, 1170, 620])
def test_every_figure_of_a_long_list_is_seen_whole(qtbot: QtBot, page: AuditPage, width: int) -> None:
    page.resize(width, 800)
    table = page.breakdown.table
    table.show_lines([("A chat of some length", "3", "3,720", "4,417", "0.0000018¢", "0.0000009¢")] * 20)
    for row in range(20):
        table.mark(row, "local")
    qtbot.waitUntil(lambda: table.verticalScrollBar().isVisible())
    qtbot.waitUntil(lambda: table.horizontalHeader().length() <= table.viewport().width())


def test_a_chat_is_seen_turn_by_turn_and_a_bar_opens_its_row(
    qtbot: QtBot, page: AuditPage, services: Services, tmp_path: Path
) -> None:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.ledger.add(
            cloud_entry(f"t{turn}", at=NOW, conversation_id="long", resent=100 * turn, billed_nano=0,
                        usage=UsageRecord(input_total=100 * turn + 50, output_total=0))
            for turn in range(5)
        )  # fmt: skip
    page.refresh()
    view = page.thrift.view
    qtbot.waitUntil(lambda: page.thrift.table.rowCount() == 1 and view.plot is not None, timeout=PATIENCE_MS)
    assert page.thrift.table.texts()[0][:4] == ["A chat that is gone", "5", "1,250", "80%"]
    assert view.plot is not None
    assert view.plot.bars() == [(100.0 * turn, 50.0) for turn in range(5)]
    assert view.table.texts()[4][:4] == ["5", "50", "400", "89%"]
    view.plot.opened.emit(4)
    qtbot.waitUntil(lambda: bool(page.window().findChildren(RowsDialog)), timeout=PATIENCE_MS)
    (dialog,) = page.window().findChildren(RowsDialog)
    assert dialog.table.texts()[0][3:5] == ["450", "400"]
    dialog.accept()


def test_the_same_use_at_other_prices_can_be_had_for_any_model(qtbot: QtBot, page: AuditPage) -> None:
    qtbot.waitUntil(lambda: page.reprice.table.rowCount() == 2, timeout=PATIENCE_MS)
    page.reprice.choice.changed.emit(("openai/gpt-4o-2024-05-13",))
    qtbot.waitUntil(lambda: page.reprice.table.rowCount() == 1, timeout=PATIENCE_MS)
    (line,) = page.reprice.table.texts()
    assert line[1].startswith("$0.0")
    assert line[3].endswith("more")


def test_models_of_the_what_if_are_chosen_kept_and_taken_away(
    qtbot: QtBot, page: AuditPage, services: Services, runner: TaskRunner
) -> None:
    choice = page.what_if.choice
    qtbot.waitUntil(lambda: bool(choice.models()), timeout=PATIENCE_MS)
    found = reference.find("openai/gpt-4o-2024-05-13")
    assert found is not None
    choice.picker.chosen.emit(found)
    qtbot.waitUntil(lambda: any("$3,000.00" in line for line in page.what_if.table.texts()), timeout=PATIENCE_MS)
    assert choice.models()[-2:] == (found.id, "local")
    line = page.what_if.table.texts()[-2]
    assert line[1:] == ["$0.0300", "$3,000.00", "$0.0300 once"]
    for model in choice.models()[:-2]:
        choice._drop(model)
        qtbot.waitUntil(partial(lambda gone: gone not in choice.models(), model), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not runner.busy, timeout=PATIENCE_MS)
    assert services.what_if.models() == (found.id, "local")


def test_a_chat_of_any_program_fills_in_the_what_if(qtbot: QtBot, page: AuditPage, tmp_path: Path) -> None:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.ledger.add([cloud_entry("s", at=NOW, conversation_id="claude-code:0b3f2c1a-9", origin="claude-code:f:1")])
    page.what_if.choose_chat()
    picker = page.what_if.chats
    qtbot.waitUntil(picker.isVisible, timeout=PATIENCE_MS)
    QTest.keyClicks(picker.search, "code 0b3f")
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.what_if.input.value() == 1_000, timeout=PATIENCE_MS)
    assert page.what_if.output.value() == 300


def test_local_and_cloud_work_of_a_task_stand_side_by_side(page: AuditPage) -> None:
    view = page.tasks.view
    assert view.plot is not None
    # Imported rows do not say their task: only what was asked here counts.
    assert [bar[1] for bar in view.plot.bars()] == [pytest.approx(0.000805)]
    assert view.table.texts()[0][:3] == ["Ask", "1", "2"]


def test_other_prices_of_a_long_period_wait_for_their_button_and_can_be_stopped(
    qtbot: QtBot, page: AuditPage, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprice_panel, "AT_ONCE", 0)
    panel = page.reprice
    page.picker.show_period(AuditPeriod.year(NOW.date()))
    qtbot.waitUntil(lambda: panel.start.isVisibleTo(page) and not runner.busy, timeout=PATIENCE_MS)
    assert panel.note.text() == "4 calls, each priced at its own moment."
    assert panel.table.rowCount() == 0
    panel.start.click()
    assert panel.stop.isVisibleTo(page)
    panel.stop.click()
    assert panel.note.text() == "Stopped."
    qtbot.waitUntil(lambda: not runner.busy, timeout=PATIENCE_MS)
    assert panel.table.rowCount() == 0
    panel.start.click()
    qtbot.waitUntil(lambda: panel.table.rowCount() == 2, timeout=PATIENCE_MS)


def test_a_period_without_calls_shows_no_empty_tables(qtbot: QtBot, page: AuditPage, runner: TaskRunner) -> None:
    page.picker.show_period(AuditPeriod(NOW.date().replace(year=2019, day=1), NOW.date().replace(year=2019, day=2)))
    qtbot.waitUntil(lambda: not runner.busy, timeout=PATIENCE_MS)
    for panel in (page.breakdown, page.tasks, page.reprice, page.thrift):
        assert panel.isHidden()
    assert page.days.view.nothing.isVisibleTo(page)
    assert page.what_if.isVisibleTo(page)
    page.picker.show_period(AuditPeriod.month(NOW.date()))
    qtbot.waitUntil(lambda: page.breakdown.isVisibleTo(page), timeout=PATIENCE_MS)


def test_the_price_of_the_plan_is_asked_with_the_one_that_is_kept(qtbot: QtBot, page: AuditPage) -> None:
    def asked() -> list[QInputDialog]:
        return [one for one in page.findChildren(QInputDialog) if one.isVisible()]

    page.change_plan.click()
    assert not asked(), "it is read from the database first, which the window does not wait for"
    qtbot.waitUntil(lambda: len(asked()) == 1, timeout=PATIENCE_MS)
    (dialog,) = asked()
    assert dialog.doubleValue() == 20.0
    dialog.setDoubleValue(30.0)
    dialog.accept()
    qtbot.waitUntil(lambda: page.cards[3].figure.text() == "$30 / mo", timeout=PATIENCE_MS)
