"""What the starter is not, and which open models are worth getting."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from pennyweight.ui.models.suggested import SizeClass, SuggestedModel
from pennyweight.ui.models.words import FITS, size_text
from pennyweight.ui.widgets import Badge, Card, ElidedLabel, Line, PlainLabel, SmallButton, plain_tooltip
from pennyweight.ui.widgets.keyboard import focused_in, give_keyboard

_INTRO = (
    "The starter that comes with Pennyweight is for trying things out: it is tiny and knows only a few kinds of short "
    "text. These open models do real work. This version downloads nothing: copy the address, open it in your browser, "
    "download the file named here, then drop it on this page or choose “Add a GGUF file…”."
)
_NEEDS = {1: 1120, 2: 940, 3: 760, 4: 560, 5: 700}
"""How wide the page must be for each column: good for, licence, file, memory, verdict."""
_ROOMY, _EXTRAS = 1100, 620
_HEADS = ("Model", "good for", "licence", "file", "memory", "on this computer", "")


class SuggestionsPanel(Card):
    """Tables by size class. Sizes are of Q4_K_M files, memory with 8,192 tokens of context; both approximate."""

    def __init__(self, classes: Sequence[SizeClass], parent: QWidget | None = None) -> None:
        super().__init__("Better models", parent=parent)
        self._classes = classes
        intro = PlainLabel(_INTRO, tone="mute", wrap=True)
        self.body.addWidget(intro)
        self.body.addSpacing(6)
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(8, 0, 4, 0)
        self._grid.setHorizontalSpacing(22)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self.body.addWidget(holder)
        self.copy_buttons: list[SmallButton] = []
        self._width = 10_000
        self._columns: dict[int, list[QWidget]] = {}
        self._extras: list[QWidget] = []

    def show_for(self, free_bytes: int) -> None:
        """Fill the table, with a verdict for a machine that has so much memory free now."""
        used = focused_in(self)
        place = next((number for number, button in enumerate(self.copy_buttons) if button is used), None)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.copy_buttons.clear()
        self._columns.clear()
        self._extras.clear()
        line = 0
        for column, text in enumerate(_HEADS):
            head = PlainLabel(text, tone="mute", kind="small-strong")
            head.setAlignment(_side(column))
            self._put(head, line, column)
        for group in self._classes:
            line += 1
            self._grid.addWidget(Line(), line, 0, 1, len(_HEADS))
            line += 1
            self._grid.addWidget(_class_line(group), line, 0, 1, len(_HEADS))
            for model in group.models:
                line += 1
                self._add(line, model, free_bytes)
        self.fit_to(self._width)
        if place is not None:
            give_keyboard(self.copy_buttons[place])

    def fit_to(self, width: int) -> None:
        """Leave out what matters least where there is less room than `width` pixels would need."""
        self._width = width
        for column, needed in _NEEDS.items():
            for cell in self._columns.get(column, []):
                cell.setVisible(width >= needed)
        self._grid.setHorizontalSpacing(22 if width >= _ROOMY else 10)
        for extra in self._extras:
            extra.setVisible(width >= _EXTRAS)
        for button in self.copy_buttons:
            button.setText("Copy address" if width >= _EXTRAS else "Copy")

    def _put(self, cell: QWidget, line: int, column: int) -> None:
        self._grid.addWidget(cell, line, column)
        self._columns.setdefault(column, []).append(cell)

    def _add(self, line: int, model: SuggestedModel, free_bytes: int) -> None:
        name = QWidget()
        row = QHBoxLayout(name)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(7)
        row.addWidget(PlainLabel(model.name))
        maker = PlainLabel(f"{model.maker}, {model.parameters}", tone="mute", kind="small")
        self._extras.append(maker)
        row.addWidget(maker)
        row.addStretch(1)
        name.setToolTip(plain_tooltip(f"{model.file}\nTrained for {model.context:,} tokens of context."))
        self._grid.addWidget(name, line, 0)
        texts = (model.good_for, model.licence, f"≈ {size_text(model.size)}", f"≈ {size_text(model.memory)}")
        for column, text in enumerate(texts, start=1):
            label = PlainLabel(text, tone="mute" if column < 3 else "ink")
            label.setAlignment(_side(column))
            self._put(label, line, column)
        word, tone = FITS[model.fits(free_bytes)]
        verdict = Badge("fits" if word == "fits" else word, tone=tone)
        self._grid.addWidget(verdict, line, 5, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._columns.setdefault(5, []).append(verdict)
        copy = SmallButton("Copy address", name=f"Copy the address of {model.name}")
        copy.setToolTip(plain_tooltip(f"{model.page}\nFile: {model.file}"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(model.page))
        copy.clicked.connect(lambda: copy.setText("Copied"))
        self.copy_buttons.append(copy)
        self._grid.addWidget(copy, line, 6)


def _class_line(group: SizeClass) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 6, 0, 2)
    row.setSpacing(8)
    row.addWidget(PlainLabel(group.name, kind="small-strong", tone="copper"))
    row.addWidget(ElidedLabel(group.about, tone="mute", kind="small"), 1)
    return holder


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= 3 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
