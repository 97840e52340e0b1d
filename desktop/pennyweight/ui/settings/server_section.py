"""Your own OpenAI-compatible server: one address, on this computer or elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.errors import KnownError
from pennyweight.services.keys import KeysService
from pennyweight.services.settings import Settings
from pennyweight.ui.settings.section import Section
from pennyweight.ui.widgets import GhostButton, PlainLabel

OWN_SERVER = "own-server"


class ServerSection(Section):
    told = Signal(str)
    failed = Signal(object)
    changed_keys = Signal()

    def __init__(self, keys: KeysService, runner: TaskRunner) -> None:
        super().__init__(
            "server",
            "Own server",
            "The address of any OpenAI-compatible server. One on this computer works while Offline, too; for one "
            "elsewhere you are asked first, as for every provider.",
        )
        self._keys = keys
        self._runner = runner
        self._shown = ""
        self.field = QLineEdit()
        self.field.setAccessibleName("Address of your own server")
        self.field.setPlaceholderText("http://127.0.0.1:8080/v1")
        self.keep = GhostButton("Keep", name="Keep the address of your own server")
        self.reason = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.reason.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.keep)
        self.body.addLayout(row)
        self.body.addWidget(self.reason)
        self.field.returnPressed.connect(self.save)
        self.keep.clicked.connect(self.save)

    def fill(self, settings: Settings) -> None:
        del settings

        def fetch() -> str:
            entry = next((each for each in self._keys.list() if each.id == OWN_SERVER), None)
            return entry.address if entry is not None and entry.own_address else ""

        self._runner.query(fetch, self._show, self.failed.emit, owner=self)

    def save(self) -> None:
        address = self.field.text().strip()

        def done(_none: None) -> None:
            self.reason.hide()
            self._shown = address
            self.field.setModified(False)
            self.told.emit("The address is kept." if address else "The address is removed.")
            self.changed_keys.emit()

        def refused(error: Exception) -> None:
            if isinstance(error, KnownError):
                self.reason.setText(error.sentence)
                self.reason.show()
            else:
                self.failed.emit(error)

        self._runner.change(lambda: self._keys.set_address(OWN_SERVER, address), done, refused, owner=self)

    def _show(self, address: str) -> None:
        if not self.field.isModified():
            self._shown = address
            self.field.setText(address)
