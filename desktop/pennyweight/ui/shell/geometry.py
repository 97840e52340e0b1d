"""The window's place, size and columns as one line of text, to be found again at the next start."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QMargins, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

DEFAULT_SIZE = (1280, 800)
_TITLE_BAR_PX = 40
"""Above the window, by the desktop: how high it is is known only once the window is shown."""


@dataclass(frozen=True, slots=True)
class WindowState:
    geometry: bytes = b""
    list_width: int = 240
    list_wanted: bool = True
    meter_wanted: bool = True

    def to_text(self) -> str:
        return json.dumps(
            {
                "geometry": base64.b64encode(self.geometry).decode("ascii"),
                "list_width": self.list_width,
                "list": self.list_wanted,
                "meter": self.meter_wanted,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> WindowState:
        """Anything that is not such a line gives the defaults."""
        try:
            data = json.loads(text)
            return cls(
                base64.b64decode(data["geometry"]),
                min(max(int(data["list_width"]), 180), 480),
                bool(data["list"]),
                bool(data["meter"]),
            )
        except (ValueError, TypeError, KeyError, binascii.Error):
            return cls()

    def qt_geometry(self) -> QByteArray:
        return QByteArray(self.geometry)


def open_at(window: QWidget, kept: QByteArray) -> None:
    """Where the person left it, else at the usual size; never larger than the screen, which may be another one by now.

    Qt refuses what was kept on a screen of quite another width, as all of them are at another size of everything.
    """
    if not window.restoreGeometry(kept):
        window.resize(*DEFAULT_SIZE)
    if not window.windowState() & (Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen):
        screen = QGuiApplication.screenAt(window.geometry().center()) or window.screen()
        room = screen.availableSize().shrunkBy(QMargins(0, _TITLE_BAR_PX, 0, 0))
        window.resize(window.size().boundedTo(room))
