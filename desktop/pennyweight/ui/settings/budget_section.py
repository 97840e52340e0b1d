"""Caps on what the cloud may cost in a month. Raising one is a deliberate act, noted in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.meter.money import decimal_to_nano, format_usd, nano_to_decimal, usd_text
from pennyweight.services.budgets import BudgetService, BudgetView
from pennyweight.services.keys import KeysService
from pennyweight.services.settings import Settings
from pennyweight.ui.settings.fields import FieldRow, ValueEdit
from pennyweight.ui.settings.parse import decimal_number
from pennyweight.ui.settings.section import Section
from pennyweight.ui.widgets import PlainLabel
from pennyweight.ui.widgets.confirm import confirm

_MOST = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class _Row:
    provider: str
    name: str
    view: BudgetView | None
    spent_nano: int


class BudgetSection(Section):
    """`told` is a sentence; `spending_changed` after a cap was changed."""

    told = Signal(str)
    failed = Signal(object)
    spending_changed = Signal()

    def __init__(self, budgets: BudgetService, keys: KeysService, runner: TaskRunner) -> None:
        super().__init__(
            "budgets",
            "Cloud budgets",
            "Dollars per month. At 80 % you are told; at the cap nothing more is sent, and a running answer stops. "
            "Leave a field empty for no cap.",
        )
        self._budgets = budgets
        self._keys = keys
        self._runner = runner
        self._caps: dict[str, int | None] = {}
        self.edits: dict[str, ValueEdit[Decimal | None]] = {}
        self._rows: dict[str, FieldRow] = {}
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.body.addWidget(self._holder)
        self.note = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.note.hide()
        self.body.addWidget(self.note)

    def fill(self, settings: Settings) -> None:
        del settings
        self.refresh()

    def refresh(self) -> None:
        def fetch() -> list[_Row]:
            rows = [_Row("", "All providers", self._budgets.get(), self._budgets.spent())]
            for entry in self._keys.list():
                view = self._budgets.get(entry.id)
                if entry.ready or view is not None:
                    rows.append(_Row(entry.id, entry.name, view, self._budgets.spent(entry.id)))
            return rows

        self._runner.query(fetch, self._show, self.failed.emit, owner=self)

    def _show(self, rows: Sequence[_Row]) -> None:
        for gone in set(self._rows) - {row.provider for row in rows}:
            self.edits.pop(gone)
            line = self._rows.pop(gone)
            line.hide()
            line.deleteLater()
        for row in rows:
            if row.provider not in self._rows:
                self._add(row)
            cap = row.view.cap_nano if row.view is not None else None
            self._caps[row.provider] = cap
            value = None if cap is None else nano_to_decimal(cap)
            edit = self.edits[row.provider]
            if not edit.hasFocus() or not edit.isModified():
                edit.set_value(value, "" if value is None else usd_text(value))
            hint = f"{format_usd(row.spent_nano)} spent this month"
            self._rows[row.provider].hint.setText(hint)
            self._rows[row.provider].hint.show()
        notes = [row.view.sentence for row in rows if row.view is not None and row.view.sentence]
        self.note.setText(" ".join(notes))
        self.note.setVisible(bool(notes))

    def _add(self, row: _Row) -> None:
        edit: ValueEdit[Decimal | None] = ValueEdit(_cap, name=f"Budget of {row.name}, dollars a month")
        edit.setPlaceholderText("no cap")
        edit.accepted.connect(lambda value, row=row: self._set(row, value))
        line = FieldRow(row.name, PlainLabel("$"), edit)
        self.edits[row.provider] = edit
        self._rows[row.provider] = line
        self._column.addWidget(line)
        self.tab_through()

    def _set(self, row: _Row, value: Decimal | None) -> None:
        cap, before = (None if value is None else decimal_to_nano(value)), self._caps.get(row.provider)
        if before is not None and (cap is None or cap > before):
            now = "take the cap away" if cap is None else f"raise it to {format_usd(cap)}"
            dialog = confirm(
                self.window(),
                f"Change the budget of {row.name}?",
                f"It is {format_usd(before)} a month. To {now} is noted in the ledger.",
                "Change it",
                lambda: self._keep(row, cap),
            )
            dialog.rejected.connect(lambda: self._back(row))
        else:
            self._keep(row, cap)

    def _back(self, row: _Row) -> None:
        self.edits[row.provider].setModified(False)
        self.refresh()

    def _keep(self, row: _Row, cap: int | None) -> None:
        def done(_view: BudgetView | None) -> None:
            self.edits[row.provider].setModified(False)
            self.told.emit("No cap any more." if cap is None else f"{row.name}: at most {format_usd(cap)} a month.")
            self.spending_changed.emit()
            self.refresh()

        self._runner.change(lambda: self._budgets.set(row.provider, cap), done, self.failed.emit, owner=self)


def _cap(text: str) -> Decimal | None:
    if not text.strip():
        return None
    return decimal_number(text, "A budget", low=Decimal(0), high=_MOST)
