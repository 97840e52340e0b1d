"""Answers to one prompt side by side, and the person's choice between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pennyweight.domain.conversation import Attachment, MessageState, Task


class Choice(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One answer. Tokens, seconds, nano-dollars; None where nothing is known."""

    id: str
    """The id its ledger rows carry as `message_id`, and its message's when the chat goes on with it."""
    source: str
    """`local` or a provider's id."""
    model: str
    model_name: str
    text: str = ""
    reasoning: str = ""
    state: MessageState = MessageState.STREAMING
    input_total: int = 0
    output_total: int = 0
    reasoning_tokens: int = 0
    seconds: float = 0.0
    first_token_seconds: float | None = None
    cost_nano: int | None = None
    """Electricity of local work (expected), or what the cloud billed."""
    joules: float | None = None
    note: str = ""

    @property
    def is_local(self) -> bool:
        return self.source == "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    id: str
    at: datetime
    task: Task
    prompt: str
    conversation_id: str
    """The chat that it becomes when it is continued; its ledger rows carry it from the beginning."""
    sides: tuple[Side, ...]
    """As shown, from left to right."""
    attachments: tuple[Attachment, ...] = field(default=())
    blind: bool = False
    seed: int = 0
    """Of the shuffle."""
    batch: str = ""
    choice: Choice | None = None
    kept: tuple[int, ...] = ()
    """Positions of the sides that were good enough."""
    note: str = ""
    edited: str = ""
    """The person's own wording of the answer they kept."""
    chosen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A line of the history: one comparison, or a batch by its first one."""

    first: Comparison
    prompts: int
    chosen: int
    """Of the prompts, how many have a choice."""


@dataclass(frozen=True, slots=True)
class TokenSample:
    """One prompt counted by the local model and by a provider, and the lengths of both answers where both exist."""

    local_input: int
    cloud_input: int
    local_output: int | None = None
    cloud_output: int | None = None
