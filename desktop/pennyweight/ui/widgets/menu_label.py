"""A few quiet words with a caret that open something, cut short where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.theme.tokens import SMALL_PX
from pennyweight.ui.widgets.labels import plain_tooltip

_CARET = 10
_GAP = 5


class MenuLabel(QWidget):
    """`clicked` fires for mouse, Space, Enter and Down. The whole text is the tooltip."""

    clicked = Signal()

    def __init__(self, theme: Theme, text: str = "", *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._name = name
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
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

    def _small_font(self) -> QFont:
        font = QFont(self.font())  # at paint time: a style sheet sets the size of the widget's own font
        font.setPixelSize(SMALL_PX)
        return font

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        tokens = self._theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QColor(tokens.copper))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        room = self.rect().adjusted(4, 0, -4 - _CARET - _GAP, 0)
        painter.setFont(self._small_font())
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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
