"""How much memory a model needs, and whether this machine has it."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from pennyweight.domain.model import Fits
from pennyweight.models.facts import ModelFacts

DEFAULT_CONTEXT = 8192
SMALLEST_CONTEXT = 512
UNSAID_CONTEXT = 4096
"""Taken as the trained context where the file does not say one."""

_CACHE_BYTES = 2
"""The attention cache is kept in 16-bit numbers."""
_BATCH = 512
"""Prompt tokens evaluated at once: the compute buffers are sized for them."""
_PROCESS_BYTES = 48 * 1024**2
"""The engine process itself."""
_ROOM = 1.25
"""With a quarter more than the estimate free, it fits for certain: the engine may keep repacked copies of weights."""


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes, for a context of `context` tokens."""

    context: int
    weights: int
    cache: int
    buffers: int
    process: int
    certain: bool
    """False for models whose layers we cannot account for exactly: then it is a rough figure, on the high side."""

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.buffers + self.process


def estimate(facts: ModelFacts, context: int) -> MemoryEstimate:
    """Weights, attention cache, compute buffers and the process."""
    unknown = 2 * (facts.layers or 32) * (facts.embedding or 4096)
    width = unknown if facts.kv_width is None else facts.kv_width
    per_token = 4 * (facts.vocabulary + 4 * facts.embedding + 2 * facts.feed_forward)
    return MemoryEstimate(
        context=context,
        weights=facts.size_bytes,
        cache=context * width * _CACHE_BYTES,
        buffers=min(_BATCH, context) * per_token,
        process=_PROCESS_BYTES,
        certain=facts.certain,
    )


def fits(needed_bytes: int, available_bytes: int) -> Fits:
    """`tight` means it should run, but other programs may have to give way."""
    if needed_bytes > available_bytes:
        return "no"
    return "yes" if needed_bytes * _ROOM <= available_bytes else "tight"


def choose_context(facts: ModelFacts, available_bytes: int, wanted: int | None = None) -> int:
    """Tokens to load the model with: `wanted`, else the trained context up to 8,192, halved while it does not fit."""
    trained = facts.context_length or UNSAID_CONTEXT
    if wanted is not None:
        return min(wanted, trained)
    context = min(trained, DEFAULT_CONTEXT)
    while context // 2 >= SMALLEST_CONTEXT and fits(estimate(facts, context).total, available_bytes) == "no":
        context //= 2
    return context


def available_memory() -> int:
    """Bytes that programs can have without others being swapped out."""
    return int(psutil.virtual_memory().available)
