"""Which counter to use for a model: the model itself when it is in memory, else an estimate that has learned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.model import ModelInfo
from pennyweight.engine.state import LoadedModel
from pennyweight.services.tokens import (
    DEFAULT_BYTES_PER_TOKEN,
    CountCache,
    Counter,
    CountingSource,
    EngineCounter,
    EstimatedCounter,
)
from pennyweight.store import Store

_KEY = "tokens.bytes_per_token."
_ENOUGH_BYTES = 400
_WORTH_WRITING = 0.05


class LocalSource(CountingSource, Protocol):
    """What is needed of `LocalEngine`."""

    @property
    def loaded(self) -> LoadedModel | None: ...

    def load(self, model_id: str, cancel: Cancel, on_progress: Callable[[float], None]) -> LoadedModel: ...

    def process_id(self) -> int | None: ...


class Counters:
    def __init__(self, store: Store, source: LocalSource) -> None:
        self._store = store
        self._source = source
        self._cache = CountCache()

    def exact(self, loaded: LoadedModel) -> EngineCounter:
        return EngineCounter(self._source, loaded.id, loaded.context_window, self._cache)

    def quick(self, model: ModelInfo, context_length: int | None) -> Counter:
        """Never loads anything: raises KnownError in mid-count, should the model go. `context_length` is the person's
        choice, None for the engine's."""
        loaded = self._source.loaded
        if loaded is not None and loaded.id == model.id:
            return EngineCounter(self._source, loaded.id, loaded.context_window, self._cache, may_load=False)
        return self.estimated(model, context_length)

    def estimated(self, model: ModelInfo, context_length: int | None) -> EstimatedCounter:
        window = model.context_used
        if context_length is not None:
            window = min(context_length, model.context_length or context_length)
        return EstimatedCounter(max(1, window), self._bytes_per_token(model.id))

    def learn(self, model_id: str, text: str, tokens: int) -> None:
        """Note how long this model's tokens are, for the next estimate."""
        size = len(text.encode("utf-8", "replace"))
        if size < _ENOUGH_BYTES or tokens <= 0:
            return
        known, seen = self._bytes_per_token(model_id), size / tokens
        mixed = 0.7 * known + 0.3 * seen
        if abs(mixed - known) > _WORTH_WRITING * known and 0.5 <= mixed <= 20:
            self._store.settings.set(_KEY + model_id, mixed)

    def _bytes_per_token(self, model_id: str) -> float:
        value = self._store.settings.get(_KEY + model_id, DEFAULT_BYTES_PER_TOKEN)
        return float(value) if isinstance(value, int | float) and 0.5 <= value <= 20 else DEFAULT_BYTES_PER_TOKEN
