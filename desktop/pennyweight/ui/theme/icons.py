"""Line icons from the Phosphor set that QtAwesome carries."""

from __future__ import annotations

import qtawesome  # type: ignore[import-untyped]  # ships no types
from PySide6.QtGui import QIcon


def tinted(name: str, colour: str) -> QIcon:
    """`name` as in Phosphor (`gear-six`), `colour` as `#rrggbb`."""
    icon: QIcon = qtawesome.icon(f"ph.{name}", color=colour)
    return icon
