"""The choice between the answers, with a note."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pennyweight.domain.comparison import Choice
from pennyweight.ui.compare.words import CHOICES
from pennyweight.ui.widgets import FlowLayout, PlainLabel
from pennyweight.ui.widgets.buttons import _Button

_TEXTS = {Choice.LEFT: "◀  Left is better", Choice.RIGHT: "Right is better  ▶"}
_KEYS = {Choice.LEFT: "←", Choice.RIGHT: "→", Choice.BOTH: "↑", Choice.NEITHER: "↓"}


class ChoiceButton(_Button):
    """One of the four words."""


class ChoiceBar(QWidget):
    """`chosen` carries the Choice and the note."""

    chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Your choice")
        self.buttons: dict[Choice, ChoiceButton] = {}
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch(1)
        holder = QWidget()
        flow = FlowLayout(holder, gap=12, line_gap=8)
        for choice, words in CHOICES.items():
            button = ChoiceButton(_TEXTS.get(choice, words), name=words)
            button.setToolTip(f"{words} ({_KEYS[choice]})")
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, choice=choice: self.choose(choice))
            flow.addWidget(button)
            self.buttons[choice] = button
        row.addWidget(holder)
        row.addStretch(1)
        self.note = QLineEdit()
        self.note.setPlaceholderText("Why? A note for yourself (optional)")
        self.note.setAccessibleName("Note on your choice")
        self.note.setMaximumWidth(520)
        self.note.returnPressed.connect(self._note_changed)
        self.verdict = PlainLabel("", tone="mute", kind="small")
        under = QHBoxLayout()
        under.addStretch(1)
        under.addWidget(self.note, 10)
        under.addWidget(self.verdict)
        under.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addLayout(under)
        self._chosen: Choice | None = None

    def choose(self, choice: Choice) -> None:
        if self.buttons[choice].isEnabled() and not self.buttons[choice].isHidden():
            self.chosen.emit(choice, self.note.text().strip())

    def show_choice(self, choice: Choice | None, note: str, verdict: str, *, sides: int, ready: bool) -> None:
        """With more than two answers there is no left and right: all, none, or going on with one of them."""
        self._chosen = choice
        for each, button in self.buttons.items():
            button.setChecked(each is choice)
            button.setEnabled(ready)
            button.setVisible(sides == 2 or each in (Choice.BOTH, Choice.NEITHER))
        self.buttons[Choice.BOTH].setText("Both will do" if sides == 2 else "All will do")
        self.buttons[Choice.NEITHER].setText("Neither" if sides == 2 else "None of them")
        self.note.setEnabled(ready)
        if self.note.text().strip() != note:
            self.note.setText(note)
        self.verdict.setText(verdict)
        self.verdict.setVisible(bool(verdict))

    def _note_changed(self) -> None:
        if self._chosen is not None:
            self.choose(self._chosen)
