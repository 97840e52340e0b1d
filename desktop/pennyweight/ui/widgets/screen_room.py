"""Windows and dialogs no larger than the screen: at a larger size of everything it has room for less."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_TITLE_BAR_PX = 40
"""Above the window, by the desktop: how high it is is known only once the window is shown."""


def resize_within_screen(window: QWidget, wanted: QSize) -> None:
    """The wanted size, or what the screen leaves of it: the one of its parent, as it opens above that."""
    parent = window.parentWidget()
    at = window if parent is None else parent.window()
    screen = QGuiApplication.screenAt(at.geometry().center()) or at.screen()
    room = screen.availableSize().shrunkBy(QMargins(0, _TITLE_BAR_PX, 0, 0))
    window.resize(wanted.boundedTo(room))
