"""Line icons from the Phosphor set that QtAwesome carries.

Its files are used, its code is not: that reads a dozen more fonts and a second layer over Qt, a tenth of a second of
each start.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap
from shiboken6 import isValid

_GLYPH = 0.875
"""Of the icon's height: the rest is what glyphs have around them."""


class Icons:
    """The set, for one application. KeyError for a name it does not have."""

    def __init__(self) -> None:
        spec = find_spec("qtawesome")
        assert spec is not None
        assert spec.origin is not None
        fonts = Path(spec.origin).parent / "fonts"
        font = QFontDatabase.addApplicationFont(str(next(fonts.glob("phosphor-[0-9]*.ttf"))))
        self._family = QFontDatabase.applicationFontFamilies(font)[0]
        self._codes: dict[str, str] = json.loads(next(fonts.glob("phosphor-charmap-*.json")).read_text("utf-8"))
        self._made: dict[tuple[str, str, str], QIcon] = {}

    def icon(self, name: str, colour: str, disabled: str) -> QIcon:
        """`name` as in Phosphor (`gear-six`), the colours as `#rrggbb`."""
        key = (name, colour, disabled)
        if key not in self._made:
            glyph = chr(int(self._codes[name], 16))
            self._made[key] = QIcon(_Glyph(self._family, glyph, QColor(colour), QColor(disabled)))
        return self._made[key]


class _Glyph(QIconEngine):
    """Draws one character, sharp at every size."""

    def __init__(self, family: str, glyph: str, colour: QColor, disabled: QColor) -> None:
        super().__init__()
        self._family, self._glyph = family, glyph
        self._colour, self._disabled = colour, disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        font = QFont()
        font.setFamily(self._family)
        font.setPixelSize(max(1, round(_GLYPH * rect.height())))
        painter.save()
        painter.setPen(self._disabled if mode is QIcon.Mode.Disabled else self._colour)
        painter.setFont(font)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """For an icon that Qt copies to change it."""
        made = _Glyph(self._family, self._glyph, self._colour, self._disabled)
        _clones[:] = [each for each in _clones if isValid(each)]
        _clones.append(made)
        return made


_clones: list[_Glyph] = []
"""Qt owns these and deletes them, but Python does not know that: without a reference it would free them at once."""
