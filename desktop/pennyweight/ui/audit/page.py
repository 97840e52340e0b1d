"""The audit page: where the money and the tokens went."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.progress import Progress
from pennyweight.meter.money import format_usd
from pennyweight.services.audit import AuditReport, AuditRow
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.container import Services
from pennyweight.services.subscription import SubscriptionCheck
from pennyweight.services.thrift import Turn
from pennyweight.store.audit import Only, RowFilter
from pennyweight.ui.audit.breakdown_panel import BreakdownPanel
from pennyweight.ui.audit.days_panel import DaysPanel, TasksPanel
from pennyweight.ui.audit.importing import Importing
from pennyweight.ui.audit.imports_desk import ImportsDesk
from pennyweight.ui.audit.period_picker import PeriodPicker
from pennyweight.ui.audit.reprice_panel import RepricePanel
from pennyweight.ui.audit.rows_dialog import MOST, RowsDialog
from pennyweight.ui.audit.thrift_panel import ThriftPanel
from pennyweight.ui.audit.what_if_panel import WhatIfPanel
from pennyweight.ui.audit.words import cards, estimated_words, token_parts, unpriced_words
from pennyweight.ui.meter.card import MeterCard, SideLine
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import (
    Banner,
    FlowLayout,
    GhostButton,
    LinkButton,
    PartsLine,
    PlainLabel,
    PrimaryButton,
    Toast,
    Tone,
)
from pennyweight.ui.widgets.export_line import ExportLine
from pennyweight.ui.widgets.keyboard import focused_in
from pennyweight.ui.widgets.page_scroll import PageScroll
from pennyweight.ui.widgets.saving import ask_place

_CARDS: tuple[tuple[str, Tone], ...] = (
    ("Paid to the cloud", "cloud"),
    ("Electricity on this computer", "local"),
    ("Local work at cloud prices", "copper"),
    ("Subscription check", "ink"),
)
_EXPORTS = (
    ("HTML report…", "audit.html", "HTML (*.html)"),
    ("Ledger as CSV…", "ledger.csv", "CSV (*.csv)"),
    ("Ledger as JSON lines…", "ledger.jsonl", "JSON lines (*.jsonl)"),
    ("Ledger in FOCUS columns…", "focus.csv", "CSV (*.csv)"),
)
_FOUR, _TWO, _SIDE_BY_SIDE, _ACROSS = 980, 520, 1180, 760
"""Widths of the page: panels stand side by side where every column of their tables is seen whole."""


class AuditPage(QWidget):
    """`refresh` reads the ledger anew."""

    def __init__(
        self,
        services: Services,
        runner: TaskRunner,
        theme: Theme,
        importing: Importing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._report: AuditReport | None = None
        self._repricing = False
        self._shape = (0, False)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Audit")
        self.picker = PeriodPicker(services.audit, theme)
        self.export_button = GhostButton("Export…")
        self.what_if_button = PrimaryButton("What if?")
        self.banner = Banner(theme)
        self.change_plan = LinkButton("Change", name="Change the plan's price", quiet=True)
        self.cards = [
            MeterCard(name, tone, self.change_plan if name == "Subscription check" else None) for name, tone in _CARDS
        ]
        self.change_plan.setFixedHeight(16)
        for card in self.cards:
            card.body.addStretch(1)
        self.hardware = SideLine("Hardware wear, not in this")
        self.cards[1].body.addWidget(self.hardware)
        self.hardware.hide()
        self.tokens = PartsLine()
        self.unpriced = PlainLabel("", tone="warn", kind="small")
        self.show_unpriced = LinkButton("Show", name="Show the calls without a price", quiet=True)
        self.estimated = PlainLabel("", tone="warn", kind="small")
        self.show_estimated = LinkButton("Show", name="Show the calls with estimated token counts", quiet=True)
        self.days = DaysPanel(theme)
        self.breakdown = BreakdownPanel(services.audit, runner, self._fail)
        self.what_if = WhatIfPanel(services, runner, theme, self._fail)
        self.tasks = TasksPanel(theme)
        self.reprice = RepricePanel(services, runner, theme)
        self.thrift = ThriftPanel(services, runner, theme)
        self.imports = ImportsDesk(services, runner, theme, self, importing)
        self.writing = ExportLine(runner)
        self.toast = Toast()
        self._menu = QMenu(self)
        self._arrange()
        self._connect()

    def refresh(self) -> None:
        """Bills at the reference model are worked out first where they are missing."""
        self.show_period(self.picker.period)
        self.what_if.refresh()

    def show_period(self, period: AuditPeriod) -> None:
        services = self._services

        def work() -> tuple[AuditReport, SubscriptionCheck]:
            report = services.audit.report(period)
            return report, services.subscription.check(report, services.audit.today())

        def shown(found: tuple[AuditReport, SubscriptionCheck]) -> None:
            if found[0].period == self.picker.period:
                self.show_report(*found)
                if found[0].totals.uncompared_rows:
                    self._reprice()

        self._runner.query(work, shown, self._fail, owner=self)

    def show_report(self, report: AuditReport, check: SubscriptionCheck) -> None:
        self._report = report
        self.banner.hide()
        for card, text in zip(self.cards, cards(report, check), strict=True):
            card.show_text(text)
        self._place(self._shape[1])
        wear = report.totals.hardware_nano
        self.hardware.show_value(format_usd(wear), "Of this computer, by the price and the years in the settings.")
        self.hardware.setVisible(bool(wear))
        self.tokens.show_parts(token_parts(report.totals))
        self.tokens.setVisible(bool(report.totals.calls))
        for label, button, words in (
            (self.unpriced, self.show_unpriced, unpriced_words(report)),
            (self.estimated, self.show_estimated, estimated_words(report)),
        ):
            label.setText(words)
            label.setVisible(bool(words))
            button.setVisible(bool(words))
        self._notes.setVisible(bool(unpriced_words(report) or estimated_words(report)))
        self.days.show_days(report.days)
        self.breakdown.show_report(report)
        self.tasks.show_tasks(report.tasks)
        self.reprice.show_report(report)
        self.thrift.show_period(report.period, report.totals)
        self.imports.show_period(report.period)

    def focus_period(self) -> None:
        """The chosen period has the keyboard where the page gave it to the first of them."""
        kinds = self.picker.kinds
        if focused_in(kinds) is not None:
            kinds.button(kinds.value()).setFocus()

    def open_rows(self, row: AuditRow) -> None:
        """The ledger rows behind a bar or a line."""
        title = row.label if row.key != row.label else row.period.title
        self._open(row.period, row.chosen, title)

    def rows_dialog(self, title: str, entries: list[LedgerEntry]) -> RowsDialog:
        dialog = RowsDialog(title, entries, self.window())
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        return dialog

    def export_to(self, path: Path, which: int) -> None:
        """`which` counts the entries of the export menu."""
        exports, period = self._services.exports, self.picker.period

        def write(cancel: Cancel, progress: Progress) -> str:
            if which == 0:
                exports.audit_page(path, period, cancel=cancel, progress=progress)
            elif which == 3:
                exports.focus(path, period, cancel=cancel, progress=progress)
            else:
                exports.ledger(path, "csv" if which == 1 else "jsonl", cancel=cancel, progress=progress)
            return f"Written to {path.name}."

        self.writing.write(write)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit(event.size().width())

    def _reprice(self) -> None:
        """Older rows have no bill at the chosen reference yet; those it has no price for stay without one."""

        if self._repricing:
            return
        self._repricing, cancel = True, Cancel()

        def done(count: int) -> None:
            self._repricing = False
            if count:
                self.show_period(self.picker.period)

        def failed(error: Exception) -> None:
            self._repricing = False
            self._fail(error)

        # It writes a little at a time: nobody's change has to wait for all of it.
        self._runner.query(lambda: self._services.meter.reprice(cancel), done, failed, owner=self, cancel=cancel)

    def _open(self, period: AuditPeriod, chosen: RowFilter, title: str) -> None:
        self._runner.query(
            lambda: self._services.audit.rows(period, chosen, limit=MOST),
            lambda entries: self.rows_dialog(title, entries).open(),
            self._fail,
            owner=self,
        )

    def _open_turns(self, turns: Sequence[Turn]) -> None:
        first, last = turns[0].number, turns[-1].number
        title = f"Call {first:,}" if first == last else f"Calls {first:,} to {last:,}"
        self.rows_dialog(title, [turn.entry for turn in turns]).open()

    def _open_only(self, only: Only) -> None:
        title = "Calls without a price" if only == "unpriced" else "Calls with estimated token counts"
        self._open(self.picker.period, RowFilter(only=only), title)

    def _change_plan(self) -> None:
        self._runner.query(self._services.subscription.plan_usd, self._ask_plan, self._fail, owner=self)

    def _ask_plan(self, now: Decimal) -> None:
        dialog = QInputDialog(self.window())
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleRange(0, 10_000)
        dialog.setDoubleDecimals(2)
        dialog.setDoubleValue(float(now))
        dialog.setWindowTitle("Subscription check")
        dialog.setLabelText("The plan's price in US dollars a month")
        dialog.doubleValueSelected.connect(lambda value: self._set_plan(Decimal(f"{value:.2f}")))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _set_plan(self, usd: Decimal) -> None:
        self._runner.change(
            lambda: self._services.subscription.set_plan(usd),
            lambda _done: self.show_period(self.picker.period),
            self._fail,
            owner=self,
        )

    def _export(self, which: int) -> None:
        _, name, kinds = _EXPORTS[which]
        ask_place(self.window(), "Export", Path.home() / name, kinds, lambda path: self.export_to(path, which))

    def _fail(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.banner.tell(error.sentence)
        else:
            self._runner.problem.emit(error)

    def _connect(self) -> None:
        self.picker.chosen.connect(self.show_period)
        for number, (words, _, _) in enumerate(_EXPORTS):
            self._menu.addAction(words).triggered.connect(partial(self._export, number))
        self.export_button.clicked.connect(
            lambda: self._menu.popup(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft()))
        )
        self.what_if_button.clicked.connect(self._go_to_what_if)
        self.change_plan.clicked.connect(self._change_plan)
        self.show_unpriced.clicked.connect(lambda: self._open_only("unpriced"))
        self.show_estimated.clicked.connect(lambda: self._open_only("estimated"))
        self.days.opened.connect(self.open_rows)
        self.breakdown.opened.connect(self.open_rows)
        self.tasks.opened.connect(self.open_rows)
        self.thrift.opened.connect(self._open_turns)
        self.writing.told.connect(self.toast.tell)
        self.writing.failed.connect(self._fail)
        self.what_if.told.connect(self.toast.tell)
        self.imports.changed.connect(self._imported)
        self.imports.notice.connect(self.toast.tell)

    def _imported(self) -> None:
        if self.isVisible():  # a hidden page reads the ledger when it is shown
            self.refresh()

    def _go_to_what_if(self) -> None:
        self._scroll.ensureWidgetVisible(self.what_if)
        self.what_if.input.setFocus(Qt.FocusReason.TabFocusReason)
        self.what_if.input.selectAll()

    def _fit(self, width: int) -> None:
        columns = 4 if width >= _FOUR else 2 if width >= _TWO else 1
        wide = width >= _SIDE_BY_SIDE
        across = width >= _ACROSS
        self._top.setDirection(QBoxLayout.Direction.LeftToRight if across else QBoxLayout.Direction.TopToBottom)
        if (columns, wide) == self._shape:
            return
        self._shape = (columns, wide)
        for number, card in enumerate(self.cards):
            self._card_grid.addWidget(card, number // columns, number % columns)
        for column in range(4):
            self._card_grid.setColumnStretch(column, 1 if column < columns else 0)
        self._place(wide)

    def _place(self, wide: bool) -> None:
        """What is about the calls of the period is left out where there is none."""
        used = self._report is None or self._report.totals.calls > 0
        shown: tuple[QWidget, ...] = (
            (self.breakdown, self.what_if, self.tasks, self.reprice) if used else (self.what_if,)
        )
        pairs = wide and used
        for number, panel in enumerate(shown):
            self._lower.addWidget(panel, number // 2 if pairs else number, number % 2 if pairs else 0)
        self._lower.addWidget(self.thrift, 4, 0, 1, 2 if pairs else 1)
        self.thrift.set_wide(wide)
        self._lower.setColumnStretch(1, 1 if pairs else 0)
        for about in (
            self.breakdown,
            self.tasks,
            self.reprice,
            self.thrift,
        ):  # in the page by now
            about.setVisible(used)

    def _head(self) -> QBoxLayout:
        left, right = QHBoxLayout(), QHBoxLayout()
        for line in (left, right):
            line.setSpacing(10)
        left.addWidget(PlainLabel("Audit", kind="h1"))
        left.addSpacing(4)
        left.addWidget(self.picker)
        left.addStretch(1)
        right.addWidget(self.imports.button)
        right.addWidget(self.export_button)
        right.addWidget(self.what_if_button)
        right.addStretch(1)
        head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setSpacing(10)
        head.addLayout(left, 1)
        head.addLayout(right)
        return head

    def _arrange(self) -> None:
        self._card_grid = QGridLayout()
        self._card_grid.setSpacing(14)
        self._notes = QWidget()
        notes = FlowLayout(self._notes, gap=8)
        for widget in (self.unpriced, self.show_unpriced, self.estimated, self.show_estimated):
            notes.addWidget(widget)
            widget.hide()
        self._lower = QGridLayout()
        self._lower.setSpacing(16)
        self._lower.setColumnStretch(0, 1)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        self._top = self._head()
        column.addLayout(self._top)
        column.addWidget(self.banner)
        column.addWidget(self.writing)
        column.addLayout(self._card_grid)
        facts = QVBoxLayout()
        facts.setSpacing(4)
        facts.addWidget(self.tokens)
        facts.addWidget(self._notes)
        column.addLayout(facts)
        column.addWidget(self.days)
        column.addWidget(self.imports.panel)
        column.addLayout(self._lower)
        column.addStretch(1)
        self._scroll = PageScroll(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self.toast)
        self._fit(_FOUR)
