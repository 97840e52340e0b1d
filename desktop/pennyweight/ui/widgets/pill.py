"""A pill: a status dot or icon, a few words, and perhaps a menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.labels import Dot, ElidedLabel, PlainLabel, Tone


class Pill(QFrame):
    """`Pill(theme, "Qwen3 1.7B", dot="local", menu=True)`; `clicked` fires for mouse, Space and Enter."""

    clicked = Signal()

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        dot: Tone | None = None,
        icon: str = "",
        menu: bool = False,
        name: str = "",
        elide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clickable = menu
        self.setProperty("clickable", "true" if menu else "false")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name or text)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 4, 11, 4)
        row.setSpacing(7)
        self.dot = Dot(dot or "mute")
        if dot is None:
            self.dot.hide()
        row.addWidget(self.dot)
        self._icons: list[tuple[QLabel, str, int]] = []
        if icon:
            row.addWidget(self._picture(icon, 14))
        self._label = ElidedLabel(text, greedy=False) if elide else PlainLabel(text)
        row.addWidget(self._label)
        if menu:
            row.addWidget(self._picture("caret-down", 11))
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._tint)
        self._tint()

    def text(self) -> str:
        return self._label.text()

    def set_text(self, text: str, *, dot: Tone | None = None) -> None:
        self._label.setText(text)
        if dot is not None:
            self.dot.show()
            self.dot.set_tone(dot)

    def set_compact(self, compact: bool) -> None:
        """Only the icon or dot, where there is little room."""
        self._label.setVisible(not compact)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(0, 28))

    def _picture(self, icon: str, size: int) -> QLabel:
        label = QLabel()
        self._icons.append((label, icon, size))
        return label

    def _tint(self) -> None:
        for label, icon, size in self._icons:
            label.setPixmap(self._theme.icon(icon).pixmap(QSize(size, size), self.devicePixelRatioF()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._clickable and event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.clicked.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._clickable)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._clickable and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()
