"""Chips: a row of which exactly one is chosen, or that stand alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from pennyweight.ui.widgets.buttons import KeyButton, _Button


class Chip(_Button):
    """A rounded, checkable word."""

    def __init__(self, text: str, *, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self.setCheckable(True)


class _OneOf(QWidget):
    """Buttons of which one is checked. `changed` carries the key and fires for a person's choice only."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QPushButton] = {}
        self._group.buttonClicked.connect(self._clicked)

    def _add(self, key: str, button: QPushButton) -> None:
        button.setCheckable(True)
        self._group.addButton(button)
        self._buttons[key] = button
        if len(self._buttons) == 1:
            button.setChecked(True)

    def button(self, key: str) -> QPushButton:
        return self._buttons[key]

    def value(self) -> str:
        """The chosen key; empty if there are no buttons."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def set_value(self, key: str) -> None:
        """Choose without telling."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def choose(self, key: str) -> None:
        """Choose as if clicked."""
        if key in self._buttons and key != self.value():
            self._buttons[key].setChecked(True)
            self.changed.emit(key)

    def _clicked(self, clicked: QPushButton) -> None:
        for key, button in self._buttons.items():
            if button is clicked:
                self.changed.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        keys = list(self._buttons)
        if step is None or not keys:
            super().keyPressEvent(event)
            return
        key = keys[(keys.index(self.value()) + step) % len(keys)]
        self.choose(key)
        self._buttons[key].setFocus(Qt.FocusReason.TabFocusReason)


class ChipRow(_OneOf):
    """A row of chips from (key, text) pairs."""

    def __init__(self, choices: Sequence[tuple[str, str]], *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for key, text in choices:
            chip = Chip(text)
            self._add(key, chip)
            row.addWidget(chip)
        row.addStretch(1)


class SegmentedControl(_OneOf):
    """Joined segments of equal width from (key, text) pairs."""

    def __init__(self, choices: Sequence[tuple[str, str]], *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for key, text in choices:
            button = KeyButton(text)
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self._add(key, button)
            row.addWidget(button, 1)
