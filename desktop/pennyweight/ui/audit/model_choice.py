"""Which models of the price table, and perhaps this computer: as words that can be taken away, and one more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.meter.reference import ReferenceModel
from pennyweight.services.meter import ReferenceChoices
from pennyweight.services.what_if import LOCAL
from pennyweight.ui.meter.reference_picker import ReferencePicker
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Chip, FlowLayout, SmallButton

MOST = 8


class ModelChoice(QWidget):
    """`changed` carries the new choice, ids in the order they were chosen. The last one stays."""

    changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        runner: TaskRunner,
        choices: Callable[[], ReferenceChoices],
        *,
        with_local: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._choices = choices
        self._with_local = with_local
        self._models: tuple[str, ...] = ()
        self.setAccessibleName("Models")
        self.picker = ReferencePicker(theme, self)
        self.picker.setAccessibleName("Add a model")
        self.picker.chosen.connect(self._picked)
        self._line = QWidget()
        self.add = SmallButton("Add a model…", parent=self._line)
        self.add.clicked.connect(self._open)
        self.local = SmallButton("This computer", name="Add this computer", parent=self._line)
        self.local.clicked.connect(lambda: self._change((*self._models, LOCAL)))
        self._chips: list[Chip] = []
        self._flow = FlowLayout(self._line, gap=6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._line)

    def models(self) -> tuple[str, ...]:
        return self._models

    def show_models(self, models: Sequence[str], names: Sequence[str]) -> None:
        """`names` are what people call them, in the same order."""
        self._models = tuple(models)
        while self._flow.count():
            self._flow.takeAt(0)
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for model, name in zip(models, names, strict=True):
            chip = Chip(f"{name}  ×")
            chip.setCheckable(False)
            chip.setEnabled(len(models) > 1)
            chip.setAccessibleName(f"Take {name} away")
            chip.setToolTip(model)
            chip.clicked.connect(lambda _checked=False, model=model: self._drop(model))
            self._chips.append(chip)
            self._flow.addWidget(chip)
        self.add.setEnabled(len(models) < MOST)
        self._flow.addWidget(self.add)
        if self._with_local:
            self._flow.addWidget(self.local)
        self.local.setVisible(self._with_local and LOCAL not in models)
        self._line.updateGeometry()

    def _open(self) -> None:
        self._runner.query(
            self._choices,
            lambda found: self.picker.open_for(self.add, found.models, (found.cheap, found.flagship), ""),
            owner=self,
        )

    def _picked(self, model: ReferenceModel) -> None:
        if model.id not in self._models:
            # this computer stays last
            before = tuple(one for one in self._models if one != LOCAL)
            self._change((*before, model.id, *self._models[len(before) :]))

    def _drop(self, model: str) -> None:
        self._change(tuple(one for one in self._models if one != model))

    def _change(self, models: tuple[str, ...]) -> None:
        if models and models != self._models:
            self.changed.emit(models)
