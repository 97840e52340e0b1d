"""Rows of a settings page: a name, a control, a hint, and one line that says why an input cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from pennyweight.domain.errors import InputError
from pennyweight.ui.widgets import PlainLabel, restyle

T = TypeVar("T")
LABEL_WIDTH = 150
_SETTLE_MS = 500


class ValueEdit(QLineEdit, Generic[T]):
    """A line edit that reads its text with `parse` and tells the value half a second after the last key, or at once
    on Enter and on leaving. `accepted` carries a value that differs from the last; `refused` the reason, or "" as soon
    as the text can be used again."""

    accepted = Signal(object)
    refused = Signal(str)

    def __init__(self, parse: Callable[[str], T], *, name: str, width: int = 96, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parse = parse
        self._last: T | None = None
        self._known = False
        self.setAccessibleName(name)
        self.setFixedWidth(width)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.commit)
        self.textEdited.connect(self._edited)
        self.returnPressed.connect(self.commit)

    def set_value(self, value: T, text: str) -> None:
        """Show a value without telling anyone."""
        self._settle.stop()
        self._last, self._known = value, True
        self.setText(text)
        self._mark("")

    def value(self) -> T | None:
        """The value of the text as it stands; None if it cannot be used."""
        try:
            return self._parse(self.text())
        except InputError:
            return None

    def commit(self) -> bool:
        """Read the text now; False if it cannot be used."""
        self._settle.stop()
        try:
            value = self._parse(self.text())
        except InputError as error:
            self._mark(error.sentence)
            return False
        self._mark("")
        if not self._known or value != self._last:
            self._last, self._known = value, True
            self.accepted.emit(value)
        return True

    def _edited(self, text: str) -> None:
        self._settle.start()
        with suppress(InputError):
            self._parse(text)
            self._mark("")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isModified():
            self.commit()

    def _mark(self, reason: str) -> None:
        restyle(self, invalid="true" if reason else "false")
        self.setAccessibleDescription(reason)
        self.refused.emit(reason)


class FieldRow(QWidget):
    """`name`, then `controls` from the left, `hint` under them or the reason why an input cannot be used."""

    def __init__(self, name: str, *controls: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label = PlainLabel(name)
        label.setBuddy(controls[0])
        line = QHBoxLayout()
        line.setSpacing(8)
        for control in controls:
            line.addWidget(control)
        line.addStretch(1)
        self.hint = PlainLabel(hint, tone="mute", kind="small", wrap=True)
        if not hint:
            self.hint.hide()
        self.reason = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.reason.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label, 0, 0)
        grid.addLayout(line, 0, 1)
        grid.addWidget(self.hint, 1, 1)
        grid.addWidget(self.reason, 2, 1)
        for control in controls:
            if isinstance(control, ValueEdit):
                control.refused.connect(self.set_reason)

    def set_reason(self, reason: str) -> None:
        """One line in the place of the hint; "" brings the hint back."""
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self.hint.setVisible(not reason and bool(self.hint.text()))
