"""The one interface every answer comes through: `AnswerSource.stream(request, cancel)`.

The local engine, a cloud provider and your own server all yield the same events: any number of progress and delta
events, then exactly one `Finished`. A failure is raised as a `KnownError` after the events that came before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.usage import UsageRecord

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One turn of what is sent to a model."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the next token is chosen; `seed` None draws a fresh one each time."""

    temperature: float = 0.7
    top_p: float = 0.95
    top_k: int = 40
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    max_output_tokens: int = 1024
    seed: int | None = None
    stop: tuple[str, ...] = ()
    stop_repeating: bool = False
    """End an answer that only repeats itself (local engine)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """What is asked of an answer source. `model` is the model's id (for the local engine: as `ModelInfo.id`)."""

    turns: tuple[ChatTurn, ...]
    model: str
    sampling: Sampling = field(default_factory=Sampling)


class StopReason(StrEnum):
    END = "end"
    """The model ended its answer."""
    LENGTH = "length"
    """The output limit or the context window was reached."""
    STOP_TEXT = "stop_text"
    REPEATING = "repeating"
    """The answer went in circles and was ended."""
    STOPPED = "stopped"
    """The person stopped it."""
    FAILED = "failed"
    """The source died in mid-answer; what had arrived was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds on a monotonic clock, counted from when the request reached the source."""

    started_at: datetime
    first_token_seconds: float | None = None
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0
    total_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """The model is being loaded; `fraction` in 0..1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """Prompt tokens evaluated so far (`reused` came from the KV cache and are not counted in `evaluated`).

    From a provider: its own count of the prompt, as soon as it tells it; `reused` came from its cache.
    """

    evaluated: int
    reused: int
    total: int


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer; `output_tokens` is the running count of completion tokens so far (reasoning included)."""

    text: str
    output_tokens: int


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning, shown folded."""

    text: str
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The last event of an answer that did not fail."""

    reason: StopReason
    usage: UsageRecord
    timing: Timing
    prompt_evaluated: int
    """Prompt tokens really evaluated after KV-prefix reuse; for a cloud provider `input_total - cache_read`."""
    billed_usd: str | None = None
    """What the provider says it billed, as a decimal string; None where it does not say."""


AnswerEvent = LoadProgress | PromptProgress | TextDelta | ReasoningDelta | Finished


class AnswerSource(Protocol):
    """Where an answer comes from. Blocking: call it from a worker thread."""

    def stream(self, request: AnswerRequest, cancel: Cancel) -> Iterator[AnswerEvent]:
        """Yield the events of one answer. Cancelling ends it with `Finished(reason=STOPPED)`."""
        ...

    def count_prompt_tokens(self, turns: tuple[ChatTurn, ...], model: str) -> int:
        """Prompt tokens of these turns as they would be sent (template included)."""
        ...

    def context_window(self, model: str) -> int:
        """Tokens that prompt and answer share."""
        ...
