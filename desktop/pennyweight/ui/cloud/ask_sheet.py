"""The sheet for one question: whom to ask, and how much of the chat goes along."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.services.comparison import Statistics
from pennyweight.services.escalation import HistoryChoice, RedactionChoice
from pennyweight.ui.cloud.history_panel import HistoryPanel
from pennyweight.ui.cloud.model_picker import CloudModel, rates
from pennyweight.ui.cloud.sheet import CloudSheet
from pennyweight.ui.cloud.words import record
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import PlainLabel
from pennyweight.ui.widgets.pill import Pill


class AskSheet(CloudSheet):
    picker_wanted = Signal()
    summary_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.who = Pill(theme, "Choose a model", dot="cloud", menu=True, name="Model to ask", elide=True)
        self.who.clicked.connect(self.picker_wanted)
        self.rates = PlainLabel("", tone="mute", kind="small")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.who)
        row.addWidget(self.rates)
        row.addStretch(1)
        self.history = HistoryPanel()
        self.history.changed.connect(self._asked)
        self.history.editing.connect(lambda: self.show_waiting())
        self.history.summary_wanted.connect(self.summary_wanted)
        self.record = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.record.hide()
        self.middle.addLayout(row)
        self.middle.addWidget(self.history)
        self.middle.addWidget(self.record)
        self.history.hide()

    def begin(self) -> None:
        """For another question."""
        self.previews = ()
        self.heading.setText("Ask the cloud")
        self.history.forget()
        self.history.hide()
        self.found.forget()
        self.found.hide()
        self.show_record(None)
        self.bytes.clear()
        self.facts.show_previews_none()
        self._show_warning("")
        self.offer_exit("", "")
        self.show_waiting()

    def show_model(self, model: CloudModel | None) -> None:
        self.who.setVisible(model is not None)
        self.who.set_text("Choose a model" if model is None else model.price.name)
        self.who.setAccessibleName("Model to ask: " + ("none" if model is None else model.price.name))
        self.rates.setText("" if model is None else rates(model.price))

    def show_record(self, advice: Statistics | None) -> None:
        """Advice from the person's own choices; nothing without it."""
        self.record.setText("" if advice is None else record(advice))
        self.record.setVisible(advice is not None)
        self.record.set_tone("local" if advice is not None and advice.advice == "stay local" else "cloud")

    def choices(self) -> tuple[HistoryChoice, RedactionChoice]:
        return self.history.choice(), RedactionChoice(keep=self.found.keep)
