"""What if: one task's tokens, a number of runs, and what that costs with several models and here."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSpinBox, QWidget

from pennyweight.domain.conversation import Task
from pennyweight.meter.money import format_dollars
from pennyweight.meter.quantities import format_span
from pennyweight.services.what_if import LOCAL, Scenario, WhatIfRow
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.widgets import Card, PlainLabel, SmallButton

START = Scenario(3_000, 1_000, 100_000)
_MOST_TOKENS, _MOST_RUNS = 10_000_000, 1_000_000_000


class WhatIfPanel(Card):
    """`changed` asks for new rows at `scenario()`; `prefill_wanted` carries the task whose average is wanted."""

    changed = Signal()
    prefill_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What if this went viral?", parent=parent)
        self.input = self._field(START.input_tokens, _MOST_TOKENS, "Input tokens of one run")
        self.output = self._field(START.output_tokens, _MOST_TOKENS, "Output tokens of one run")
        self.runs = self._field(START.runs, _MOST_RUNS, "Runs")
        self.runs.setMinimum(1)
        self.prefill = SmallButton("Fill in…", name="Fill in from the average of a task")
        menu = QMenu(self.prefill)
        for task in Task:
            menu.addAction(f"Average of {task.value}").triggered.connect(
                lambda _checked=False, task=task: self.prefill_wanted.emit(task.value)
            )
        self.prefill.clicked.connect(lambda: menu.popup(self.prefill.mapToGlobal(self.prefill.rect().bottomLeft())))
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget, word in ((self.input, "in +"), (self.output, "out,"), (self.runs, "runs")):
            row.addWidget(widget, 1)
            row.addWidget(PlainLabel(word, tone="mute", kind="small"))
        row.addWidget(self.prefill)
        self.body.addLayout(row)
        self.table = FactsTable(("", "per run", "all runs", "as an asset"), name="What if", most_rows=6)
        self.table.head(3).setToolTip("Paid once, if what one run makes is kept and used again.")
        self.body.addWidget(self.table)
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.body.addWidget(self.note)
        self.body.addStretch(1)

    def scenario(self) -> Scenario:
        return Scenario(self.input.value(), self.output.value(), self.runs.value())

    def fill(self, input_tokens: int, output_tokens: int) -> None:
        for field, value in ((self.input, input_tokens), (self.output, output_tokens)):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self.changed.emit()

    def show_rows(self, rows: tuple[WhatIfRow, ...]) -> None:
        self.table.head(2).setText(f"{self.runs.value():,} runs")
        self.table.show_lines([_line(row) for row in rows])
        for number, row in enumerate(rows):
            self.table.mark(number, "local" if row.model == LOCAL else "cloud")
        notes = [f"{row.name}: {row.problem}" for row in rows if row.problem]
        local = next((row for row in rows if row.model == LOCAL), None)
        if local is not None and local.basis == "estimated":
            notes.append("This computer has not been measured with its model yet: its speed and watts are estimates.")
        self.note.setText("\n".join(notes))
        self.note.setVisible(bool(notes))

    def _field(self, value: int, most: int, name: str) -> QSpinBox:
        field = QSpinBox()
        field.setRange(0, most)
        field.setGroupSeparatorShown(True)
        field.setValue(value)
        field.setMinimumWidth(76)
        field.setAccessibleName(name)
        field.setKeyboardTracking(False)
        field.valueChanged.connect(lambda _value: self.changed.emit())
        return field


def _line(row: WhatIfRow) -> tuple[str, ...]:
    per_run, total = format_dollars(row.per_run_nano), format_dollars(row.total_nano)
    if row.seconds is not None:
        total += f" · {format_span(row.seconds)}"
    name = "This computer" if row.model == LOCAL else row.name
    return name, per_run, total, "–" if row.per_run_usd is None else f"{per_run} once"
