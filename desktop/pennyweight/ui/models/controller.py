"""What a person does with models, for the page, the picker and a file that was dropped anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.errors import KnownError
from pennyweight.domain.model import ModelInfo
from pennyweight.models import MissingModel
from pennyweight.services.models import ModelService
from pennyweight.ui.models.facts import MachineFacts, machine_facts
from pennyweight.ui.models.loading import ModelLoader
from pennyweight.ui.theme import Theme

if TYPE_CHECKING:
    from pennyweight.ui.models.picker import ModelPicker

Undo = tuple[str, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class ShelfState:
    """Everything the page and the picker show; `speeds` in output tokens per second by model id.

    `current` answers now: None while the chosen model cannot be used, although the starter could.
    """

    models: Sequence[ModelInfo]
    missing: Sequence[MissingModel]
    current: ModelInfo | None
    speeds: dict[str, float]
    machine: MachineFacts


class ModelsController(QObject):
    """`changed` follows every change of the shelf or of the model in use; `told` is a sentence with an undo or None;
    `failed` a KnownError. `loader` tells how loading goes."""

    changed = Signal()
    told = Signal(str, object)
    failed = Signal(object)
    manage_wanted = Signal()
    """“Manage models…” of the picker."""

    def __init__(self, models: ModelService, runner: TaskRunner, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._runner = runner
        self._folder = str(Path.home())
        self.loader = ModelLoader(models, runner, self)
        self._theme = theme
        self._window: QWidget | None = None

    @cached_property
    def picker(self) -> ModelPicker:
        """Built when it is first opened."""
        from pennyweight.ui.models.picker import ModelPicker

        picker = ModelPicker(self._theme)
        picker.use_wanted.connect(self.use)
        picker.add_wanted.connect(lambda: self.add_from_dialog(self._window))
        picker.manage_wanted.connect(self.manage_wanted)
        self.destroyed.connect(picker.deleteLater)
        return picker

    def look(self, on_done: Callable[[ShelfState], None], owner: QObject) -> None:
        """Read the shelf on a worker thread."""
        self._runner.query(self._read, on_done, owner=owner)

    def open_picker(self, anchor: QWidget) -> None:
        """Open the picker under the pill of the top bar."""
        self._window = anchor.window()

        def show(state: ShelfState) -> None:
            current = state.current.id if state.current else ""
            self.picker.open_for(anchor, state.models, current, state.machine.memory_free)

        self.look(show, anchor)

    def use(self, model_id: str) -> None:
        """Answer with this model from now on, and load it."""

        def done(info: ModelInfo) -> None:
            self.changed.emit()
            self.loader.load(info.name)

        self._runner.change(lambda: self._models.use(model_id), done, self._error, owner=self)

    def add_from_dialog(self, parent: QWidget | None) -> None:
        """Ask for GGUF files and put them on the list."""
        names, _ = QFileDialog.getOpenFileNames(parent, "Add a GGUF file", self._folder, "GGUF models (*.gguf)")
        self.add([Path(name) for name in names])

    def add(self, paths: Sequence[Path]) -> None:
        """Put files on the list; they stay where they are."""
        for path in paths:
            self._folder = str(path.parent)
            self._runner.change(partial(self._models.add, path), self._added, self._error, owner=self)

    def remove(self, model_id: str) -> None:
        """Take a model off the list; the file stays, and `told` carries the way back."""

        def work() -> tuple[Path | None, bool, bool]:
            path = self._path_of(model_id)
            usable = all(gone.id != model_id for gone in self._models.missing())
            current = self._models.current()
            self._models.remove(model_id)
            return path, usable, current is not None and current.id == model_id

        def done(result: tuple[Path | None, bool, bool]) -> None:
            path, usable, in_use = result
            self.changed.emit()
            there = path is not None and path.exists()
            undo: Undo | None = None
            if path is not None and usable:  # a file that is no usable model cannot come back on the list
                undo = ("Undo", lambda: self._put_back(path, in_use))
            self.told.emit(f"Removed from the list.{' The file is where it was.' if there else ''}", undo)

        self._runner.change(work, done, self._error, owner=self)

    def show_details(self, model_id: str, parent: QWidget) -> None:
        from pennyweight.ui.models.details import ModelDetails

        def show(info: ModelInfo) -> None:
            dialog = ModelDetails(info, parent)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        def read() -> ModelInfo:
            path = self._path_of(model_id)
            if path is None:
                raise KnownError("This model is not on the list any more.")
            return next((info for info in self._models.list() if info.id == model_id), None) or self._models.inspect(
                path
            )

        self._runner.query(read, show, self._error, owner=parent)

    def _read(self) -> ShelfState:
        models = self._models.list()
        found, why_not = self._models.look()
        current = None if why_not else found
        return ShelfState(models, self._models.missing(), current, self._speeds(models), machine_facts())

    def _speeds(self, models: Sequence[ModelInfo]) -> dict[str, float]:
        known = {info.id: self._models.speed(info.id) for info in models}
        return {model_id: speed for model_id, speed in known.items() if speed is not None}

    def _path_of(self, model_id: str) -> Path | None:
        known: dict[str, Path] = {gone.id: gone.path for gone in self._models.missing()}
        known |= {info.id: info.path for info in self._models.list()}
        return known.get(model_id)

    def _put_back(self, path: Path, in_use: bool) -> None:
        def work() -> ModelInfo:
            info = self._models.add(path)
            return self._models.use(info.id) if in_use else info

        self._runner.change(work, lambda _info: self.changed.emit(), self._error, owner=self)

    def _added(self, info: ModelInfo) -> None:
        self.changed.emit()
        self.told.emit(f"Added {info.name}.", ("Use it", lambda: self.use(info.id)))

    def _error(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.failed.emit(error)
        else:
            self._runner.problem.emit(error)
