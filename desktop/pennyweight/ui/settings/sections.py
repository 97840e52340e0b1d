"""The sections about money and looks: electricity, reference model, hardware, appearance."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout

from pennyweight.meter.local_cost import Hardware
from pennyweight.meter.reference import ReferenceModel, find
from pennyweight.services.settings import SIZES, Settings
from pennyweight.ui.meter.reference_list import rate_text
from pennyweight.ui.meter.reference_picker import ReferencePicker
from pennyweight.ui.settings.electricity import ElectricityField
from pennyweight.ui.settings.fields import FieldRow
from pennyweight.ui.settings.hardware import HardwareField
from pennyweight.ui.settings.section import Section
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import ElidedLabel, GhostButton, SegmentedControl


class ElectricitySection(Section):
    fields = ("country", "usd_per_kwh")

    def __init__(self) -> None:
        super().__init__(
            "electricity",
            "Electricity",
            "What a kilowatt-hour costs you. It counts from the next answer on; what is in the ledger keeps its rate.",
        )
        self.field = ElectricityField()
        self.field.changed.connect(self._changed)
        self.body.addWidget(self.field)

    def fill(self, settings: Settings) -> None:
        self.field.set_state(settings.country, settings.usd_per_kwh)

    def _changed(self, code: str, usd_per_kwh: Decimal) -> None:
        self.changed.emit({"country": code, "usd_per_kwh": usd_per_kwh})


class ReferenceSection(Section):
    """`picker_wanted` asks for `open_picker` with the price table."""

    fields = ("reference",)
    picker_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            "reference",
            "Reference model",
            "The cloud model your answers are compared with, at its list price. Nothing is sent to it.",
        )
        self.name = ElidedLabel("", kind="strong")
        self.rates = ElidedLabel("", tone="mute")
        self.change = GhostButton("Change…", name="Change the reference model")
        self.change.clicked.connect(self.picker_wanted)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.name)
        words.addWidget(self.rates)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addLayout(words, 1)
        row.addWidget(self.change)
        self.body.addLayout(row)
        self.picker = ReferencePicker(theme, self)
        self.picker.chosen.connect(lambda model: self.changed.emit({"reference": model.id}))

    def fill(self, settings: Settings) -> None:
        self.show_reference(find(settings.reference), settings.reference)

    def show_reference(self, model: ReferenceModel | None, reference_id: str) -> None:
        if model is None:
            self.name.setText(reference_id or "none")
            self.rates.setText("has no price in the table")
            return
        rates = (rate_text(model.input_usd_per_million), rate_text(model.output_usd_per_million))
        self.name.setText(model.name)
        self.rates.setText(f"{model.provider} · {rates[0]} in, {rates[1]} out per million tokens")


class HardwareSection(Section):
    fields = ("hardware",)

    def __init__(self) -> None:
        super().__init__(
            "hardware",
            "Hardware cost",
            "What the computer loses in value while it answers. In the meter it has a line of its own.",
        )
        self.field = HardwareField()
        self.field.changed.connect(self._changed)
        self.body.addWidget(self.field)

    def fill(self, settings: Settings) -> None:
        self.field.set_state(settings.hardware)

    def _changed(self, hardware: Hardware | None) -> None:
        self.changed.emit({"hardware": hardware})


class AppearanceSection(Section):
    fields = ("theme", "size")

    def __init__(self) -> None:
        super().__init__("appearance", "Appearance")
        self.choice = SegmentedControl(
            (("system", "As the desktop"), ("light", "Light"), ("dark", "Dark")), name="Appearance"
        )
        self.choice.setMaximumWidth(330)
        self.choice.changed.connect(lambda look: self.changed.emit({"theme": look}))
        self.body.addWidget(self.choice)
        self.scale = QComboBox()
        self.scale.setAccessibleName("Size of everything")
        for percent in SIZES:
            self.scale.addItem(f"{percent} %", percent)
        self.scale.activated.connect(lambda: self.changed.emit({"size": self.scale.currentData()}))
        hint = "Texts and buttons, from the next start. Ctrl++, Ctrl+− and Ctrl+0 change it anywhere."
        self.body.addWidget(FieldRow("Size", self.scale, hint=hint))

    def fill(self, settings: Settings) -> None:
        self.choice.set_value(settings.theme)
        self.scale.setCurrentIndex(SIZES.index(settings.size))
