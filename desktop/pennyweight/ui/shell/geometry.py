"""The window's place, size and columns as one line of text, to be found again at the next start."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QWidget

from pennyweight.ui.widgets.screen_room import resize_within_screen

DEFAULT_SIZE = (1280, 800)


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
        resize_within_screen(window, window.size())
