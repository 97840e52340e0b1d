"""Who else could answer: the other models on this computer, and those in the cloud that have a key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from pennyweight.domain.model import ModelInfo
from pennyweight.services.comparison import Target
from pennyweight.ui.cloud.model_picker import CloudModel, CloudModelPicker
from pennyweight.ui.compare.setup_panel import Contender
from pennyweight.ui.theme import Theme


class ContenderMenu(QObject):
    """`chosen` carries a Contender."""

    chosen = Signal(object)
    keys_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._clouds: list[CloudModel] = []
        self._locals: list[ModelInfo] = []
        self.menu = QMenu(parent)
        self.picker = CloudModelPicker(theme, parent)
        self.picker.chosen.connect(self._cloud_chosen)

    def set_choices(self, models: Sequence[ModelInfo], clouds: Sequence[CloudModel]) -> None:
        self._locals, self._clouds = list(models), list(clouds)

    def open_for(self, anchor: QWidget) -> None:
        self.menu.clear()
        for info in self._locals:
            action = self.menu.addAction(f"On this computer: {info.name}".replace("&", "&&"))
            contender = Contender(Target("local", info.id), "On this computer", info.name)
            action.triggered.connect(lambda _checked=False, contender=contender: self.chosen.emit(contender))
        self.menu.addSeparator()
        if self._clouds:
            self.menu.addAction("In the cloud…").triggered.connect(
                lambda: self.picker.open_for(anchor, self._clouds, None)
            )
        else:
            self.menu.addAction("In the cloud: set a key first…").triggered.connect(self.keys_wanted)
        self.menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height() + 4)))

    def _cloud_chosen(self, model: CloudModel) -> None:
        self.chosen.emit(Contender(Target(model.price.provider, model.price.id), model.provider_name, model.price.name))
