"""Opening the window over services that are there already, until it is closed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.container import Services
from pennyweight.ui.shell.sizing import SCALE
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

RESTART = 75
"""Exit code of a window that asks to be opened anew."""
_LISTEN_MS = 400


def run_window(services: Services, asked: Callable[[], bool] = lambda: False) -> int:
    """Returns the exit code, or `RESTART`. The services stay open: whoever made them closes them.

    `asked` is asked a few times a second whether another start of the program wants the window in front.
    """
    chosen = services.settings.at_start()
    application = _application(chosen.size)
    application.setApplicationName("pennyweight")
    application.setApplicationDisplayName("Pennyweight")
    application.setDesktopFileName("pennyweight")
    theme = Theme(application, chosen.theme)
    window = MainWindow(services, TaskRunner(application), theme)
    _close_on_signals(window)
    listen = QTimer(application)  # also because Python sees signals only between its own instructions
    listen.timeout.connect(lambda: window.come_forward() if asked() else None)
    listen.start(_LISTEN_MS)
    _AfterFirstPaint(window, window.start)
    window.show()
    code = application.exec()
    return RESTART if window.sizing.restart_wanted else code


def _application(size: int) -> QApplication:
    """Qt scales the whole window once, when it starts; a scale of the person's own environment goes before."""
    own = SCALE in os.environ
    if size != 100 and not own:
        os.environ[SCALE] = str(size / 100)
    try:
        return QApplication(["pennyweight"])
    finally:
        if not own:
            os.environ.pop(SCALE, None)  # not for the programs that are opened from here


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


def _close_on_signals(window: MainWindow) -> None:
    """Ctrl+C in the terminal and a polite kill close the window, so that nothing is lost."""

    def close(_number: int, _frame: FrameType | None) -> None:
        window.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)
