"""The last answers' joules as a row of bars, painted by ourselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pennyweight.meter.quantities import format_energy
from pennyweight.ui.theme import Theme

SLOTS = 12
_GAP = 4
_LOWEST = 2.0


class Sparkline(QWidget):
    """Up to twelve bars, the newest on the right; an answer still being written has the local colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: list[float] = []
        self._live: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(120, 30)

    def set_values(self, joules: Sequence[float]) -> None:
        """Joules of committed answers, oldest first; only the last twelve are shown."""
        self._values = [max(0.0, value) for value in joules][-SLOTS:]
        self._describe()

    def set_live(self, joules: float | None) -> None:
        """Joules so far of the answer being written, None when there is none."""
        self._live = joules
        self._describe()

    def bars(self) -> list[float]:
        """What is drawn, oldest first, in joules."""
        shown = self._values if self._live is None else [*self._values, max(0.0, self._live)]
        return shown[-SLOTS:]

    def tooltip_at(self, position: QPoint) -> str:
        """What the bar under `position` says; empty where there is none."""
        bars = self.bars()
        for index, rect in enumerate(self._rects(bars)):
            if rect.left() - _GAP / 2 <= position.x() <= rect.right() + _GAP / 2:
                return self._words(index, bars)
        return ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tooltip_at(event.pos()), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        tokens = self._theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bars = self.bars()
        painter.setBrush(QColor(tokens.line))
        for rect in self._slots(SLOTS - len(bars)):
            painter.drawRoundedRect(rect, 1, 1)
        for index, rect in enumerate(self._rects(bars)):
            newest = index == len(bars) - 1
            live = newest and self._live is not None
            painter.setBrush(QColor(tokens.local if live else tokens.copper if newest else tokens.mute))
            painter.setOpacity(1.0 if newest else 0.55)
            painter.drawRoundedRect(rect, 1.5, 1.5)
        painter.end()

    def _width(self) -> float:
        return (self.width() - _GAP * (SLOTS - 1)) / SLOTS

    def _slots(self, count: int) -> list[QRectF]:
        """The empty places on the left: a hairline each."""
        step = self._width() + _GAP
        return [QRectF(index * step, self.height() - _LOWEST, self._width(), _LOWEST) for index in range(count)]

    def _rects(self, bars: list[float]) -> list[QRectF]:
        top = max(bars, default=0.0)
        step = self._width() + _GAP
        first = SLOTS - len(bars)
        result = []
        for index, value in enumerate(bars):
            tall = _LOWEST + (self.height() - _LOWEST) * (value / top if top > 0 else 0.0)
            result.append(QRectF((first + index) * step, self.height() - tall, self._width(), tall))
        return result

    def _words(self, index: int, bars: list[float]) -> str:
        energy = format_energy(bars[index])
        back = len(bars) - 1 - index
        if back == 0:
            return f"{energy} so far" if self._live is not None else f"{energy}, the last answer"
        return f"{energy}, {back} answer{'s' if back > 1 else ''} before"

    def _describe(self) -> None:
        bars = self.bars()
        self.setAccessibleName("Energy of the last answers")
        self.setAccessibleDescription(", ".join(format_energy(value) for value in bars) or "no answers yet")
        self.update()
