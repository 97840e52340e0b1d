"""A few quiet words with a caret that open something, cut short where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QPaintEvent
from PySide6.QtWidgets import QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.labels import plain_tooltip
from pennyweight.ui.widgets.painted_label import PaintedLabel

_CARET = 10
_GAP = 5


class MenuLabel(PaintedLabel):
    """Down presses it too. The whole text is the tooltip."""

    pressed_by = (*PaintedLabel.pressed_by, Qt.Key.Key_Down)

    def __init__(self, theme: Theme, text: str = "", *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._text = ""
        self._name = name
        self.set_text(text)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        self._text = " ".join(text.split())
        self.setAccessibleName(f"{self._name}: {self._text}")
        self.setToolTip(plain_tooltip(self._text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._small_font())
        return QSize(metrics.horizontalAdvance(self._text) + _CARET + _GAP + 8, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        tokens = self._theme.tokens()
        painter = self._painter()
        room = self.rect().adjusted(4, 0, -4 - _CARET - _GAP, 0)
        text = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        tone = "ink" if self.underMouse() else "mute"
        painter.setPen(QColor(getattr(tokens, tone)))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        caret = QRect(self.width() - 4 - _CARET, (self.height() - _CARET) // 2 + 1, _CARET, _CARET)
        self._theme.icon("caret-down", tone).paint(painter, caret)
        painter.end()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: object) -> None:
        del event
        self.update()
