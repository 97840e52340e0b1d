"""The meter column: always visible, live while an answer streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.ledger import LedgerTotals
from pennyweight.meter.money import format_usd
from pennyweight.meter.reference import ReferenceModel
from pennyweight.services.budgets import BudgetService, BudgetView
from pennyweight.services.events import AskEvent
from pennyweight.services.meter import MeterService, MeterTotals, Period, ReferenceChoices
from pennyweight.ui.meter.budget_bar import BudgetBar
from pennyweight.ui.meter.card import MeterCard, SideLine
from pennyweight.ui.meter.energy_label import EnergyLabel
from pennyweight.ui.meter.figures import (
    HARDWARE_TOOLTIP,
    cloud_card,
    difference_card,
    energy_note,
    estimated_note,
    local_card,
    ratio_text,
    unpriced_note,
)
from pennyweight.ui.meter.live import LiveAnswers, fold, in_cloud
from pennyweight.ui.meter.sparkline import Sparkline
from pennyweight.ui.meter.tokens_table import TokensTable
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import PlainLabel, SegmentedControl
from pennyweight.ui.widgets.menu_label import MenuLabel

if TYPE_CHECKING:
    from pennyweight.ui.meter.reference_picker import ReferencePicker

WIDTH = 264
_PERIODS: tuple[tuple[Period, str], ...] = (("chat", "Chat"), ("today", "Today"), ("month", "Month"), ("all", "All"))


@dataclass(frozen=True, slots=True)
class _Committed:
    totals: MeterTotals
    today: MeterTotals
    joules: list[float]
    budget: BudgetView | None
    spent_nano: int
    """In the cloud, this month."""


class MeterColumn(QFrame):
    """Give it every batch of ask events (`take`), the chat that is shown (`set_conversation`), and call `refresh`
    after anything else that writes the ledger. `reference_changed` carries the id of the newly chosen model."""

    reference_changed = Signal(str)
    cost_changed = Signal()
    """Of `cost_today`."""

    def __init__(
        self,
        meter: MeterService,
        runner: TaskRunner,
        theme: Theme,
        budgets: BudgetService,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._meter = meter
        self._runner = runner
        self._theme = theme
        self._budgets = budgets
        self._conversation: str | None = None
        self._live = LiveAnswers()
        self._committed: _Committed | None = None
        self._asked = 0
        self._repricing: Cancel | None = None
        self.cost_today = ""
        """What today's answers cost on this computer, whatever period is shown; empty until it is known."""
        self.setObjectName("meterColumn")
        self.setAccessibleName("Meter")
        self.setFixedWidth(WIDTH)
        self.periods = SegmentedControl(_PERIODS, name="Period of the meter")
        self.periods.set_value("today")
        self.energy = EnergyLabel(theme)
        self.reference = MenuLabel(theme, name="Reference model")
        self.local = MeterCard("On this computer", "local", self.energy)
        self.hardware = SideLine("Hardware wear")
        self.hardware.hide()
        self.local.body.addWidget(self.hardware)
        self.cloud = MeterCard("In the cloud", "cloud", self.reference)
        self.difference = MeterCard("Difference", "copper")
        self.tokens = TokensTable()
        self.unpriced = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.unpriced.hide()
        self.budget = BudgetBar()
        self.sparkline = Sparkline(theme)
        self._arrange()
        self.periods.changed.connect(lambda _key: self.refresh())
        self.energy.clicked.connect(self.explain_energy)
        self.reference.clicked.connect(self.choose_reference)

    @cached_property
    def picker(self) -> ReferencePicker:
        """Built when it is first opened."""
        from pennyweight.ui.meter.reference_picker import ReferencePicker

        picker = ReferencePicker(self._theme, self)
        picker.chosen.connect(self._reference_chosen)
        return picker

    @property
    def period(self) -> Period:
        return next(key for key, _ in _PERIODS if key == self.periods.value())

    def set_conversation(self, conversation_id: str | None) -> None:
        """The chat that is shown; None for one that does not exist yet."""
        if conversation_id != self._conversation:
            self._conversation = conversation_id
            if self.period == "chat":
                self.refresh()

    def take(self, events: Sequence[AskEvent]) -> None:
        """A batch of events of an answer: shows the running figures, asks the store only once it is committed."""
        committed = [self._live.take(event) for event in events]
        if any(committed):
            self.refresh()
        self._show()

    def answer_ended(self) -> None:
        """No answer is being written any more, also where its events broke off."""
        if self._live.settle():
            self.refresh()

    def refresh(self) -> None:
        """Ask for the committed totals; what is shown changes when they come."""
        self._asked += 1
        number, settled, writing = self._asked, self._live.settled(), self._live.writing()
        period, conversation = self.period, self._conversation

        def ask() -> _Committed:
            totals = self._meter.totals(period, conversation, without=writing)
            today = totals if period == "today" else self._meter.totals("today", without=writing)
            joules = self._meter.recent_joules(12, without=writing)
            return _Committed(totals, today, joules, self._budgets.get(), self._budgets.spent())

        def done(committed: _Committed) -> None:
            if number != self._asked:
                return
            if self._live.writing() - writing:  # one has begun since: its parts may be counted in these totals
                self.refresh()
                return
            self._live.forget(settled)
            self._committed = committed
            self._show()
            self._reprice_if_needed(committed.totals)

        self._runner.query(ask, done, owner=self)

    def stop(self) -> None:
        """End what runs in the background for this column: for the end of the program."""
        if self._repricing is not None:
            self._repricing.cancel()

    def choose_reference(self) -> None:
        self._runner.query(self._meter.reference_choices, self._open_picker, owner=self)

    def explain_energy(self) -> None:
        from pennyweight.ui.meter.energy_dialog import EnergyDialog

        dialog = EnergyDialog(self._meter, self._runner, self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.panel.calibrated.connect(self.refresh)
        dialog.open()

    def _arrange(self) -> None:
        body = QWidget()
        body.setObjectName("meterBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 0, 16, 12)
        column.setSpacing(12)
        for widget in (self.local, self.cloud, self.difference, self.tokens, self.budget, self.unpriced):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("meterScroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        head = QVBoxLayout()
        head.setContentsMargins(16, 16, 16, 12)
        head.addWidget(self.periods)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 6, 16, 14)
        foot.setSpacing(4)
        foot.addWidget(self.sparkline)
        foot.addWidget(PlainLabel("last 12 answers, joules", tone="mute", kind="small"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)

    def _show(self) -> None:
        committed = self._committed
        if committed is None:
            return
        lives = self._live.shown(self._conversation, everywhere=self.period != "chat")
        totals = fold(committed.totals.totals, lives)
        running = self._live.running()
        watts = running.watts if running is not None and running in lives and not in_cloud(running) else None
        sources = totals.energy_sources or (committed.totals.source.id,)
        self.energy.set_state(*energy_note(sources))
        self.local.show_text(local_card(totals, watts, committed.totals.usd_per_kwh))
        self.hardware.setVisible(committed.totals.hardware_on)
        self.hardware.show_value(f"+ {format_usd(totals.hardware_nano)}", HARDWARE_TOOLTIP)
        reference = committed.totals.reference
        self.reference.set_text(reference.name)
        shown = committed.totals
        ratio = ratio_text(shown.calibrated, shown.ratio, shown.samples)
        self.cloud.show_text(cloud_card(totals, reference, ratio, repricing=shown.repricing))
        self.difference.show_text(difference_card(totals, hardware=committed.totals.hardware_on))
        self.tokens.show_tokens(totals.local, totals.cloud)
        unpriced = "" if committed.totals.repricing else unpriced_note(totals)
        note = f"{unpriced} {estimated_note(totals)}".strip()
        self.unpriced.setText(note)
        self.unpriced.setVisible(bool(note))
        everywhere = self._live.shown(None, everywhere=True)
        self._tell_today(fold(committed.today.totals, everywhere))
        running_nano = sum(live.billed_nano or 0 for live in everywhere)
        self.budget.show_budget(committed.budget, committed.spent_nano + running_nano)
        self.sparkline.set_values(committed.joules)
        self.sparkline.set_live(self._live.uncommitted_joules())

    def _tell_today(self, totals: LedgerTotals) -> None:
        cost = format_usd(totals.electric_nano)
        if cost != self.cost_today:
            self.cost_today = cost
            self.cost_changed.emit()

    def _open_picker(self, choices: ReferenceChoices) -> None:
        chosen = self._committed.totals.reference.id if self._committed else ""
        self.picker.open_for(self.reference, choices.models, (choices.cheap, choices.flagship), chosen)

    def _reference_chosen(self, model: ReferenceModel) -> None:
        def done(chosen: ReferenceModel) -> None:
            self.stop()
            self.reference_changed.emit(chosen.id)
            self.refresh()

        self._runner.change(lambda: self._meter.set_reference(model.id), done, owner=self)

    def _reprice_if_needed(self, totals: MeterTotals) -> None:
        if not totals.repricing or self._repricing is not None:
            return
        cancel = self._repricing = Cancel()

        def done(_count: int) -> None:
            self._repricing = None
            self.refresh()

        def failed(error: Exception) -> None:
            self._repricing = None
            self._runner.problem.emit(error)

        self._runner.query(lambda: self._meter.reprice(cancel), done, failed, owner=self)
