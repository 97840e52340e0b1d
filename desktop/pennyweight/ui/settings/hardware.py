"""What the computer itself costs while it works: off by default, always a line of its own."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from pennyweight.domain.errors import InputError
from pennyweight.meter.local_cost import Hardware
from pennyweight.ui.settings.fields import FieldRow, ValueEdit
from pennyweight.ui.settings.parse import decimal_number
from pennyweight.ui.widgets import PlainLabel

_START = Hardware(price=Decimal(1200), resale=Decimal(200))


def _reader(what: str, low: str, high: str) -> ValueEdit[Decimal]:
    return ValueEdit(lambda text: decimal_number(text, what, low=Decimal(low), high=Decimal(high)), name=what)


class HardwareField(QWidget):
    """`changed` carries a `Hardware`, or None when it is switched off; `edited` tells of any key or click."""

    changed = Signal(object)
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = QCheckBox("Count the wear of the hardware too")
        self.switch.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.price = _reader("The price", "0", "1000000")
        self.resale = _reader("The resale value", "0", "1000000")
        self.years = _reader("The years of use", "0.5", "30")
        self.hours = _reader("The hours per year", "1", "8784")
        self._edits = (self.price, self.resale, self.years, self.hours)
        self.fields = QWidget()
        column = QVBoxLayout(self.fields)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        for name, edit, unit in (
            ("Price when bought", self.price, "US dollars"),
            ("Worth at the end", self.resale, "US dollars"),
            ("Used for", self.years, "years"),
            ("Working", self.hours, "hours per year"),
        ):
            column.addWidget(FieldRow(name, edit, PlainLabel(unit, tone="mute")))
            edit.refused.connect(lambda _reason: self._show_outcome())
            edit.accepted.connect(self._edited)
            edit.textEdited.connect(lambda _text: self.edited.emit())
        self.outcome = PlainLabel("", tone="mute", kind="small", wrap=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addWidget(self.switch)
        outer.addWidget(self.fields)
        outer.addWidget(self.outcome)
        self.switch.toggled.connect(self._toggled)
        self.set_state(None)

    def set_state(self, hardware: Hardware | None) -> None:
        """Show without telling; None is off."""
        self.switch.blockSignals(True)
        self.switch.setChecked(hardware is not None)
        self.switch.blockSignals(False)
        shown = hardware or _START
        values = (shown.price, shown.resale, shown.years, shown.hours_per_year)
        for edit, value in zip(self._edits, values, strict=True):
            edit.set_value(value, f"{value:,f}")
        self._show_outcome()

    def hardware(self) -> Hardware | None:
        """What stands there; None if it is off or a number cannot be used."""
        values = [edit.value() for edit in self._edits]
        if not self.switch.isChecked() or any(value is None for value in values):
            return None
        price, resale, years, hours = (value for value in values if value is not None)
        try:
            return Hardware(price=price, resale=resale, years=years, hours_per_year=hours)
        except InputError:
            return None

    def _toggled(self, on: bool) -> None:
        self.edited.emit()
        self._show_outcome()
        hardware = self.hardware()
        if hardware is not None or not on:
            self.changed.emit(hardware)

    def _edited(self) -> None:
        hardware = self.hardware()
        if hardware is not None:
            self.changed.emit(hardware)

    def _show_outcome(self) -> None:
        on = self.switch.isChecked()
        self.fields.setVisible(on)
        hardware = self.hardware()
        numbers = all(edit.value() is not None for edit in self._edits)
        self.outcome.set_tone("warn" if on and numbers and hardware is None else "mute")
        self.outcome.setVisible(numbers or not on)  # else the reason is beside the number
        if not on:
            self.outcome.setText("Off: only electricity is counted. It can be switched on at any time.")
        elif hardware is None:
            self.outcome.setText("The worth at the end cannot be more than the price.")
        else:
            self.outcome.setText(
                f"≈ ${hardware.usd_per_hour:.3f} for each hour the computer answers, on a line of its own in the meter."
            )
