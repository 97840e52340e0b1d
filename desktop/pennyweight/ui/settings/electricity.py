"""The price of electricity: a country for the default, and a number anyone can change."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.meter.countries import Country, countries, country_of_locale, find_country, parse_usd_per_kwh
from pennyweight.meter.money import usd_text
from pennyweight.ui.settings.fields import ValueEdit
from pennyweight.ui.widgets import LinkButton, PlainLabel
from pennyweight.ui.widgets.flow import FlowLayout

_FALLBACK = "US"


def country_here() -> Country:
    """The country of this desktop's locale; the United States where it says nothing we know."""
    country = country_of_locale(QLocale.system().name()) or find_country(_FALLBACK)
    assert country is not None, "electricity.toml has the fallback country"
    return country


class ElectricityField(QWidget):
    """`changed` carries the country's code and the price in US dollars per kWh (Decimal); `edited` tells of any key or
    choice, also of one that makes no price.

    A country brings its household average, but a number of one's own stays: the average is one click away.
    """

    changed = Signal(str, object)
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.country = QComboBox()
        self.country.setAccessibleName("Country")
        self.country.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.country.setMinimumContentsLength(16)
        self.country.setMaxVisibleItems(14)
        for known in countries():
            self.country.addItem(known.name, known.code)
        self.price: ValueEdit[Decimal] = ValueEdit(parse_usd_per_kwh, name="Price per kWh in US dollars", width=84)
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.reason = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.reason.hide()
        self._code = ""
        self.average = LinkButton("Use the average", name="Use the household average of the country", quiet=True)
        self.average.hide()
        amount = QWidget()
        inner = QHBoxLayout(amount)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addWidget(PlainLabel("$", tone="mute"))
        inner.addWidget(self.price)
        inner.addWidget(PlainLabel("per kWh", tone="mute"))
        line = FlowLayout(gap=16, line_gap=8)
        line.addWidget(self.country)
        line.addWidget(amount)
        line.addWidget(self.average)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.note)
        column.addWidget(self.reason)
        self.country.activated.connect(self._country_chosen)
        self.average.clicked.connect(lambda: self._take(find_country(self.code())))
        self.price.textEdited.connect(lambda _text: self.edited.emit())
        self.price.accepted.connect(self._price_typed)
        self.price.refused.connect(self._show_reason)

    def set_state(self, code: str, usd_per_kwh: Decimal) -> None:
        """Show without telling."""
        self.country.setCurrentIndex(self.country.findData(code))
        self._code = self.code()
        self.price.set_value(usd_per_kwh, usd_text(usd_per_kwh))
        self._show_note()

    def code(self) -> str:
        return str(self.country.currentData() or "")

    def usd_per_kwh(self) -> Decimal | None:
        """None while the number cannot be used."""
        return self.price.value()

    def _country_chosen(self) -> None:
        before, country, typed = find_country(self._code), find_country(self.code()), self.price.value()
        self.edited.emit()
        if country is None:
            return
        if typed is None or (before is not None and typed == before.usd_per_kwh):
            self._take(country)
            return
        self._code = country.code
        self.price.set_value(typed, self.price.text())
        self._show_note()
        self.changed.emit(country.code, typed)

    def _take(self, country: Country | None) -> None:
        """Its household average is the price."""
        if country is not None:
            self._code = country.code
            self.price.set_value(country.usd_per_kwh, usd_text(country.usd_per_kwh))
            self._show_note()
            self.edited.emit()
            self.changed.emit(country.code, country.usd_per_kwh)

    def _price_typed(self, value: Decimal) -> None:
        self._show_note()
        self.changed.emit(self.code(), value)

    def _show_note(self) -> None:
        country = find_country(self.code())
        self.average.setVisible(country is not None and self.price.value() not in (None, country.usd_per_kwh))
        if country is None:
            self.note.setText("Choose a country for its household average, or type what your bill says.")
        elif self.price.value() == country.usd_per_kwh:
            self.note.setText(country.source_note)
        else:
            average = usd_text(country.usd_per_kwh)
            self.note.setText(f"Your own number. The household average for {country.name}: ${average}.")

    def _show_reason(self, reason: str) -> None:
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self.note.setVisible(not reason)
