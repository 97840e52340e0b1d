"""Words the person never wants to send: names, projects, places."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.escalate import EscalateService
from pennyweight.services.settings import Settings
from pennyweight.ui.settings.section import Section
from pennyweight.ui.widgets import GhostButton, PlainLabel


class WordsSection(Section):
    told = Signal(str)
    failed = Signal(object)

    def __init__(self, escalate: EscalateService, runner: TaskRunner) -> None:
        super().__init__(
            "words",
            "Words kept back",
            "One word or name per line. Before something is sent to the cloud, each is replaced by a placeholder and "
            "put back into the answer here. E-mail and postal addresses, phone, account and card numbers and keys are "
            "found without this list.",
        )
        self._escalate = escalate
        self._runner = runner
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName("Words kept back, one per line")
        self.editor.setPlaceholderText("Maria Keller\nProject Heron")
        self.editor.setTabChangesFocus(True)
        self.editor.setFixedHeight(110)
        self.keep = GhostButton("Keep the list", name="Keep the list of words")
        self.keep.setEnabled(False)
        self.count = PlainLabel("", tone="mute", kind="small")
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.keep)
        self.body.addWidget(self.editor)
        self.body.addLayout(row)
        self.editor.textChanged.connect(lambda: self.keep.setEnabled(True))
        self.keep.clicked.connect(self.save)

    def words(self) -> tuple[str, ...]:
        lines = (line.strip() for line in self.editor.toPlainText().splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))

    def fill(self, settings: Settings) -> None:
        del settings
        if not self.keep.isEnabled():
            self._runner.query(self._escalate.words, self._show, self.failed.emit, owner=self)

    def save(self) -> None:
        words = self.words()

        def done(_none: None) -> None:
            self._show(words)
            self.told.emit("The list is kept.")

        self._runner.change(lambda: self._escalate.set_words(words), done, self.failed.emit, owner=self)

    def _show(self, words: tuple[str, ...]) -> None:
        self.editor.setPlainText("\n".join(words))
        self.keep.setEnabled(False)
        self.count.setText(f"{len(words):,} kept back" if words else "")
