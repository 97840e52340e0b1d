"""Imports on worker threads: what the dialog asks for, with progress and a stop, and the re-import at start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from pennyweight.bridge.relay import Relay, seldom
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.progress import Progress
from pennyweight.services.imports import ImportReport, ImportService
from pennyweight.services.imports.survey import Place
from pennyweight.ui.audit.import_words import watched_notice

T = TypeVar("T")
Done = Callable[[T], None]


class Importing(QObject):
    """One piece of work at a time. `changed` follows everything that changes the ledger; `told` is a quiet notice."""

    progress = Signal(str, object)
    """(what is being read, part done from 0 to 1 or None)."""
    failed = Signal(object)
    changed = Signal()
    told = Signal(str)

    def __init__(self, imports: ImportService, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.imports = imports
        self._runner = runner
        self._cancel: Cancel | None = None
        self._watching = Cancel()
        self._relay = Relay(self)
        self._relay.arrived.connect(lambda told: self.progress.emit(*told))

    @property
    def busy(self) -> bool:
        return self._cancel is not None

    def look(self, done: Done[list[Place]]) -> None:
        """The usual places with logs in them."""
        self._work(lambda cancel, _progress: self.imports.look(cancel), done)

    def preview(self, path: Path, kind: str, done: Done[ImportReport]) -> None:
        self._work(lambda cancel, progress: self.imports.preview(kind, path, cancel=cancel, progress=progress), done)

    def run(self, path: Path, kind: str, done: Done[ImportReport]) -> None:
        def finished(report: ImportReport) -> None:
            done(report)
            self.changed.emit()

        self._work(lambda cancel, progress: self.imports.run(kind, path, cancel=cancel, progress=progress), finished)

    def stop(self) -> None:
        """`failed` follows, with what was kept."""
        if self._cancel is not None:
            self._cancel.cancel()

    def change(self, work: Callable[[], T], done: Done[T]) -> None:
        """An undo, or another short change."""

        def finished(result: T) -> None:
            done(result)
            self.changed.emit()

        self._runner.change(work, finished, self.failed.emit, owner=self)

    def query(self, work: Callable[[], T], done: Done[T]) -> None:
        self._runner.query(work, done, self.failed.emit, owner=self)

    def close(self) -> None:
        """Stop everything, for the end of the program: an import under way takes back what it wrote."""
        self._watching.cancel()
        self._relay.close()
        self.stop()

    def import_watched(self) -> None:
        """The usual places again, if that is switched on."""

        def done(reports: list[ImportReport]) -> None:
            notice = watched_notice(reports)
            if notice:
                self.told.emit(notice)
                self.changed.emit()

        self._runner.query(lambda: self.imports.import_watched(cancel=self._watching), done, owner=self)

    def _work(self, work: Callable[[Cancel, Progress], T], done: Done[T]) -> None:
        if self.busy:
            return
        cancel = self._cancel = Cancel()

        def ended(result: T) -> None:
            self._cancel = None
            done(result)

        def failed(error: Exception) -> None:
            self._cancel = None
            self.failed.emit(error)

        self._runner.query(lambda: work(cancel, seldom(self._relay)), ended, failed, owner=self)
