"""What is beside the ledger: providers' bills, estimates of chat exports, and use that is told twice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.meter.money import format_range, format_usd
from pennyweight.services.imports.beside import Beside
from pennyweight.services.imports.estimates import EstimateSum
from pennyweight.services.imports.kinds import IMPORT_NAMES
from pennyweight.services.imports.words import provider_name, told_twice
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.audit.words import short
from pennyweight.ui.widgets import Card, PlainLabel, SegmentedControl

BILL_HEADS = ("Billed by the provider", "UTC days", "billed", "in the ledger", "difference")
ESTIMATE_HEADS = ("Chats without token counts", "answers", "in", "out", "at list price", "range")
_COUNTINGS = (("calls", "Count the calls"), ("reports", "Count the report"), ("both", "Count both"))


class BesidePanel(Card):
    """Hidden where there is nothing of it. `reconcile_wanted` carries a provider, `counting_chosen` a way to count."""

    reconcile_wanted = Signal(str)
    counting_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Beside the ledger", parent=parent)
        self._bills: Sequence[tuple[str, int, int, int]] = ()
        self.about = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.twice = PlainLabel("", tone="warn", wrap=True)
        self.counting = SegmentedControl(_COUNTINGS, name="What counts of use that is told twice")
        self.counting.setMaximumWidth(460)
        self.bills = FactsTable(BILL_HEADS, name="Billed by the provider", most_rows=4)
        self.estimates = FactsTable(ESTIMATE_HEADS, name="Estimates of chat exports", most_rows=4)
        self.estimate_note = PlainLabel("", tone="warn", kind="small", wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.counting)
        row.addStretch(1)
        self.body.setSpacing(8)
        self.body.addWidget(self.about)
        self.body.addWidget(self.twice)
        self.body.addLayout(row)
        self.body.addWidget(self.bills)
        self.body.addWidget(self.estimates)
        self.body.addWidget(self.estimate_note)
        self.counting.changed.connect(self.counting_chosen)
        self.bills.opened.connect(lambda number: self.reconcile_wanted.emit(self._bills[number][0]))
        self.hide()

    def show_beside(self, found: Beside) -> None:
        self._bills = found.bills
        self.about.setText("Compared with the ledger, and in none of its sums.")
        self.twice.setText(told_twice(found.twice, found.counting))
        self.counting.set_value(found.counting)
        self.bills.show_lines([_bill_line(bill) for bill in found.bills])
        self.estimates.show_lines([_estimate_line(one) for one in found.estimates])
        self.estimate_note.setText(_estimate_note(found))
        for widget, wanted in (
            (self.about, bool(found.bills or found.estimates)),
            (self.twice, bool(found.twice)),
            (self.counting, bool(found.twice)),
            (self.bills, bool(found.bills)),
            (self.estimates, bool(found.estimates)),
            (self.estimate_note, bool(found.estimates)),
        ):
            widget.setVisible(wanted)
        self.setVisible(bool(found))


def _bill_line(bill: tuple[str, int, int, int]) -> tuple[str, ...]:
    source, billed, held, days = bill
    return provider_name(source), f"{days:,}", format_usd(billed), format_usd(held), format_usd(billed - held)


def _estimate_line(one: EstimateSum) -> tuple[str, ...]:
    return (
        IMPORT_NAMES.get(one.source, one.source),
        f"{one.answers:,}",
        short(one.input_tokens),
        short(one.output_tokens),
        format_usd(one.expected_nano),
        format_range(one.low_nano, one.high_nano),
    )


def _estimate_note(found: Beside) -> str:
    text = f"An estimate from the length of the texts, at {found.reference}'s list price: no spend."
    unpriced = sum(one.unpriced for one in found.estimates)
    return f"{text} {unpriced:,} answers have no price there." if unpriced else text
