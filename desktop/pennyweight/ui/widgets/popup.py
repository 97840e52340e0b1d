"""A panel that opens under a button and closes on Escape or a click elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QBitmap, QGuiApplication, QHideEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

_RADIUS = 10.0


class PopupPanel(QFrame):
    """`body` is its column layout. Rounded by a mask, so that it looks the same without a compositor."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("popup")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(10, 10, 10, 10)
        self.body.setSpacing(8)

    def open_under(self, anchor: QWidget, *, right: bool = False) -> None:
        """Show it below `anchor`, with the left (or right) edges aligned, moved onto the screen where needed."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(anchor.width() - self.width() if right else 0, anchor.height() + 4))
        screen = anchor.screen().availableGeometry()
        left = max(screen.left() + 8, min(corner.x(), screen.right() - self.width() - 8))
        top = corner.y()
        if top + self.height() > screen.bottom() - 8:
            top = max(screen.top() + 8, screen.bottom() - self.height() - 8)
        self.move(left, top)
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        round_off(self, _RADIUS)


def round_off(window: QWidget, radius: float) -> None:
    """Cut the corners off a frameless window; call it at each resize."""
    if QGuiApplication.platformName() == "offscreen":
        return  # has no masks and says so each time
    mask = QBitmap(window.size())
    mask.clear()
    painter = QPainter(mask)
    painter.setBrush(Qt.GlobalColor.color1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(window.rect()), radius, radius)
    painter.end()
    window.setMask(mask)
