"""The import and reconciliation dialogs: real files, through the real importers, into a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from tests.support.usage_files import (
    GPT_5_MINI_DAYS,
    anthropic_usage,
    chatgpt_export,
    claude_log,
    openai_cost,
    openai_usage,
)

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.container import Services
from pennyweight.services.imports.kinds import KINDS
from pennyweight.ui.audit.import_dialog import ImportDialog
from pennyweight.ui.audit.page import AuditPage
from pennyweight.ui.models.controller import ModelsController
from pennyweight.ui.shell.pages import Pages
from pennyweight.ui.theme import Theme

Settle = Callable[[], None]


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    person = tmp_path / "person"
    person.mkdir()
    monkeypatch.setenv("HOME", str(person))
    for name in ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_DATA_DIR", "LLM_USER_PATH"):
        monkeypatch.delenv(name, raising=False)
    opened = build_services(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def pages(qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme) -> Iterator[Pages]:
    chat = QWidget()
    pages = Pages(services, runner, theme, ModelsController(services.models, runner, theme, chat), chat)
    qtbot.addWidget(pages)
    pages.resize(1224, 800)
    pages.show()
    yield pages
    pages.close_all()
    runner.shutdown()


@pytest.fixture
def page(qtbot: QtBot, pages: Pages, runner: TaskRunner) -> AuditPage:
    pages.show_page("audit")
    qtbot.waitUntil(lambda: not runner.busy, timeout=20_000)
    return pages.audit_page


@pytest.fixture
def settle(qtbot: QtBot, runner: TaskRunner) -> Settle:
    """One step leads to the next: idle twice in a row is idle."""

    def wait() -> None:
        for _ in range(3):
            qtbot.waitUntil(lambda: not runner.busy, timeout=20_000)
            QApplication.processEvents()

    return wait


@pytest.fixture
def dialog(page: AuditPage, settle: Settle) -> ImportDialog:
    page.imports.button.click()
    settle()
    return page.imports.dialog


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return claude_log(
        tmp_path / "logs" / "s.jsonl", ("m1", 40, 100, "2026-11-01T10:00:00Z"), ("m2", 60, 200, "2026-11-02T10:00:00Z")
    )


def look_again(qtbot: QtBot, pages: Pages, settle: Settle) -> None:
    """As a while after each start."""
    with qtbot.waitSignal(pages._later.timeout):
        pages.watch_logs_later()
    settle()


def calls(services: Services) -> int:
    return services.meter.totals("all").totals.calls


def test_a_preview_says_what_would_be_written_and_writes_nothing(
    dialog: ImportDialog, services: Services, log: Path, settle: Settle
) -> None:
    log.write_text(log.read_text() + "\n{torn")
    dialog.preview(log)
    settle()
    assert dialog.shown.title.text() == "2 rows would be new. Nothing has been written yet."
    facts = dialog.shown.shown()
    assert facts["Recognised as"] == "Claude Code"
    # 100 in at $2 and 300 out at $10 per million
    assert facts["Priced at"] == "0.32¢"
    assert facts["Left out"] == "1 row"
    assert dialog.shown.skipped.texts() == [["not readable", "1"]]
    assert dialog.shown.go_button.text() == "Import 2 rows"
    assert calls(services) == 0


def test_an_import_is_written_shown_taken_back_and_put_back(
    dialog: ImportDialog, page: AuditPage, services: Services, log: Path, settle: Settle
) -> None:
    dialog.preview(log)
    settle()
    dialog.shown.go_button.click()
    settle()
    assert dialog.shown.title.text() == "2 rows imported."
    assert calls(services) == 2
    dialog.shown.undo_button.click()
    settle()
    assert calls(services) == 0
    assert dialog.banner.text() == "Taken back: 2 rows."
    assert dialog.past.table.texts()[0][5] == "taken back"
    dialog.past.put_back_button.click()
    settle()
    assert calls(services) == 2
    assert [line[5] for line in dialog.past.table.texts()] == ["", "taken back, put back later"]
    assert page.cards[0].figure.text() != ""


def test_the_same_file_again_offers_nothing_to_write(dialog: ImportDialog, log: Path, settle: Settle) -> None:
    dialog.preview(log)
    settle()
    dialog.run()
    settle()
    dialog.preview(log)
    settle()
    assert dialog.shown.title.text() == "Nothing new: 2 rows are in the ledger already."
    assert dialog.shown.go_button.isHidden()


def test_logs_are_found_in_the_usual_places_and_opened_with_a_key(
    qtbot: QtBot, dialog: ImportDialog, services: Services, tmp_path: Path, settle: Settle
) -> None:
    dialog.start.look.click()
    settle()
    assert dialog.start.note.text() == "There are no logs in the usual places."
    place = tmp_path / "person" / ".claude" / "projects"
    claude_log(place / "p" / "s.jsonl", ("m1", 1, 1, "2026-11-01T10:00:00Z"))
    dialog.look()
    settle()
    ((what, where, files, size, _newest),) = dialog.start.found.texts()
    assert (what, where, files) == ("Claude Code", "~/.claude/projects", "1")
    assert size.endswith("bytes")
    QTest.keyClick(dialog.start.found, Qt.Key.Key_Return)
    settle()
    assert dialog.shown.go_button.text() == "Import 1 row"


def test_a_file_that_is_no_log_is_refused_in_one_sentence(dialog: ImportDialog, tmp_path: Path, settle: Settle) -> None:
    (tmp_path / "holiday.csv").write_text("place,days\n")
    dialog.preview(tmp_path / "holiday.csv")
    settle()
    refused = dialog.banner.text()
    assert refused.startswith(f"Nothing in {tmp_path / 'holiday.csv'} is of a kind that can be imported. What can be: ")
    for kind in KINDS.values():
        assert f"{kind.name} ({kind.reads})" in refused
        assert kind.name in dialog.start.known.text()
    assert dialog.stack.currentWidget() is dialog.start


def test_a_stopped_import_keeps_nothing_and_says_so(
    qtbot: QtBot, dialog: ImportDialog, services: Services, tmp_path: Path, settle: Settle
) -> None:
    many = [(f"m{number}", 10, 10, "2026-11-01T10:00:00Z") for number in range(3_000)]
    dialog.preview(claude_log(tmp_path / "big.jsonl", *many))
    settle()
    dialog.run()
    assert dialog.stack.currentWidget() is dialog.busy
    dialog.busy.stop.click()
    settle()
    assert dialog.banner.text() == "Stopped. Nothing was imported."
    assert calls(services) == 0
    assert services.imports.runs() == []


def test_closing_the_dialog_stops_what_is_under_way(
    qtbot: QtBot, page: AuditPage, dialog: ImportDialog, services: Services, tmp_path: Path, settle: Settle
) -> None:
    many = [(f"m{number}", 10, 10, "2026-11-01T10:00:00Z") for number in range(3_000)]
    dialog.preview(claude_log(tmp_path / "big.jsonl", *many))
    settle()
    dialog.run()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle()
    assert page.toast.text() == "Stopped. Nothing was imported."
    assert calls(services) == 0


def test_a_file_dropped_on_the_page_is_previewed(
    page: AuditPage, services: Services, log: Path, settle: Settle
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(log))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(50, 50).toPoint(), copy, data, left, none)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(50, 50), copy, data, left, none))
    settle()
    assert page.imports.dialog.isVisible()
    assert page.imports.dialog.shown.go_button.text() == "Import 2 rows"
    assert calls(services) == 0


def test_use_told_twice_is_warned_of_and_the_choice_changes_the_audit(
    page: AuditPage, dialog: ImportDialog, tmp_path: Path, settle: Settle, log: Path
) -> None:
    dialog.preview(log)
    settle()
    dialog.run()
    settle()
    dialog.preview(anthropic_usage(tmp_path / "usage.json", ("2026-11-01", 1_000, 500)))
    settle()
    assert dialog.shown.warning.text().startswith("1 day of Anthropic would be in the ledger twice: 0.7¢")
    dialog.run()
    settle()
    dialog.reject()
    page.show_period(AuditPeriod.month(page.picker.period.first.replace(year=2026, month=11)))
    page.picker.show_period(AuditPeriod.month(page.picker.period.first.replace(year=2026, month=11)))
    settle()
    assert page.cards[0].figure.text() == "0.32¢"
    assert page.imports.panel.twice.text().endswith("The audit counts them once, from the calls.")
    page.imports.panel.counting.choose("reports")
    settle()
    # the report's 0.7 cents and the 0.212 cents of the second of November
    assert page.cards[0].figure.text() == "0.91¢"


def test_the_three_billed_days_leave_nothing_unexplained(
    page: AuditPage, tmp_path: Path, settle: Settle, services: Services
) -> None:
    services.imports.run(
        "auto", openai_usage(tmp_path / "u.csv", *((day, taken, made) for day, taken, made, _ in GPT_5_MINI_DAYS))
    )
    page.imports.reconcile("openai")
    settle()
    bill = page.imports.bill
    assert bill.sentence.text() == "There is no bill of OpenAI here yet. Choose its cost report."
    bill.bring(openai_cost(tmp_path / "c.csv", *((day, usd) for day, _, _, usd in GPT_5_MINI_DAYS)))
    settle()
    assert [line[1] for line in bill.table.texts()] == ["agrees"] * 3
    assert [line[4:] for line in bill.table.texts()] == [["$0.00", "$0.00"]] * 3
    assert bill.sentence.text().endswith("They agree, to the billionth of a dollar.")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    bill.bring(tmp_path / "bad.csv")
    settle()
    assert bill.banner.text() == "bad.csv holds no bill."
    bill.reject()


def test_chat_exports_and_bills_stand_beside_the_ledger(
    page: AuditPage, tmp_path: Path, settle: Settle, services: Services
) -> None:
    assert page.imports.panel.isHidden()
    services.imports.run(
        "auto", openai_usage(tmp_path / "u.csv", *((day, taken, made) for day, taken, made, _ in GPT_5_MINI_DAYS))
    )
    services.imports.run("auto", openai_cost(tmp_path / "c.csv", ("2025-10-07", "0.669788")))
    services.imports.run("auto", chatgpt_export(tmp_path / "x.json", ("Why? " * 90, "So. " * 900), at=1_760_000_000.0))
    page.picker.show_period(AuditPeriod.month(page.picker.period.first.replace(year=2025, month=10, day=1)))
    settle()
    panel = page.imports.panel
    assert panel.bills.texts() == [["OpenAI", "1", "$0.67", "$0.57", "$0.10"]]
    ((source, answers, *_),) = panel.estimates.texts()
    assert (source, answers) == ("ChatGPT export", "1")
    assert page.cards[0].figure.text() == "$0.9827"


def test_the_switch_brings_in_what_is_new_after_the_start_and_says_so_once(
    qtbot: QtBot,
    pages: Pages,
    dialog: ImportDialog,
    services: Services,
    tmp_path: Path,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pennyweight.ui.shell.pages.WATCH_DELAY_MS", 1)
    claude_log(tmp_path / "person" / ".claude" / "projects" / "s.jsonl", ("m1", 40, 100, "2026-11-01T10:00:00Z"))
    told: list[str] = []
    pages.imported.connect(told.append)
    look_again(qtbot, pages, settle)
    assert (told, calls(services)) == ([], 0)
    dialog.start.watch.click()
    settle()
    assert services.imports.watching()
    for _ in range(2):
        look_again(qtbot, pages, settle)
    assert told == ["Claude Code: 1 new row since the last time, 0.11¢."]


def test_every_page_of_the_dialogs_in_both_looks_and_small(
    qtbot: QtBot, page: AuditPage, dialog: ImportDialog, theme: Theme, log: Path, settle: Settle
) -> None:
    dialog.preview(log)
    settle()
    page.imports.reconcile()
    settle()
    for look in ("dark", "light"):
        theme.set_look(look)
        for widget in (dialog.start, dialog.busy, dialog.shown, dialog.past):
            dialog.stack.setCurrentWidget(widget)
            for width in (360, 760):
                dialog.resize(width, 420)
                page.imports.bill.resize(width, 420)
                qtbot.wait(1)
    page.imports.bill.reject()
