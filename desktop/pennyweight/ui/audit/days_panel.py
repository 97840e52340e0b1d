"""Every day, by where it ran: the plot, and behind it the same figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.services.audit import AuditRow
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.audit.words import DAY_HEADS, day_line
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, Dot, PlainLabel, SmallButton, Tone

if TYPE_CHECKING:
    from pennyweight.ui.audit.day_plot import DayPlot

_KEY: tuple[tuple[Tone, str], ...] = (("local", "local (at cloud price)"), ("cloud", "cloud, billed"))


class DaysPanel(Card):
    """`opened` carries the day's `AuditRow`."""

    opened = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._theme = theme
        self._days: Sequence[AuditRow] = ()
        self.plot: DayPlot | None = None
        self.setAccessibleName("Every day, by where it ran")
        self.switch = SmallButton("As a table")
        self.switch.clicked.connect(self._turn)
        self.table = FactsTable(DAY_HEADS, name="Every day, by where it ran")
        self.table.opened.connect(lambda row: self.opened.emit(self._days[row]))
        self.table.hide()
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(PlainLabel("Every day, by where it ran", kind="strong"))
        head.addStretch(1)
        for tone, words in _KEY:
            head.addWidget(Dot(tone))
            head.addWidget(PlainLabel(words, tone="mute", kind="small"))
        head.addSpacing(8)
        head.addWidget(self.switch)
        self.body.addLayout(head)
        self.body.addWidget(self.table)

    def show_days(self, days: Sequence[AuditRow]) -> None:
        self._days = days
        self.table.show_lines([day_line(day) for day in days])
        self._plot().show_days(days)

    def _plot(self) -> DayPlot:
        if self.plot is None:
            from pennyweight.ui.audit.day_plot import DayPlot

            self.plot = DayPlot(self._theme)
            self.plot.opened.connect(lambda number: self.opened.emit(self._days[number]))
            self.body.insertWidget(1, self.plot)
        return self.plot

    def _turn(self) -> None:
        as_table = self.table.isHidden()
        self.table.setVisible(as_table)
        self._plot().setVisible(not as_table)
        self.switch.setText("As a plot" if as_table else "As a table")
