"""A part that is shown before it has its place is a window of its own for a moment: it flashes, and takes the focus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Attachment
from pennyweight.domain.errors import KnownError
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

FILE = Attachment(name="notes.txt", text="some words here", size_bytes=15, sha256="1")


class Witness(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(f"{type(watched).__name__} {watched.accessibleName()}".strip())
        return False


@pytest.fixture
def witness(qapp: QApplication) -> Iterator[Witness]:
    made = Witness()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


def test_all_pages_and_parts_come_up_inside_the_window(
    qtbot: QtBot, witness: Witness, theme: Theme, tmp_path: Path
) -> None:
    services = build_services(tmp_path)
    window = MainWindow(services, TaskRunner(), theme)
    try:
        window.show()
        window.start()
        first = window.pages.onboarding.steps[0].first_control()
        qtbot.waitUntil(lambda: not window.runner.busy and window.focusWidget() is first)
        for page in ("compare", "audit", "models", "settings", "chat"):
            window.show_page(page)
            qtbot.waitUntil(lambda: not window.runner.busy)
        window.page.composer.add_attachment(FILE)
        window.page.composer.set_editing(True)
        window.show_problem(KnownError("Something is not there."))
        window.tell("Something was done.", ("Undo", lambda: None))
        _later = (window.cloud.sheet, window.cloud.picker, window.meter.picker)
        window.resize(560, 700)
        window.area.toggle_list()
        window.area.toggle_meter()
        qtbot.waitUntil(lambda: not window.runner.busy)
        assert witness.windows == ["MainWindow"]
        assert QApplication.activeWindow() is window
    finally:
        window.close()
        window.deleteLater()
        services.close()
