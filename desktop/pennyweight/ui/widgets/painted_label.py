"""A few small words that are painted by hand and pressed like a button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.theme.tokens import SMALL_PX


class PaintedLabel(QWidget):
    """`clicked` fires for the left mouse button and for the keys of `pressed_by`."""

    clicked = Signal()
    pressed_by: tuple[Qt.Key, ...] = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def _small_font(self) -> QFont:
        font = QFont(self.font())  # at paint time: a style sheet sets the size of the widget's own font
        font.setPixelSize(SMALL_PX)
        return font

    def _painter(self) -> QPainter:
        """With the ring of the keyboard focus drawn; the caller ends it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QColor(self._theme.tokens().copper))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        painter.setFont(self._small_font())
        return painter

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self.pressed_by:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
