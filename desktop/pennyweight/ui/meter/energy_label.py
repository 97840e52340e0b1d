"""How sure the energy is, in a word that looks like what it says: measured, est., unknown."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from pennyweight.ui.meter.figures import ENERGY_TOOLTIP, Certainty
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import plain_tooltip
from pennyweight.ui.widgets.painted_label import PaintedLabel

_PAD = 3
_UNDERLINE = {
    "measured": Qt.PenStyle.SolidLine,
    "mixed": Qt.PenStyle.DashLine,
    "estimated": Qt.PenStyle.DotLine,
    "unknown": Qt.PenStyle.NoPen,
}


class EnergyLabel(PaintedLabel):
    """A solid line under what was measured, dots under an estimate, none and the warning colour under the unknown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._word = ""
        self._band = ""
        self._certainty: Certainty = "unknown"

    def text(self) -> str:
        return f"{self._word} {self._band}".strip()

    @property
    def certainty(self) -> Certainty:
        return self._certainty

    def set_state(self, word: str, band: str, certainty: Certainty) -> None:
        """`band` is left out of the painting where there is no room for it, and is in the tooltip always."""
        self._word, self._band, self._certainty = word, band, certainty
        self.setAccessibleName(f"Energy: {self.text()}. How this is measured.")
        self.setToolTip(plain_tooltip(f"{self.text()}\n{ENERGY_TOOLTIP}"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self._size_of(self.text())

    def minimumSizeHint(self) -> QSize:
        return self._size_of(self._word)

    def _size_of(self, text: str) -> QSize:
        metrics = QFontMetrics(self._small_font())
        return QSize(metrics.horizontalAdvance(text) + 2 * _PAD, metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        tokens = self._theme.tokens()
        painter = self._painter()
        colour = QColor(tokens.warn if self._certainty == "unknown" else tokens.mute)
        painter.setPen(colour)
        metrics = painter.fontMetrics()
        shown = self.text() if self.sizeHint().width() <= self.width() else self._word
        left = self.width() - _PAD - metrics.horizontalAdvance(shown)
        baseline = 2 + metrics.ascent()
        painter.drawText(QPointF(left, baseline), shown)
        style = _UNDERLINE[self._certainty]
        if style != Qt.PenStyle.NoPen:
            painter.setPen(QPen(colour, 1.2, style))
            painter.drawLine(QPointF(left, baseline + 3.5), QPointF(self.width() - _PAD, baseline + 3.5))
        painter.end()
