"""A field for a whole number that says why it does not take what was typed, instead of leaving keys out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QSpinBox

from pennyweight.domain.errors import InputError
from pennyweight.ui.settings.parse import whole_number


class CountBox(QSpinBox):
    """`refused` carries the reason, one line; "" with the next key."""

    refused = Signal(str)

    def __init__(self, name: str, low: int, high: int) -> None:
        super().__init__()
        self._name = name
        self.setAccessibleName(name)
        self.setRange(low, high)
        self.setKeyboardTracking(False)
        self.lineEdit().textEdited.connect(lambda _text: self.refused.emit(""))

    def validate(self, text: str, pos: int, /) -> tuple[QValidator.State, str, int]:
        # Any key may be typed: QSpinBox would make 5 of "-5" and 130 of "1e30" without a word.
        try:
            self._read(text)
        except InputError:
            return QValidator.State.Intermediate, text, pos
        return QValidator.State.Acceptable, text, pos

    def textFromValue(self, value: int, /) -> str:
        # As everywhere in the window: not with the locale's own separators and digits, which are not read back.
        return f"{value:,}"

    def valueFromText(self, text: str, /) -> int:
        return self._read(text)

    def fixup(self, text: str, /) -> str:
        """The person is done with what cannot be used: Qt puts the number before it back."""
        try:
            self._read(text)
        except InputError as error:
            self.refused.emit(f"{error.sentence} “{text}” is not used; {self.value():,} stays.")
        return text

    def _read(self, text: str) -> int:
        return whole_number(text, self._name, low=self.minimum(), high=self.maximum())
