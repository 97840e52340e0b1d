"""Files on their way into the composer: chosen, dropped, or pasted as a huge text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Attachment
from pennyweight.domain.errors import KnownError
from pennyweight.services.attachments import ReadFile, read_attachment
from pennyweight.ui.composer.composer import Composer
from pennyweight.ui.widgets.banner import Action

PASTED_NAME = "pasted text.txt"
Tell = Callable[[str, Action | None], None]


class Attaching(QObject):
    """`model_file` carries the path of a dropped GGUF file; `problem` a sentence."""

    model_file = Signal(object)
    problem = Signal(str)

    def __init__(
        self, runner: TaskRunner, composer: Composer, tell: Tell, withdraw: Callable[[str], None], parent: QWidget
    ) -> None:
        """`withdraw` takes back what was told, should it still be shown."""
        super().__init__(parent)
        self._runner = runner
        self._composer = composer
        self._tell = tell
        self._withdraw = withdraw
        self._offered: tuple[Attachment, str] | None = None
        """The pasted text that may still go into the box, and the sentence that offers it."""
        self._window = parent
        composer.attach.connect(self.choose)
        composer.files_dropped.connect(self.take)
        composer.huge_paste.connect(self.take_paste)
        composer.chips.left.connect(self._left)

    def choose(self) -> None:
        """Ask for text files in a dialog."""
        if self._composer.editing:
            return
        dialog = QFileDialog(self._window, "Attach text files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(["Text (*.txt *.md *.markdown *.text *.rst *.csv *.log)", "All files (*)"])
        dialog.filesSelected.connect(lambda names: self.take([Path(name) for name in names]))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def take(self, paths: Sequence[Path]) -> None:
        """Read these; a GGUF file goes to the models instead."""
        if self._composer.editing:
            self.problem.emit("Files cannot be added while an earlier message is being edited.")
            return
        for path in paths:
            if path.suffix.lower() == ".gguf":
                self.model_file.emit(path)
            else:
                self._runner.query(partial(read_attachment, path), self._read, self._failed, owner=self)

    def take_paste(self, text: str) -> None:
        """A text too long to read in the box becomes a file beside it; one click puts it into the box after all."""
        if self._composer.editing:  # whose files stay as they were
            self._composer.editor.insertPlainText(text)
            return
        raw = text.encode("utf-8", "replace")
        attachment = Attachment(name=PASTED_NAME, text=text, size_bytes=len(raw), sha256=sha256(raw).hexdigest())
        self._composer.add_attachment(attachment)
        if not any(each is attachment for each in self._composer.chips.attachments()):
            return  # the same text is there already
        sentence = f"The pasted text ({len(text.split()):,} words) goes along as a file."
        self._offered = attachment, sentence
        self._tell(sentence, ("Put it into the box", lambda: self._composer.unpack(attachment)))

    def _left(self, attachment: Attachment) -> None:
        """Sent, taken off, or left behind with another chat's draft: nothing is offered of it any more."""
        if self._offered is not None and self._offered[0] is attachment:
            self._withdraw(self._offered[1])
            self._offered = None

    def _read(self, read: ReadFile) -> None:
        self._composer.add_attachment(read.attachment)
        self._composer.setFocus()
        if read.note:
            self._tell(read.note, None)

    def _failed(self, error: Exception) -> None:
        self.problem.emit(error.sentence if isinstance(error, KnownError) else f"The file could not be read: {error}")
