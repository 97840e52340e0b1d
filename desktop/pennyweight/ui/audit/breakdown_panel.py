"""The period by model, provider, task, chat, project or source."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.bridge.tasks import OnError, TaskRunner
from pennyweight.services.audit import AuditReport, AuditRow, AuditService, Grouping
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.audit.words import MODEL_HEADS, USABLE_HINT, model_line
from pennyweight.ui.widgets import Card, PlainLabel, SegmentedControl, Tone

_SIDES: tuple[tuple[Grouping, str], ...] = (
    ("model", "Model"),
    ("provider", "Provider"),
    ("task", "Task"),
    ("conversation", "Chat"),
    ("project", "Project"),
    ("source", "Source"),
)
_NAME = "By model, provider, task, chat, project or source"


class BreakdownPanel(Card):
    """`opened` carries the `AuditRow` of a line."""

    opened = Signal(object)

    def __init__(
        self, audit: AuditService, runner: TaskRunner, on_error: OnError, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._audit = audit
        self._runner = runner
        self._on_error = on_error
        self._report: AuditReport | None = None
        self._lines: tuple[AuditRow, ...] = ()
        self.setAccessibleName(_NAME)
        self.sides = SegmentedControl(_SIDES, name="Group by")
        self.sides.choose("model")
        self.sides.changed.connect(self._show_side)
        self.table = FactsTable(MODEL_HEADS, name=_NAME, most_rows=12)
        self.table.head(5).setToolTip(USABLE_HINT)
        self.table.opened.connect(lambda number: self.opened.emit(self._lines[number]))
        self.nothing = PlainLabel("Nothing was asked in this period.", tone="mute", kind="small")
        head = QHBoxLayout()
        head.addWidget(PlainLabel("By", kind="strong"))
        head.addWidget(self.sides, 1)
        self.body.addLayout(head)
        self.body.addWidget(self.table)
        self.body.addWidget(self.nothing)
        self.body.addStretch(1)

    def show_report(self, report: AuditReport) -> None:
        self._report = report
        self._show_side(self.sides.value())

    def _show_side(self, key: str) -> None:
        report = self._report
        if report is None:
            return
        by = next(side for side, _ in _SIDES if side == key)
        ready = {"model": report.models, "provider": report.providers, "task": report.tasks, "source": report.sources}
        if by in ready:
            self._show_lines(ready[by])
            return
        self._runner.query(
            lambda: self._audit.lines(report.period, by),
            lambda lines: self._show_lines(lines) if self.sides.value() == key and self._report is report else None,
            self._on_error,
            owner=self,
        )

    def _show_lines(self, lines: tuple[AuditRow, ...]) -> None:
        self._lines = lines
        self.table.show_lines([model_line(row) for row in lines])
        for number, row in enumerate(lines):
            tone: Tone = "local" if row.source == "local" else "mute" if row.source is None else "cloud"
            self.table.mark(number, tone, "imported" if row.imported else "")
        self.table.setVisible(bool(lines))
        self.nothing.setVisible(not lines)
