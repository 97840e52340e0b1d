"""The same use at other models' prices. The ledger is only read."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.meter import reference as table
from pennyweight.services.audit import AuditReport
from pennyweight.services.container import Services
from pennyweight.services.reprice import RepricedRow
from pennyweight.services.what_if import LOCAL
from pennyweight.ui.audit.model_choice import ModelChoice
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.audit.words import REPRICE_HEADS, reprice_line
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, PlainLabel, ProgressBar, SmallButton

AT_ONCE = 4_000
"""Prices that are worked out without being asked for: about a second."""


class RepricePanel(Card):
    """Every call of the period priced alone, at its own moment. A long period waits for its button."""

    _progress = Signal(int, int)

    def __init__(self, services: Services, runner: TaskRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("The same use at other prices", parent=parent)
        self._services = services
        self._runner = runner
        self._report: AuditReport | None = None
        self._cancel: Cancel | None = None
        self._number = 0
        self.choice = ModelChoice(theme, runner, services.meter.reference_choices, with_local=False)
        self.choice.changed.connect(self._set_models)
        self.table = FactsTable(REPRICE_HEADS, name="The same use at other prices", most_rows=8)
        self.table.head(2).setToolTip("Other tokenizers cut the same text into more or fewer tokens; caches may help.")
        self.table.head(3).setToolTip("Against what was paid: cloud and electricity.")
        self.start = SmallButton("Work it out")
        self.start.clicked.connect(self._start)
        self.stop = SmallButton("Stop")
        self.stop.clicked.connect(self._stop)
        self.bar = ProgressBar("Working out other prices")
        self.bar.setFixedHeight(4)
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.start)
        foot.addWidget(self.stop)
        self.body.addWidget(self.choice)
        self.body.addWidget(self.table)
        self.body.addLayout(foot)
        self.body.addStretch(1)
        self._progress.connect(self._show_progress)
        self._busy(False)

    def show_report(self, report: AuditReport) -> None:
        self._stop()
        self._report = report
        if not self.choice.models():
            self._show_models(tuple(one for one in self._services.what_if.usual_models() if one != LOCAL))
        self._fresh()

    def _fresh(self) -> None:
        self.table.show_lines([])
        calls = self._report.totals.calls if self._report else 0
        self.start.setVisible(False)
        if not calls:
            self.note.setText("Nothing was asked in this period.")
        elif calls * len(self.choice.models()) <= AT_ONCE:
            self._start()
        else:
            self.note.setText(f"{calls:,} calls, each priced at its own moment.")
            self.start.setVisible(True)

    def _set_models(self, models: tuple[str, ...]) -> None:
        self._stop()
        self._show_models(models)
        self._fresh()

    def _show_models(self, models: tuple[str, ...]) -> None:
        names = [found.name if (found := table.find(one)) else one for one in models]
        self.choice.show_models(models, names)

    def _start(self) -> None:
        if self._report is None:
            return
        self._stop()
        period, models, cancel = self._report.period, self.choice.models(), Cancel()
        self._cancel, self._number = cancel, self._number + 1
        number, tell = self._number, self._progress.emit
        self.bar.setRange(0, max(1, self._report.totals.calls))
        self.bar.setValue(0)
        self._busy(True)
        self._runner.query(
            lambda: self._services.reprice.at_prices_of(period, models, cancel, lambda done: tell(number, done)),
            lambda rows: self._show(number, rows),
            owner=self,
            cancel=cancel,
        )

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()
            self._cancel = None
            self._number += 1
            self._busy(False)
            self.note.setText("Stopped.")
            self.start.setVisible(True)

    def _show_progress(self, number: int, done: int) -> None:
        if number == self._number:
            self.bar.setValue(done)

    def _show(self, number: int, rows: tuple[RepricedRow, ...]) -> None:
        if number != self._number or self._report is None:
            return
        self._cancel = None
        self._busy(False)
        totals = self._report.totals
        paid = totals.billed_nano + totals.electric_nano
        self.table.show_lines([reprice_line(row, paid) for row in rows])
        self.note.setText("Each call at its own moment, by list price. The ledger stays as it is.")

    def _busy(self, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.note.setVisible(not busy)
        self.start.setVisible(False)
