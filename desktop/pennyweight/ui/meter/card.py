"""One figure of the meter: a name and a note, the number, a line about it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.ui.meter.figures import CardText
from pennyweight.ui.widgets import Card, PlainLabel, Tone, plain_tooltip, restyle


class MeterCard(Card):
    """`note` is the widget at the right of the name (may be None)."""

    def __init__(self, name: str, tone: Tone, note: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._tone: Tone = tone
        self.setAccessibleName(name)
        self.body.setContentsMargins(14, 11, 12, 12)
        self.body.setSpacing(1)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(PlainLabel(name, tone="mute", kind="small"))
        head.addStretch(1)
        if note is not None:
            head.addWidget(note)
        self.figure = PlainLabel("", tone=tone, kind="figure", selectable=False)
        self.small = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.body.addLayout(head)
        self.body.addWidget(self.figure)
        self.body.addWidget(self.small)

    def show_text(self, text: CardText) -> None:
        self.figure.setText(text.figure)
        restyle(self.figure, tone=text.tone or self._tone)
        self.small.setText(text.small)
        self.small.setVisible(bool(text.small))
        self.figure.setToolTip(plain_tooltip(text.tooltip))
        self.small.setToolTip(plain_tooltip(text.tooltip))
        self.setAccessibleDescription(f"{text.figure}. {text.small}")


class SideLine(QWidget):
    """A second figure inside a card, on a line of its own: hardware wear."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = PlainLabel("", kind="small-strong")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(PlainLabel(name, tone="mute", kind="small"))
        row.addStretch(1)
        row.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 5, 0, 0)
        column.addLayout(row)

    def text(self) -> str:
        return self._value.text()

    def show_value(self, value: str, tooltip: str) -> None:
        self._value.setText(value)
        self.setToolTip(plain_tooltip(tooltip))
