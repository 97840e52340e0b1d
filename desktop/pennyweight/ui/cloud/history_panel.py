"""How much of the chat goes along, each choice with its price."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QGridLayout, QPlainTextEdit, QRadioButton, QVBoxLayout, QWidget

from pennyweight.domain.conversation import Message
from pennyweight.services.escalation import History, HistoryChoice, HistoryOption
from pennyweight.ui.cloud.words import history_name, history_price
from pennyweight.ui.widgets import GhostButton, PlainLabel

_SETTLE_MS = 500
_MOST_ROWS = 40


class HistoryPanel(QWidget):
    """`changed` fires after a choice; `summary_wanted` asks for a summary made on this computer."""

    changed = Signal()
    editing = Signal()
    """The summary is being changed: what was previewed is no longer what would go."""
    summary_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheetOptions")
        self.setAccessibleName("How much of the chat goes along")
        self._kind = History.LAST_TURN
        self._group = QButtonGroup(self)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(0, 1)
        self.radios: dict[History, QRadioButton] = {}
        self._prices: dict[History, PlainLabel] = {}
        self.boxes: dict[str, QCheckBox] = {}
        self._chosen = QWidget()
        self._chosen_column = QVBoxLayout(self._chosen)
        self._chosen_column.setContentsMargins(24, 0, 0, 0)
        self._chosen_column.setSpacing(1)
        self.summary = QPlainTextEdit()
        self.summary.setAccessibleName("Summary that goes along")
        self.summary.setPlaceholderText("A summary made on this computer; you can change it before it goes.")
        self.summary.setFixedHeight(88)
        self.make = GhostButton("Summarize here", name="Make the summary on this computer")
        self.make.clicked.connect(self.summary_wanted)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.changed)
        self.summary.textChanged.connect(self._settle.start)
        self.summary.textChanged.connect(self.editing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._grid)
        for widget in (self._chosen, self.summary, self.make):
            column.addWidget(widget)
        self._show_extras()

    def choice(self) -> HistoryChoice:
        if self._kind is History.CHOSEN:
            picked = frozenset(key for key, box in self.boxes.items() if box.isChecked())
            return HistoryChoice(kind=History.CHOSEN, message_ids=picked)
        if self._kind is History.SUMMARY:
            return HistoryChoice(kind=History.SUMMARY, summary=self.summary.toPlainText().strip())
        return HistoryChoice(kind=self._kind)

    @property
    def incomplete(self) -> str:
        """Why the choice cannot be sent yet; empty if it can."""
        if self._kind is History.SUMMARY and not self.summary.toPlainText().strip():
            return "The summary is still empty."
        return ""

    def forget(self) -> None:
        """Another question: only that goes along."""
        self._kind = History.LAST_TURN
        self.summary.blockSignals(True)
        self.summary.clear()
        self.summary.blockSignals(False)
        self._settle.stop()
        for box in self.boxes.values():
            box.deleteLater()
        self.boxes.clear()
        self._show_extras()

    def show_options(self, options: Sequence[HistoryOption], path: Sequence[Message]) -> None:
        """Without earlier messages there is nothing to choose, and the panel hides."""
        self.setVisible(len(path) > 1)
        for row, option in enumerate(options):
            if option.kind not in self.radios:
                self._add(option.kind, row)
            self.radios[option.kind].setText(history_name(option))
            self._prices[option.kind].setText(history_price(option))
        self.radios.get(self._kind, QRadioButton()).setChecked(True)
        for message in path[:-1][-_MOST_ROWS:]:
            if message.id not in self.boxes:
                who = "You" if message.role == "user" else "Answer"
                flat = " ".join(message.text.split())
                box = QCheckBox(f"{who}: {flat[:42]}{'…' if len(flat) > 42 else ''}".replace("&", "&&"))
                box.setAccessibleName(f"{who}: {flat[:200]}")
                box.toggled.connect(lambda _on: self.changed.emit())
                self.boxes[message.id] = box
                self._chosen_column.addWidget(box)
        self._show_extras()

    def show_working(self, words: str) -> None:
        """While the summary is made; "" when that is over."""
        self.make.setText(words or "Summarize here")
        self.make.setEnabled(not words)

    def set_summary(self, text: str) -> None:
        self.summary.setPlainText(text)

    def _add(self, kind: History, row: int) -> None:
        radio = QRadioButton()
        radio.clicked.connect(lambda _checked=False: self._choose(kind))
        price = PlainLabel("", tone="mute", kind="small")
        price.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._group.addButton(radio)
        self.radios[kind], self._prices[kind] = radio, price
        self._grid.addWidget(radio, row, 0)
        self._grid.addWidget(price, row, 1)

    def _choose(self, kind: History) -> None:
        self._kind = kind
        self._show_extras()
        self.changed.emit()
        if kind is History.SUMMARY and not self.summary.toPlainText():
            self.summary_wanted.emit()

    def _show_extras(self) -> None:
        self._chosen.setVisible(self._kind is History.CHOSEN)
        self.summary.setVisible(self._kind is History.SUMMARY)
        self.make.setVisible(self._kind is History.SUMMARY)
