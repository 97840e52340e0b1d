"""How models are loaded and run."""

from __future__ import annotations

import os

from PySide6.QtWidgets import QCheckBox, QComboBox

from pennyweight.engine.threads import physical_cores
from pennyweight.meter.quantities import counted
from pennyweight.services.settings import Settings
from pennyweight.ui.settings.fields import FieldRow, ValueEdit
from pennyweight.ui.settings.parse import optional_number
from pennyweight.ui.settings.section import Section
from pennyweight.ui.widgets import PlainLabel

_IDLE = ((5, "after 5 minutes"), (15, "after 15 minutes"), (60, "after an hour"), (240, "after 4 hours"))


class EngineSection(Section):
    fields = ("threads", "context_length", "memory_saver", "idle_unload_minutes")

    def __init__(self) -> None:
        super().__init__("engine", "Engine", "Applies when a model is loaded the next time.")
        cores = os.cpu_count() or 1
        self.threads: ValueEdit[int | None] = ValueEdit(
            lambda text: optional_number(text, "The number of threads", low=1, high=max(cores, 1) * 2), name="Threads"
        )
        self.context: ValueEdit[int | None] = ValueEdit(
            lambda text: optional_number(text, "The context window", low=256, high=4_194_304), name="Context window"
        )
        for edit in (self.threads, self.context):
            edit.setPlaceholderText("automatic")
        self.saver = QCheckBox("Use less memory")
        self.idle = QComboBox()
        self.idle.setAccessibleName("Unload the model when idle")
        self.idle.setMinimumWidth(150)
        self.threads_row = FieldRow("Threads", self.threads, hint="Automatic is one for each core.")
        self.body.addWidget(self.threads_row)
        self.body.addWidget(
            FieldRow(
                "Context window",
                self.context,
                PlainLabel("tokens", tone="mute"),
                hint="How much text a model can look at. Automatic is up to 8,192, less where memory is short.",
            )
        )
        self.body.addWidget(
            FieldRow(
                "Memory saver",
                self.saver,
                hint="Does without the second, faster copy of the weights; answers are slower.",
            )
        )
        self.body.addWidget(FieldRow("Unload when idle", self.idle))
        self.threads.accepted.connect(lambda value: self.changed.emit({"threads": value}))
        self.context.accepted.connect(lambda value: self.changed.emit({"context_length": value}))
        self.saver.clicked.connect(lambda on: self.changed.emit({"memory_saver": on}))
        self.idle.activated.connect(lambda: self.changed.emit({"idle_unload_minutes": self.idle.currentData()}))

    def show_automatic(self, found: tuple[str, int] | None) -> None:
        """The model in use and the threads it gets."""
        if found is not None:
            name, threads = found
            why = "one for each core" if threads > 1 or physical_cores() == 1 else "it is too small to gain from more"
            self.threads_row.hint.setText(f"Automatic is {counted(threads, 'thread')} for {name}: {why}.")

    def fill(self, settings: Settings) -> None:
        self.threads.set_value(settings.threads, _text(settings.threads))
        self.context.set_value(settings.context_length, _text(settings.context_length))
        self.saver.setChecked(settings.memory_saver)
        self._fill_idle(settings.idle_unload_minutes)

    def _fill_idle(self, minutes: int | None) -> None:
        self.idle.clear()
        choices = list(_IDLE)
        if minutes is not None and minutes not in dict(choices):
            choices.append((minutes, f"after {minutes:,} minutes"))
        for value, words in sorted(choices):
            self.idle.addItem(words, value)
        self.idle.addItem("never", None)
        self.idle.setCurrentIndex(next(i for i in range(self.idle.count()) if self.idle.itemData(i) == minutes))


def _text(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
