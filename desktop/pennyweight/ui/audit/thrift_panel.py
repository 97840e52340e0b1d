"""Prompt thrift: how much of each chat is sent again, call by call, and what a shorter history would have saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.container import Services
from pennyweight.services.thrift import KEPT_EXCHANGES, SUMMARY_TOKENS, NamedThrift, Turn
from pennyweight.store.audit import AuditSums
from pennyweight.ui.audit.bars import tokens, turn_bars, turn_groups, turn_ticks
from pennyweight.ui.audit.plot_view import PlotView
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.audit.words import THRIFT_HEADS, TURN_HEADS, thrift_line, thrift_words, turns_line
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, PlainLabel, Tone

_SERIES: tuple[tuple[Tone, str], ...] = (("mute", "sent before"), ("copper", "new"))
_HOW = (
    f"Trimming keeps the last {KEPT_EXCHANGES} exchanges; a summary keeps the last one and about {SUMMARY_TOKENS} "
    "tokens of what came before. Saved: of the bill at each row's own rates, and of local work at its list price."
)


class ThriftPanel(Card):
    """`opened` carries the turns of a bar."""

    opened = Signal(object)

    def __init__(self, services: Services, runner: TaskRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Prompt thrift", parent=parent)
        self._services = services
        self._runner = runner
        self._period: AuditPeriod | None = None
        self._chats: Sequence[NamedThrift] = ()
        self._groups: Sequence[Sequence[Turn]] = ()
        self.share = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.table = FactsTable(THRIFT_HEADS, name="Prompt thrift, by chat", most_rows=6)
        self.table.opened.connect(self.show_chat)
        self.table.currentCellChanged.connect(lambda row, *_: self.show_chat(row))
        self.view = PlotView(
            theme, "Call by call", _SERIES, TURN_HEADS, tokens, nothing="Choose a chat to see it call by call."
        )
        self.view.opened.connect(lambda number: self.opened.emit(self._groups[number]))
        self.how = PlainLabel(_HOW, tone="mute", kind="small", wrap=True)
        self.body.addWidget(self.share)
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._split.setSpacing(24)
        self._split.addWidget(self.table, 6)
        self._split.addWidget(self.view, 5)
        self.body.addLayout(self._split)
        self.body.addWidget(self.how)

    def show_period(self, period: AuditPeriod, sums: AuditSums) -> None:
        self._period = period
        self.share.setText(thrift_words(sums))
        services = self._services

        def work() -> tuple[NamedThrift, ...]:
            return services.thrift.chats(services.audit.lines(period, "conversation"))

        def shown(chats: tuple[NamedThrift, ...]) -> None:
            if period == self._period:
                self.show_chats(chats)

        self._runner.query(work, shown, owner=self)

    def show_chats(self, chats: Sequence[NamedThrift]) -> None:
        self._chats = chats
        self.table.blockSignals(True)
        self.table.show_lines([thrift_line(chat) for chat in chats])
        self.table.blockSignals(False)
        for widget in (self.table, self.view, self.how):
            widget.setVisible(bool(chats))
        if chats:
            self.table.selectRow(0)
            self.show_chat(0)

    def show_chat(self, row: int) -> None:
        if not 0 <= row < len(self._chats):
            return
        chat = self._chats[row]
        self._groups = turn_groups(chat.thrift)
        self.view.title.setText("Call by call")
        self.view.title.setToolTip(chat.title)
        self.view.show_bars(turn_bars(self._groups), turn_ticks(self._groups), [turns_line(g) for g in self._groups])

    def set_wide(self, wide: bool) -> None:
        direction = QBoxLayout.Direction
        self._split.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
