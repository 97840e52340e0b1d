"""Opening the window over services that are there already, until it is closed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.container import Services
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

_LISTEN_MS = 400


def run_window(services: Services) -> int:
    """Returns the exit code. The services stay open: whoever made them closes them."""
    application = QApplication(["pennyweight"])
    application.setApplicationName("pennyweight")
    application.setApplicationDisplayName("Pennyweight")
    application.setDesktopFileName("pennyweight")
    theme = Theme(application, services.settings.at_start().theme)
    window = MainWindow(services, TaskRunner(application), theme)
    _close_on_signals(application, window)
    _AfterFirstPaint(window, window.start)
    window.show()
    return application.exec()


class _AfterFirstPaint(QObject):
    """Calls once when the window has been painted: the first contents take the price table, half a second of work."""

    def __init__(self, window: MainWindow, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._then)
        return False


def _close_on_signals(application: QApplication, window: MainWindow) -> None:
    """Ctrl+C in the terminal and a polite kill close the window, so that nothing is lost."""

    def close(_number: int, _frame: FrameType | None) -> None:
        window.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)
    listen = QTimer(application)
    listen.timeout.connect(lambda: None)  # Python sees signals only between its own instructions
    listen.start(_LISTEN_MS)
