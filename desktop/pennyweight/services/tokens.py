"""How many tokens a text is: asked of the model when it is loaded, estimated from its length when not."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

from pennyweight.domain.answer import AnswerSource, ChatTurn

TURN_OVERHEAD = 6
"""Tokens that a chat template puts around one turn, roughly."""
DEFAULT_BYTES_PER_TOKEN = 3.4
"""Of UTF-8 text, until this model has counted some itself. Low, so that an estimate is rather too high."""
MOST_BYTES_PER_TOKEN = 16
"""Far above what a text comes to (English: 4 to 5), white space left aside: long runs of it are one token."""
_CACHE_SIZE = 2_000


def least_tokens(text: str) -> int:
    """A text has this many tokens or more, whatever the model: for what is far too long to be counted in a moment."""
    return len("".join(text.split()).encode("utf-8", "replace")) // MOST_BYTES_PER_TOKEN


_SAMPLES, _SAMPLE_LENGTH = 4, 2_000
"""Stretches of a long text that are counted, and their length in characters."""


class Counter(Protocol):
    @property
    def exact(self) -> bool: ...

    @property
    def window(self) -> int:
        """Tokens that prompt and answer share."""
        ...

    def text(self, text: str) -> int:
        """Tokens of a bare text."""
        ...

    def prompt(self, turns: Sequence[ChatTurn]) -> int:
        """Tokens of a whole prompt, template included."""
        ...


def sampled(counter: Counter, text: str) -> Counter:
    """An estimate for a text too long to be counted in a moment: some stretches of it are counted. Estimates stay."""
    if not counter.exact:
        return counter
    step = max(1, (len(text) - _SAMPLE_LENGTH) // (_SAMPLES - 1))
    stretches = [text[at : at + _SAMPLE_LENGTH] for at in range(0, _SAMPLES * step, step)]
    size = sum(len(stretch.encode("utf-8", "replace")) for stretch in stretches)
    return EstimatedCounter(counter.window, size / max(1, sum(counter.text(stretch) for stretch in stretches)))


class CountingSource(AnswerSource, Protocol):
    """Counts that load the model when needed, and raise EngineError instead unless they `may_load`."""

    def count_text_tokens(self, text: str, model: str, *, may_load: bool = True) -> int: ...

    def count_prompt_tokens(self, turns: tuple[ChatTurn, ...], model: str, *, may_load: bool = True) -> int: ...


class CountCache:
    """Counts by model and text, so that planning while a person types does not ask again for old turns."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, int, int], int] = OrderedDict()

    def get(self, model: str, text: str, count: Callable[[], int]) -> int:
        key = (model, len(text), hash(text))
        known = self._counts.get(key)
        if known is None:
            known = self._counts[key] = count()
            if len(self._counts) > _CACHE_SIZE:
                self._counts.popitem(last=False)
        return known


class EngineCounter:
    """Exact counts. Should the model be gone, the engine loads it again or, unless it `may_load`, raises."""

    exact = True

    def __init__(
        self, source: CountingSource, model: str, window: int, cache: CountCache, *, may_load: bool = True
    ) -> None:
        self._source = source
        self._model = model
        self._cache = cache
        self._may_load = may_load
        self.window = window

    def text(self, text: str) -> int:
        if not text:
            return 0
        return self._cache.get(self._model, text, lambda: self._count(text))

    def prompt(self, turns: Sequence[ChatTurn]) -> int:
        return self._source.count_prompt_tokens(tuple(turns), self._model, may_load=self._may_load)

    def _count(self, text: str) -> int:
        return self._source.count_text_tokens(text, self._model, may_load=self._may_load)


class EstimatedCounter:
    """Counts from the length of the text."""

    exact = False

    def __init__(self, window: int, bytes_per_token: float = DEFAULT_BYTES_PER_TOKEN) -> None:
        self.window = window
        self._bytes = bytes_per_token

    def text(self, text: str) -> int:
        return -int(-len(text.encode("utf-8", "replace")) // self._bytes) if text else 0

    def prompt(self, turns: Sequence[ChatTurn]) -> int:
        return sum(self.text(turn.text) + TURN_OVERHEAD for turn in turns) + TURN_OVERHEAD
