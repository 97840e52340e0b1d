"""Opening the window over services that are there already, until it is closed."""

from __future__ import annotations

import signal
from types import FrameType

from PySide6.QtCore import QTimer
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
    theme = Theme(application, services.settings.get().theme)
    window = MainWindow(services, TaskRunner(application), theme)
    _close_on_signals(application, window)
    window.show()
    window.start()
    return application.exec()


def _close_on_signals(application: QApplication, window: MainWindow) -> None:
    """Ctrl+C in the terminal and a polite kill close the window, so that nothing is lost."""

    def close(_number: int, _frame: FrameType | None) -> None:
        window.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)
    listen = QTimer(application)
    listen.timeout.connect(lambda: None)  # Python sees signals only between its own instructions
    listen.start(_LISTEN_MS)
