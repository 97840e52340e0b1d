"""What an answer tells while it is being written, from the first saved word to the line of the meter.

The order for one answer: `UserMessageSaved` (not for a regeneration), `AnswerStarted`, then any number of `Status`,
`Delta` and `Live`, and last `AnswerDone` or `AnswerFailed`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import Conversation, Message
from pennyweight.domain.errors import KnownError
from pennyweight.domain.usage import UsageState


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterLine:
    """What one answer used and cost, all its model calls together. Money in nano-dollars, tokens, joules, seconds."""

    message_id: str
    source: str
    """`local` or a provider's id."""
    model: str
    """The model's id."""
    calls: int
    """Model calls of this answer: 1, or parts and joins of a long summary."""
    input_total: int
    reused: int
    """Of the input, what the KV cache (or the provider's cache) already held."""
    resent: int
    evaluated: int
    """Prompt tokens really evaluated."""
    output_total: int
    reasoning: int
    seconds: float
    first_token_seconds: float | None
    tokens_per_second: float | None
    """Of the output, while it was being written; None where that was too short to tell."""
    joules: float | None
    watts: float | None
    energy_source: str
    """As in `EnergyReading.source`; empty where there was no reading."""
    energy_measured: bool
    band_text: str
    """"±15 %", "×0.5…×2"; empty where there was no reading."""
    local_nano: int | None
    low: int | None
    high: int | None
    hardware_nano: int | None
    equivalent_nano: int | None
    equivalent_low_nano: int | None
    equivalent_high_nano: int | None
    reference: str
    """`provider/model` of the reference."""
    reference_name: str
    billed_nano: int | None
    usage_state: UsageState
    stop_reason: StopReason

    @property
    def difference_nano(self) -> int | None:
        """Avoided list price; negative where local work cost more; None where one of the two is not known."""
        if self.equivalent_nano is None or self.local_nano is None:
            return None
        return self.equivalent_nano - self.local_nano


@dataclass(frozen=True, slots=True)
class UserMessageSaved:
    """The person's message is in the database; nothing has been sent yet."""

    conversation: Conversation
    message: Message


@dataclass(frozen=True, slots=True)
class AnswerStarted:
    """The answer's (still empty) message is in the database; later events name its id."""

    message: Message


@dataclass(frozen=True, slots=True)
class Status:
    """What is going on before the first words or between parts; `fraction` in 0..1 where it can be told."""

    text: str
    fraction: float | None = None
    meanwhile: str = ""
    """What was written last and is not the answer: the summary of a part."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer or of its reasoning (one of the two may be empty)."""

    message_id: str
    text: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The meter while the answer is being written; all calls of the answer so far together. At most ten a second."""

    message_id: str
    input_total: int
    reused: int
    evaluated: int
    output_total: int
    reasoning: int
    seconds: float
    tokens_per_second: float | None
    joules: float
    watts: float
    energy_measured: bool
    energy_source: str
    local_nano: int | None
    low: int | None
    high: int | None
    equivalent_nano: int | None
    reference_name: str
    resent: int = 0
    """Of the input, what an earlier turn had sent already."""
    billed_nano: int | None = None
    """Of a cloud answer: what it costs so far at list price; None for local work and where there is no price."""
    hardware_nano: int | None = None
    """Wear so far; None for cloud answers, and where it was switched off when the answer began."""


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """The answer is whole, or was stopped by the person (see `message.state`); committed with its ledger rows."""

    message: Message
    line: MeterLine | None
    """None if it was stopped before any work was done."""


@dataclass(frozen=True, slots=True)
class AnswerFailed:
    """The answer failed, or could not be saved: `message` has what had arrived. `line` is None if nothing ran."""

    message: Message
    line: MeterLine | None
    error: KnownError
    unsaved: bool = False
    """Its end is owed still; it may have failed for another reason besides."""


AskEvent = UserMessageSaved | AnswerStarted | Status | Delta | Live | AnswerDone | AnswerFailed
