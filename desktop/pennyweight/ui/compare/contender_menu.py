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

    def open_for(self, anchor: QWidget, taken: Sequence[Contender] = ()) -> None:
        """`taken` are compared already: nothing would come of choosing them again."""
        targets = {each.target for each in taken}
        clouds = [cloud for cloud in self._clouds if _target(cloud) not in targets]
        self.menu.clear()
        for info in self._locals:
            contender = Contender(Target("local", info.id), "On this computer", info.name)
            words = f"On this computer: {info.name}{', already added' if contender.target in targets else ''}"
            action = self.menu.addAction(words.replace("&", "&&"))
            action.setEnabled(contender.target not in targets)
            action.triggered.connect(lambda _checked=False, contender=contender: self.chosen.emit(contender))
        self.menu.addSeparator()
        if self._clouds:
            cloud = self.menu.addAction("In the cloud…")
            cloud.triggered.connect(lambda: self.picker.open_for(anchor, clouds, None))
            cloud.setEnabled(bool(clouds))
        else:
            self.menu.addAction("In the cloud: set a key first…").triggered.connect(self.keys_wanted)
        self.menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height() + 4)))

    def _cloud_chosen(self, model: CloudModel) -> None:
        self.chosen.emit(Contender(_target(model), model.provider_name, model.price.name))


def _target(model: CloudModel) -> Target:
    return Target(model.price.provider, model.price.id)
