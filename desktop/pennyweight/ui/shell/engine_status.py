"""The model in the top bar: which one, and what the engine is doing with it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pennyweight.bridge.relay import Relay
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.domain.model import ModelInfo
from pennyweight.engine.state import EngineState
from pennyweight.services.models import ModelService
from pennyweight.ui.models.words import quantization_text
from pennyweight.ui.shell.top_bar import TopBar
from pennyweight.ui.widgets import Tone

_SHOWN: dict[EngineState, tuple[Tone, str]] = {
    EngineState.STOPPED: ("mute", "Not in memory; the first answer loads it."),
    EngineState.LOADING: ("copper", "Loading…"),
    EngineState.READY: ("local", "Loaded and ready."),
    EngineState.BUSY: ("local", "Writing an answer."),
    EngineState.FAILED: ("warn", "The last attempt failed; the next one starts anew."),
}


class EngineStatus(QObject):
    """Keeps the pill right, and loads the model ahead when somebody begins to type."""

    model_changed = Signal(object)
    """ModelInfo, or None where there is no usable model."""
    problem = Signal(object)
    told = Signal(str)
    """A sentence about something that was put right."""

    def __init__(self, models: ModelService, runner: TaskRunner, top: TopBar, parent: QObject) -> None:
        super().__init__(parent)
        self._models = models
        self._runner = runner
        self._top = top
        self._info: ModelInfo | None = None
        self._unusable = ""
        self._state = EngineState.STOPPED
        self._loading: Cancel | None = None
        self._states = Relay(self)
        self._states.arrived.connect(self._state_changed)
        self._progress = Relay(self)
        self._progress.arrived.connect(self._progressed)
        self._forget = models.on_state(self._states.send)

    @property
    def info(self) -> ModelInfo | None:
        return self._info

    @property
    def unusable(self) -> str:
        """Why the chosen model cannot be used, as a sentence; "" if it can. `info` is the starter then."""
        return self._unusable

    def refresh(self) -> None:
        """Ask anew which model is chosen."""
        self._runner.query(self._models.look, self._found, owner=self)

    def check(self) -> None:
        """Something cannot be sent: has the model's file gone, or come back?"""
        self._runner.query(
            self._models.look, lambda found: self._found(found) if found[1] != self._unusable else None, owner=self
        )

    def load_ahead(self) -> None:
        """Load the chosen model if nothing is loaded yet; without a word where that fails, for sending will tell."""
        usable = self._info is not None and not self._unusable
        if self._loading is None and usable and self._state is EngineState.STOPPED:
            cancel = self._loading = Cancel()
            self._runner.query(
                lambda: self._models.load(cancel, self._progress.send),
                lambda _loaded: self._load_ended(None),
                self._load_ended,
                owner=self,
            )

    def show_progress(self, fraction: float | None) -> None:
        self._top.show_loading(fraction)

    def close(self) -> None:
        self._forget()
        self._models.hurry()
        self._states.close()
        self._progress.close()
        if self._loading is not None:
            self._loading.cancel()

    def _found(self, found: tuple[ModelInfo | None, str]) -> None:
        info, self._unusable = found
        self._info = info
        self._show()
        self.model_changed.emit(info)

    def _state_changed(self, state: object) -> None:
        if isinstance(state, EngineState):
            self._state = state
            if state is not EngineState.LOADING:
                self._top.show_loading(None)
            self._show()
            if state is EngineState.STOPPED and self._models.trouble:
                self.told.emit(self._models.trouble)
                self.load_ahead()

    def _progressed(self, fraction: object) -> None:
        if isinstance(fraction, float) and self._loading is not None:
            self._top.show_loading(fraction)

    def _load_ended(self, error: Exception | None) -> None:
        self._loading = None
        self._top.show_loading(None)
        if error is not None and not isinstance(error, KnownError):
            self.problem.emit(error)

    def _show(self) -> None:
        if self._unusable:
            self._top.show_model("Model not usable", "warn", self._unusable)
            return
        if self._info is None:
            self._top.show_model("No model yet", "warn", "Add a GGUF file to get answers.")
            return
        tone, hint = _SHOWN[self._state]
        self._top.show_model(f"{self._info.name} {quantization_text(self._info)}".rstrip(), tone, hint)
