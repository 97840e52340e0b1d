"""A file that is being written: how far it is, and a button to stop it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.bridge.relay import Relay, seldom
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.domain.progress import Progress
from pennyweight.ui.widgets.buttons import SmallButton
from pennyweight.ui.widgets.labels import PlainLabel
from pennyweight.ui.widgets.progress import ProgressBar

SHOWN_AFTER_MS = 400
"""What is done before is told of by its end alone."""


class ExportLine(QWidget):
    """One file at a time, hidden while there is none. Closing the window stops it: no half of a file is left.

    `told` is a sentence about what was written, or that it was stopped; a failure goes to `failed`.
    """

    told = Signal(str)
    failed = Signal(object)

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._cancel: Cancel | None = None
        self._relay = Relay(self)
        self._relay.arrived.connect(lambda told: self._show_progress(*told))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SHOWN_AFTER_MS)
        self._later.timeout.connect(self.show)
        self.words = PlainLabel("", tone="mute", kind="small")
        self.bar = ProgressBar("How far the file is")
        self.bar.setFixedHeight(4)
        self.stop = SmallButton("Stop", name="Stop writing the file")
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        self.hide()

    @property
    def busy(self) -> bool:
        return self._cancel is not None

    def write(self, work: Callable[[Cancel, Progress], str]) -> None:
        """`work` writes the file and returns the sentence for its end."""
        if self.busy:
            self.told.emit("Another file is being written. Stop it, or wait for its end.")
            return
        cancel = self._cancel = Cancel()
        self.words.setText("Writing")
        self.bar.show_fraction(None)
        self._later.start()

        def done(sentence: str) -> None:
            self._end()
            self.told.emit(sentence)

        def failed(error: Exception) -> None:
            self._end()
            if cancel.cancelled and isinstance(error, KnownError):
                self.told.emit(error.sentence)
            else:
                self.failed.emit(error)

        self._runner.query(lambda: work(cancel, seldom(self._relay)), done, failed, owner=self, cancel=cancel)

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()
            self.words.setText("Stopping")

    def _end(self) -> None:
        self._cancel = None
        self._later.stop()
        self.hide()

    def _show_progress(self, text: str, fraction: float | None) -> None:
        if self._cancel is None or self._cancel.cancelled:
            return
        self.words.setText(text)
        self.bar.show_fraction(fraction)
