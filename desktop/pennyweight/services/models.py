"""The models on the shelf, the chosen one, and the engine's state."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pennyweight.domain.answer import AnswerRequest, ChatTurn, Finished, Sampling, StopReason
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError, ModelFileError
from pennyweight.domain.model import ModelInfo
from pennyweight.engine.process import LocalEngine
from pennyweight.engine.state import EngineState, LoadedModel
from pennyweight.engine.threads import physical_cores
from pennyweight.models import STARTER_ID, MissingModel, Shelf, discover, inspect
from pennyweight.services.settings import SettingsService

SMALL_MODEL_BYTES = 64 * 1024 * 1024
_Models = list[ModelInfo]
_READING = "The harbour was quiet in the morning, and nobody had counted the boats. "


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second of reading a prompt and of writing an answer."""

    prefill_tokens_per_second: float
    decode_tokens_per_second: float
    load_seconds: float


def threads_for(size_bytes: int) -> int:
    """How many threads a model gets where the person leaves it to the program: one for each core.

    One for a model that is done with a token before a second thread has begun: on a busy computer the threads of such
    a model only wait for each other (measured: 16 instead of 1,160 tokens a second with the starter model).
    """
    return 1 if size_bytes < SMALL_MODEL_BYTES else physical_cores()


class ModelService:
    """Thread-safe. `speed_of` looks a model's measured speed up in the ledger."""

    def __init__(
        self,
        shelf: Shelf,
        engine: LocalEngine,
        settings: SettingsService,
        speed_of: Callable[[str], float | None] = lambda _: None,
    ) -> None:
        self._speed_of = speed_of
        self._shelf = shelf
        self._engine = engine
        self._settings = settings

    def list(self) -> _Models:
        """Every model whose file is there, the starter first."""
        return self._shelf.list()

    def missing(self) -> Sequence[MissingModel]:
        """Models whose file is gone or damaged, with the reason."""
        return self._shelf.missing()

    def discover(self) -> tuple[_Models, Sequence[MissingModel]]:
        """Models of other programs on this disk, and files that are none with the reason. Adds nothing to the shelf."""
        usable: _Models = []
        refused: list[MissingModel] = []
        for found in discover():
            try:
                usable.append(inspect(found.path, model_id=found.name, source=found.source))
            except ModelFileError as error:
                refused.append(MissingModel(found.name, found.path, found.source, error.sentence))
        return usable, refused

    def add(self, path: Path) -> ModelInfo:
        """Put a GGUF file on the shelf. ModelFileError in one sentence if it is not one."""
        return self._shelf.add(path)

    def remove(self, model_id: str) -> None:
        """Take it off the shelf; the file stays. If it was the chosen one, the starter is."""
        self._shelf.remove(model_id)
        if self._settings.get().model_id == model_id:
            self._settings.update(model_id=None)

    def inspect(self, path: Path) -> ModelInfo:
        """Facts about a file that need not be on the shelf."""
        return inspect(path, context=self._settings.get().context_length)

    def use(self, model_id: str) -> ModelInfo:
        """Answer with this model from now on; the one in memory is given up when the next answer is asked for."""
        info = self._shelf.get(model_id)
        self._settings.update(model_id=None if info.id == STARTER_ID else info.id)
        return info

    def current(self) -> ModelInfo | None:
        """The chosen model, or the starter; None if there is no usable one."""
        for model_id in (self._settings.get().model_id, STARTER_ID):
            with suppress(ModelFileError):
                if model_id is not None:
                    return self._shelf.get(model_id)
        return None

    def look(self) -> tuple[ModelInfo | None, str]:
        """What `current` gives, and why the chosen model cannot be used, as a sentence; "" if it can, or none is
        chosen."""
        chosen, why = self._settings.get().model_id, ""
        try:
            if chosen is not None:
                return self._shelf.get(chosen), ""
        except ModelFileError as error:
            why = error.sentence
        return self.current(), why

    def resolve(self, model: str | None) -> ModelInfo:
        """A model by its id, or by the path of a GGUF file (which joins the shelf); None for the chosen one.

        ModelFileError or InputError in one sentence if there is none.
        """
        if model is None:
            chosen = self._settings.get().model_id
            if chosen is not None:
                return self._shelf.get(chosen)
            found = self.current()
            if found is None:
                raise ModelFileError("There is no model to answer with.", advice="Add a GGUF file.")
            return found
        if any(info.id == model for info in self._shelf.list()):
            return self._shelf.get(model)
        if Path(model).expanduser().exists():
            return self._shelf.add(Path(model))
        if any(missing.id == model for missing in self._shelf.missing()):
            return self._shelf.get(model)  # says what is wrong with it
        raise InputError(f"There is no model {model} on the shelf, and no such file.")

    def speed(self, model_id: str) -> float | None:
        """Output tokens per second over this model's last answers on this computer; None if the ledger knows none."""
        return self._speed_of(model_id)

    def automatic_threads(self) -> tuple[str, int] | None:
        """The model in use, and how many threads it gets where the person chooses none; None without a model."""
        model = self.current()
        return None if model is None else (model.name, threads_for(model.size_bytes))

    def load(self, cancel: Cancel, on_progress: Callable[[float], None] = lambda _: None) -> LoadedModel:
        """Load the chosen model now."""
        return self._engine.load(self.resolve(None).id, cancel, on_progress)

    def measure(self, model_id: str, cancel: Cancel) -> Speed | None:
        """Load a model and have it read and write about a hundred tokens; None if it was stopped."""
        loaded = self._engine.load(model_id, cancel, lambda _: None)
        text = _READING * max(1, min(40, loaded.context_window // 60))
        sampling = Sampling(temperature=0.0, max_output_tokens=128, seed=1)
        # Different each time: what the KV cache holds would not be read again.
        turns = (ChatTurn("user", f"{time.monotonic_ns()} {text}"),)
        for event in self._engine.stream(AnswerRequest(turns=turns, model=model_id, sampling=sampling), cancel):
            if isinstance(event, Finished):
                if event.reason is StopReason.STOPPED:
                    return None
                timing = event.timing
                return Speed(
                    prefill_tokens_per_second=event.prompt_evaluated / max(timing.prefill_seconds, 1e-6),
                    decode_tokens_per_second=event.usage.output_total / max(timing.decode_seconds, 1e-6),
                    load_seconds=loaded.seconds,
                )
        return None

    @property
    def state(self) -> EngineState:
        return self._engine.state

    @property
    def trouble(self) -> str:
        """Why the program had to end the engine the last time, as a sentence; "" while all is well."""
        return self._engine.trouble

    @property
    def loaded(self) -> LoadedModel | None:
        return self._engine.loaded

    def on_state(self, callback: Callable[[EngineState], None]) -> Callable[[], None]:
        """Call `callback` (in the engine's own thread) when the state changes; returns what takes it back."""
        self._engine.on_state.append(callback)

        def forget() -> None:
            with suppress(ValueError):
                self._engine.on_state.remove(callback)

        return forget

    def hurry(self) -> None:
        """The program is about to end: nothing waits for the engine any more."""
        self._engine.hurry()

    def unload(self) -> None:
        """Free the model's memory."""
        self._engine.unload()
