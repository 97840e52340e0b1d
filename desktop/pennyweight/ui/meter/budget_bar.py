"""What the cloud has cost this month, against the cap that was set."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from pennyweight.meter.budget import BudgetState
from pennyweight.meter.money import format_usd
from pennyweight.services.budgets import BudgetView
from pennyweight.ui.widgets import ElidedLabel, PlainLabel, restyle

_STEPS = 1000


class BudgetBar(QWidget):
    """Hidden while nothing was spent and no cap is set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ElidedLabel("", tone="mute", kind="small")
        self._value = PlainLabel("", tone="mute", kind="small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        self._note = PlainLabel("", tone="warn", kind="small", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._name, 1)
        row.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addWidget(self._note)
        self.hide()

    def text(self) -> str:
        return f"{self._name.text()} {self._value.text()}"

    def show_budget(self, budget: BudgetView | None, spent_nano: int) -> None:
        """`spent_nano`: of this month, with what the running answer has cost so far."""
        self.setVisible(budget is not None or spent_nano > 0)
        self._bar.setVisible(budget is not None)
        self._note.setVisible(budget is not None and bool(budget.sentence))
        if budget is None:
            self._name.setText(f"Cloud spend, {datetime.now().strftime('%B')}")
            self._value.setText(format_usd(spent_nano))
            self._value.set_tone("mute")
        else:
            self._name.setText(f"Cloud budget, {budget.month.split()[0]}")
            self._value.setText(f"{_spent(spent_nano)} of {_cap(budget.cap_nano)}")
            share = 1.0 if budget.cap_nano <= 0 else min(1.0, spent_nano / budget.cap_nano)
            self._bar.setValue(round(share * _STEPS))
            self._note.setText(budget.sentence)
            restyle(self, state=budget.state.value)
            restyle(self._bar)
            self._bar.style().polish(self._bar)
            self._value.set_tone("mute" if budget.state is BudgetState.OK else "warn")
        self.setAccessibleName(self.text())
        self._bar.setAccessibleName(self.text())


def _spent(nano: int) -> str:
    return "$0" if nano == 0 else format_usd(nano)


def _cap(nano: int) -> str:
    """In the unit of what is spent."""
    return "$0" if nano == 0 else format_usd(nano).removesuffix(".00")
