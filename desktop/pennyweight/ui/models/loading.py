"""Loading the chosen model, with progress and a way out."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.engine.state import LoadedModel, LoadStoppedError
from pennyweight.services.models import ModelService


class ModelLoader(QObject):
    """One load at a time; a new one stops the one before. Every signal comes on the GUI thread."""

    started = Signal(str)
    """The name of the model."""
    progress = Signal(float)
    """0..1."""
    loaded = Signal(object)
    """The LoadedModel."""
    failed = Signal(object)
    """The KnownError."""
    stopped = Signal()

    _reported = Signal(int, float)

    def __init__(self, models: ModelService, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._runner = runner
        self._cancel: Cancel | None = None
        self._number = 0
        self._reported.connect(self._report)

    @property
    def running(self) -> bool:
        return self._cancel is not None

    def load(self, name: str) -> None:
        """Load the model chosen in the settings; `name` is what it is called."""
        self.stop()
        self._number += 1
        number, cancel = self._number, Cancel()
        self._cancel = cancel
        self.started.emit(name)
        tell = self._reported.emit

        def done(model: LoadedModel) -> None:
            if number == self._number:
                self._cancel = None
                self.loaded.emit(model)

        def failed(error: Exception) -> None:
            if number == self._number:
                self._cancel = None
                self._tell_failure(error, cancel)

        self._runner.query(
            lambda: self._models.load(cancel, lambda fraction: tell(number, fraction)), done, failed, owner=self
        )

    def stop(self) -> None:
        """Give up the load that is under way."""
        if self._cancel is not None:
            self._cancel.cancel()

    def _report(self, number: int, fraction: float) -> None:
        if number == self._number and self._cancel is not None:
            self.progress.emit(fraction)

    def _tell_failure(self, error: Exception, cancel: Cancel) -> None:
        if cancel.cancelled or isinstance(error, LoadStoppedError):
            self.stopped.emit()
        elif isinstance(error, KnownError):
            self.failed.emit(error)
        else:
            self.failed.emit(KnownError("The model could not be loaded."))
            self._runner.problem.emit(error)
