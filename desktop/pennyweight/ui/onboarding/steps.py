"""The three questions of the first run."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from pennyweight.meter.local_cost import Hardware
from pennyweight.meter.reference import ReferenceModel
from pennyweight.ui.meter.reference_list import rate_text
from pennyweight.ui.meter.reference_picker import ReferencePicker
from pennyweight.ui.onboarding.choice import ChoiceCard
from pennyweight.ui.settings.electricity import ElectricityField, country_here
from pennyweight.ui.settings.hardware import HardwareField
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import PlainLabel


class Step(QWidget):
    """A question, one paragraph about why it is asked, and what to answer with (`body`). `edited`: the answer is not
    what it was."""

    edited = Signal()

    def __init__(self, question: str, why: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(question)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(10)
        self.body.addWidget(PlainLabel(question, kind="h1"))
        self.body.addWidget(PlainLabel(why, tone="mute", wrap=True))
        self.body.addSpacing(8)

    def first_control(self) -> QWidget:
        """What gets the keyboard when the step is shown."""
        return self

    def problem(self) -> str:
        """Why it cannot be answered as it stands; empty if it can."""
        return ""


class ElectricityStep(Step):
    def __init__(self) -> None:
        super().__init__(
            "What does electricity cost you?",
            "An answer on this computer costs power. With your price the meter shows dollars. A household average is "
            "a good start; the number on your bill is better.",
        )
        self.field = ElectricityField()
        self.field.edited.connect(self.edited)
        self.body.addWidget(self.field)

    def show_values(self, code: str, usd_per_kwh: Decimal) -> None:
        self.field.set_state(code, usd_per_kwh)

    def show_here(self) -> None:
        """Start from the desktop's country."""
        country = country_here()
        self.field.set_state(country.code, country.usd_per_kwh)

    def first_control(self) -> QWidget:
        return self.field.country

    def problem(self) -> str:
        return "" if self.field.price.commit() else "Correct the price, or skip this question."  # why is beside it


class ReferenceStep(Step):
    """`reference()` is the id that is chosen."""

    picked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            "Which cloud model would you use instead?",
            "The meter shows what the same work would have cost there, at its list price. Nothing is sent to it.",
        )
        self._models: Sequence[ReferenceModel] = ()
        self._suggested: tuple[ReferenceModel, ...] = ()
        self._other: ReferenceModel | None = None
        self._cards = QButtonGroup(self)
        self._suggestion = 0
        self.cheap = ChoiceCard("", "", badge=("cheap", "local"))
        self.flagship = ChoiceCard("", "", badge=("flagship", "cloud"))
        self.other = ChoiceCard("Another model…", "Search the whole price table")
        for number, card in enumerate((self.cheap, self.flagship, self.other)):
            self._cards.addButton(card, number)
            self.body.addWidget(card)
        self.picker = ReferencePicker(theme, self)
        self.picker.chosen.connect(self._other_chosen)
        self.picker.closed.connect(self._picker_closed)
        self.other.clicked.connect(self._open_picker)
        self._cards.idToggled.connect(self._toggled)

    def show_models(
        self, models: Sequence[ReferenceModel], suggested: tuple[ReferenceModel, ReferenceModel], chosen: str
    ) -> None:
        self._models, self._suggested = models, suggested
        for card, model in zip((self.cheap, self.flagship), suggested, strict=True):
            card.show_words(model.name, model.provider, _rates(model))
        ids = [model.id for model in suggested]
        if chosen and chosen not in ids:
            self._other = next((model for model in models if model.id == chosen), None)
        self._show_other()
        self._check(ids.index(chosen) if chosen in ids else 2 if self._other else 0)

    def reference(self) -> str:
        number = self._cards.checkedId()
        if number == 2:
            return self._other.id if self._other else ""
        return self._suggested[number].id if 0 <= number < len(self._suggested) else ""

    def first_control(self) -> QWidget:
        return self._cards.checkedButton() or self.cheap

    def _check(self, number: int) -> None:
        self._cards.button(number).setChecked(True)

    def _toggled(self, number: int, on: bool) -> None:
        if on and number < len(self._suggested):
            self._suggestion = number

    def _open_picker(self) -> None:
        self.picker.open_for(self.other, self._models, self._suggested, self.reference())

    def _other_chosen(self, model: ReferenceModel) -> None:
        ids = [known.id for known in self._suggested]
        if model.id in ids:
            self._check(ids.index(model.id))
        else:
            self._other = model
            self._show_other()
            self._check(2)
        self.picked.emit()

    def _picker_closed(self) -> None:
        if self._cards.checkedId() == 2 and self._other is None:
            self._check(self._suggestion)
            self.first_control().setFocus()

    def _show_other(self) -> None:
        if self._other is not None:
            self.other.show_words(self._other.name, f"{self._other.provider} · change…", _rates(self._other))


class HardwareStep(Step):
    def __init__(self) -> None:
        super().__init__(
            "Count the computer itself too?",
            "Hardware wears out while it works, and that is often many times the electricity. Leave it off if you "
            "own the computer anyway. It always stays a line of its own, never mixed into the electricity.",
        )
        self.field = HardwareField()
        self.field.edited.connect(self.edited)
        self.body.addWidget(self.field)

    def show_hardware(self, hardware: Hardware | None) -> None:
        self.field.set_state(hardware)

    def first_control(self) -> QWidget:
        return self.field.switch

    def problem(self) -> str:
        if self.field.switch.isChecked() and self.field.hardware() is None:
            return "Correct the number that cannot be used, or switch this off."
        return ""


def _rates(model: ReferenceModel) -> str:
    rates = (rate_text(model.input_usd_per_million), rate_text(model.output_usd_per_million))
    return f"{rates[0]} in · {rates[1]} out\nper million tokens"
