"""A line of short facts side by side, each in its tone: the meter's line and the estimate before sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from pennyweight.ui.widgets.flow import FlowLayout
from pennyweight.ui.widgets.labels import PlainLabel, Tone, plain_tooltip, restyle


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    tone: Tone = "mute"
    strong: bool = False
    hint: str = ""


class PartsLine(QWidget):
    """Labels are reused, so that a counting line does not flicker."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, gap=14, line_gap=3)
        self._labels: list[PlainLabel] = []

    def text(self) -> str:
        return " · ".join(label.text() for label in self._labels if not label.isHidden())

    def show_parts(self, parts: Sequence[Part]) -> None:
        while len(self._labels) < len(parts):
            label = PlainLabel(kind="small", tone="mute")
            self._labels.append(label)
            self._flow.addWidget(label)
        for number, label in enumerate(self._labels):
            label.setVisible(number < len(parts))
            if number < len(parts):
                part = parts[number]
                restyle(label, tone=part.tone, kind="small-strong" if part.strong else "small")
                label.setText(part.text)
                label.setToolTip(plain_tooltip(part.hint))
        self.setAccessibleName(self.text())
