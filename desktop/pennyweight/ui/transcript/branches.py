"""The arrows between the branches of a message: ‹ 2/3 ›."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import IconButton, PlainLabel


class BranchSwitch(QWidget):
    """Hidden while there is only one branch. `step` carries -1 or +1."""

    step = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._previous = IconButton(theme, "caret-left", "Previous version", size=22)
        self._next = IconButton(theme, "caret-right", "Next version", size=22)
        self._position = PlainLabel(tone="mute", kind="small")
        self._previous.clicked.connect(lambda: self.step.emit(-1))
        self._next.clicked.connect(lambda: self.step.emit(1))
        for widget in (self._previous, self._position, self._next):
            row.addWidget(widget)
        self.hide()

    def text(self) -> str:
        return self._position.text()

    def show_position(self, index: int, count: int) -> None:
        """`index` counts from 1."""
        self._position.setText(f"{index}/{count}")
        self._previous.setEnabled(index > 1)
        self._next.setEnabled(index < count)
        self.setVisible(count > 1)
