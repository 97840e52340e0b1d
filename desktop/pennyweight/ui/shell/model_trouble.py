"""The chosen model cannot be used: why, and two ways out, for as long as that is so."""

from __future__ import annotations

from PySide6.QtCore import QObject

from pennyweight.models import STARTER_ID
from pennyweight.ui.models.controller import ModelsController
from pennyweight.ui.shell.chat_page import ChatPage
from pennyweight.ui.shell.engine_status import EngineStatus
from pennyweight.ui.widgets import Action


class ModelTrouble(QObject):
    def __init__(self, engine: EngineStatus, models: ModelsController, page: ChatPage, parent: QObject) -> None:
        super().__init__(parent)
        self._engine = engine
        self._models = models
        self._page = page
        self._told = ""
        engine.model_changed.connect(lambda _info: self.tell())

    def tell(self) -> None:
        """To be called again when a chat was opened, which puts the banner away."""
        banner, why = self._page.banner, self._engine.unusable
        if why:
            actions: list[Action] = []
            if self._engine.info is not None:  # what would answer instead: the starter
                actions.append((f"Use {self._engine.info.name}", lambda: self._models.use(STARTER_ID)))
            anchor = self._page.top.model
            actions.append(("Choose another model", lambda: self._models.open_picker(anchor)))
            banner.tell(why, actions)
        elif self._told:
            banner.withdraw(self._told)
        self._told = why
