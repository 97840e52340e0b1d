"""Every day, by where it ran; and the same for each kind of work."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pennyweight.services.audit import AuditRow
from pennyweight.ui.audit.bars import day_bars, day_ticks, dollars, task_bars, task_ticks
from pennyweight.ui.audit.plot_view import PlotView
from pennyweight.ui.audit.words import DAY_HEADS, TASK_HEADS, day_line, task_line
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, Tone

_SERIES: tuple[tuple[Tone, str], ...] = (("local", "local (at cloud price)"), ("cloud", "cloud, billed"))


class DaysPanel(Card):
    """`opened` carries the day's `AuditRow`."""

    opened = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        nothing = "Nothing was asked in this period. Ask something, or import the logs of other programs."
        self.view = PlotView(theme, "Every day, by where it ran", _SERIES, DAY_HEADS, dollars, nothing=nothing)
        self.setAccessibleName("Every day, by where it ran")
        self.view.opened.connect(lambda number: self.opened.emit(self._days[number]))
        self.body.addWidget(self.view)
        self._days: Sequence[AuditRow] = ()

    def show_days(self, days: Sequence[AuditRow]) -> None:
        self._days = days
        used = any(day.sums.calls for day in days)
        self.view.show_bars(day_bars(days) if used else (), day_ticks(days), [day_line(day) for day in days])


class TasksPanel(Card):
    """`opened` carries the task's `AuditRow`."""

    opened = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        nothing = "Nothing was asked here in this period. Imported logs do not say the task."
        self.view = PlotView(
            theme, "Local against cloud, by task", _SERIES, TASK_HEADS, dollars, nothing=nothing, stacked=False
        )
        self.setAccessibleName("Local against cloud, by task")
        for column, words in enumerate(
            ("Answers of this computer.", "Answers of the cloud.", "The local ones, at the reference model's price."), 1
        ):
            self.view.table.head(column).setToolTip(words)
        self.view.opened.connect(lambda number: self.opened.emit(self._tasks[number]))
        self.body.addWidget(self.view)
        self.body.addStretch(1)
        self._tasks: Sequence[AuditRow] = ()

    def show_tasks(self, tasks: Sequence[AuditRow]) -> None:
        self._tasks = [task for task in tasks if task.local.calls or task.here.calls]
        self.view.show_bars(task_bars(self._tasks), task_ticks(self._tasks), [task_line(task) for task in self._tasks])
