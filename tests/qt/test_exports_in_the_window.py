"""Exports hold nobody up, are seen, can be stopped, end with the window, and leave no half of a file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.unit.store.store_samples import cloud_entry

from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.widgets import Toast, export_line
from pennyweight.ui.widgets.export_line import ExportLine

KINDS = ("backup", "chats", "ledger", "page", "table", "lines", "focus")


class Export:
    """One that waits at its first progress until `gate` is set."""

    def __init__(self, window: MainWindow, kind: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.began, self.gate = threading.Event(), threading.Event()
        monkeypatch.setattr(export_line, "seldom", lambda _relay: self._wait)
        store = window.services.meter._store
        store.conversations.create("A chat")
        store.ledger.add([cloud_entry("c")])
        data, audit = window.pages.settings_page.data, window.pages.audit_page
        of_settings = {"backup": data.write_backup, "chats": data.write_chats, "ledger": data.write_ledger}
        of_audit = ("page", "table", "lines", "focus")
        self.line: ExportLine = data.line if kind in of_settings else audit.writing
        self.toast: Toast = window.pages.settings_page.toast if kind in of_settings else audit.toast
        self._write: Callable[[Path], None] = of_settings.get(
            kind, lambda path: audit.export_to(path, of_audit.index(kind))
        )

    def start(self) -> None:
        self._write(self.path)
        assert self.began.wait(40)

    def _wait(self, text: str, fraction: float | None) -> None:
        del text, fraction
        self.began.set()
        self.gate.wait(40)


@pytest.fixture(params=KINDS)
def export(
    request: pytest.FixtureRequest, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Export:
    ending = {"backup": "db", "chats": "json", "ledger": "csv", "page": "html", "lines": "jsonl"}
    path = tmp_path / f"out.{ending.get(request.param, 'csv')}"
    path.write_text("as it was")
    return Export(window, request.param, path, monkeypatch)


def test_a_change_goes_through_and_stop_leaves_the_file_as_it_was(
    qtbot: QtBot, window: MainWindow, export: Export
) -> None:
    export.start()
    changed: list[object] = []
    window.runner.change(lambda: window.services.settings.update(onboarding_done=True), changed.append)
    qtbot.waitUntil(lambda: bool(changed))
    qtbot.waitUntil(lambda: not export.line.isHidden())
    export.line.stop.click()
    export.gate.set()
    qtbot.waitUntil(lambda: export.line.isHidden())
    assert export.toast.text() == "Stopped. Nothing was written."
    untouched(export.path)


def test_closing_the_window_stops_it(window: MainWindow, export: Export) -> None:
    export.start()
    cancel = export.line._cancel
    assert cancel is not None
    cancel.on_cancel(export.gate.set)
    window.close()
    assert export.gate.is_set()
    untouched(export.path)


def untouched(path: Path) -> None:
    assert path.read_text() == "as it was"
    assert [one.name for one in path.parent.iterdir() if one.name.endswith(".part")] == []
