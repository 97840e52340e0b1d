"""What if: one task's tokens, a number of runs, and what that costs with several models and here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from pennyweight.bridge.tasks import OnError, TaskRunner
from pennyweight.domain.conversation import Task
from pennyweight.meter.money import decimal_to_nano, format_dollars, format_range, format_usd
from pennyweight.meter.quantities import format_span
from pennyweight.services.container import Services
from pennyweight.services.what_if import LOCAL, Average, Scenario, WhatIfRow
from pennyweight.ui.audit.chat_picker import ChatPicker
from pennyweight.ui.audit.count_box import CountBox
from pennyweight.ui.audit.model_choice import ModelChoice
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.audit.words import rates_hint
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, PlainLabel, SmallButton

START = Scenario(3_000, 1_000, 100_000)
_MOST_TOKENS, _MOST_RUNS = 10_000_000, 1_000_000_000
_ASSET = "An asset is made once and used again: it is paid once. A service is paid for every run."


class WhatIfPanel(Card):
    """`told` carries a sentence for the person; a failure goes to `on_error`."""

    told = Signal(str)

    def __init__(
        self, services: Services, runner: TaskRunner, theme: Theme, on_error: OnError, parent: QWidget | None = None
    ) -> None:
        super().__init__("What if this went viral?", parent=parent)
        self._services = services
        self._runner = runner
        self._on_error = on_error
        self._models: tuple[str, ...] = ()
        self.input = self._field(START.input_tokens, "The input tokens of one run", 0, _MOST_TOKENS)
        self.output = self._field(START.output_tokens, "The output tokens of one run", 0, _MOST_TOKENS)
        self.runs = self._field(START.runs, "The number of runs", 1, _MOST_RUNS)
        self.reason = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.reason.hide()
        self.prefill = SmallButton("Fill in…", name="Fill in from the average of a task or a chat")
        self.menu = self._menu()
        self.prefill.clicked.connect(
            lambda: self.menu.popup(self.prefill.mapToGlobal(self.prefill.rect().bottomLeft()))
        )
        self.chats = ChatPicker(theme, self)
        self.chats.chosen.connect(lambda chat: self.fill_from(conversation_id=chat))
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget, word in ((self.input, "in +"), (self.output, "out,"), (self.runs, "runs")):
            row.addWidget(widget, 1)
            row.addWidget(PlainLabel(word, tone="mute", kind="small"))
        row.addWidget(self.prefill)
        self.body.addLayout(row)
        self.body.addWidget(self.reason)
        self.choice = ModelChoice(theme, runner, services.meter.reference_choices, with_local=True)
        self.choice.changed.connect(self._set_models)
        self.body.addWidget(self.choice)
        self.table = FactsTable(("", "per run", "all runs", "as an asset"), name="What if", most_rows=9)
        self.table.head(2).setToolTip("As a service: paid for every run.")
        self.table.head(3).setToolTip(_ASSET)
        self.body.addWidget(self.table)
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.body.addWidget(self.note)
        self.body.addStretch(1)

    def scenario(self) -> Scenario:
        return Scenario(self.input.value(), self.output.value(), self.runs.value())

    def refresh(self) -> None:
        """Work it out anew, with the models that were chosen."""
        scenario, what_if, chosen = self.scenario(), self._services.what_if, self._models

        def work() -> tuple[WhatIfRow, ...]:
            return what_if.rows(scenario, chosen or what_if.models())

        def shown(rows: tuple[WhatIfRow, ...]) -> None:
            if scenario == self.scenario() and chosen == self._models:
                self.show_rows(rows)

        self._runner.query(work, shown, self._on_error, owner=self)

    def fill_from(self, *, task: str | None = None, conversation_id: str | None = None) -> None:
        """The average call of a task, or of a chat or session."""

        def fill(average: Average) -> None:
            if average.calls:
                self.fill(average.input_tokens, average.output_tokens)
                self.told.emit(f"The average of {average.calls:,} {'call' if average.calls == 1 else 'calls'}.")
            else:
                self.told.emit(f"There is no call of {task} yet." if task else "There is no call of this chat.")

        what_if = self._services.what_if
        self._runner.query(
            lambda: what_if.average(task=task, conversation_id=conversation_id), fill, self._on_error, owner=self
        )

    def fill(self, input_tokens: int, output_tokens: int) -> None:
        for field, value in ((self.input, input_tokens), (self.output, output_tokens)):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self.refresh()

    def show_rows(self, rows: tuple[WhatIfRow, ...]) -> None:
        self._models = tuple(row.model for row in rows)
        self.choice.show_models(self._models, ["This computer" if row.model == LOCAL else row.name for row in rows])
        self.table.head(2).setText(f"{self.runs.value():,} runs")
        self.table.show_lines([_line(row) for row in rows])
        for number, row in enumerate(rows):
            self.table.mark(number, "local" if row.model == LOCAL else "cloud")
            self.table.explain(number, rates_hint(row.rate_card, row.price_source))
        notes = [f"{row.name}: {row.problem}" for row in rows if row.problem]
        for row in rows:
            notes += _local_notes(row)
        self.note.setText("\n".join(notes))
        self.note.setVisible(bool(notes))

    def choose_chat(self) -> None:
        self._runner.query(
            self._services.audit.chats,
            lambda chats: (
                self.chats.open_for(self.prefill, chats)
                if chats
                else self.told.emit("There is no chat with a call yet.")
            ),
            self._on_error,
            owner=self,
        )

    def _set_models(self, models: tuple[str, ...]) -> None:
        self._models = models
        self._runner.change(
            lambda: self._services.what_if.set_models(models), lambda _done: self.refresh(), self._on_error, owner=self
        )

    def _menu(self) -> QMenu:
        menu = QMenu(self.prefill)
        for task in Task:
            menu.addAction(f"Average of {task.value}").triggered.connect(self._filler(task.value))
        menu.addSeparator()
        menu.addAction("Average of a chat…").triggered.connect(self.choose_chat)
        menu.addSeparator()
        menu.addAction("3,000 in, 1,000 out").triggered.connect(
            lambda: self.fill(START.input_tokens, START.output_tokens)
        )
        return menu

    def _filler(self, task: str) -> Callable[[], None]:
        return lambda: self.fill_from(task=task)

    def _refuse(self, reason: str) -> None:
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    def _field(self, value: int, name: str, low: int, high: int) -> CountBox:
        field = CountBox(name, low, high)
        field.setValue(value)
        field.setMinimumWidth(76)
        field.lineEdit().setTextMargins(7, 0, 0, 0)
        field.refused.connect(self._refuse)
        field.valueChanged.connect(lambda _value: self.refresh())
        return field


def _line(row: WhatIfRow) -> tuple[str, ...]:
    per_run, total = format_dollars(row.per_run_nano), format_dollars(row.total_nano)
    if row.seconds is not None:
        total += f" · {format_span(row.seconds)}"
    name = "This computer" if row.model == LOCAL else row.name
    return name, per_run, total, "–" if row.per_run_usd is None else f"{per_run} once"


def _local_notes(row: WhatIfRow) -> list[str]:
    if row.model != LOCAL or row.per_run_usd is None:
        return []
    notes = []
    if row.per_run_low_usd is not None and row.per_run_high_usd is not None:
        band = format_range(decimal_to_nano(row.per_run_low_usd), decimal_to_nano(row.per_run_high_usd))
        notes.append(f"This computer: {band} of electricity a run, the band of how it is known.")
    if row.hardware_per_run_usd is not None:
        wear = format_usd(decimal_to_nano(row.hardware_per_run_usd * row.runs))
        notes.append(f"Its hardware would wear by {wear} more, in no sum above.")
    if row.basis == "estimated":
        notes.append("This computer has not been measured with its model yet: its speed and watts are estimates.")
    return notes
