"""What a person is about to send, and what will happen when they do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from pennyweight.domain.conversation import Attachment, Message, Task

Basis = Literal["measured", "estimated", "unknown"]


class Place(Enum):
    LAST = "last"


LAST = Place.LAST
"""Below the newest message of the branch that is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is sent. `model` is a model id; None takes the one chosen in the settings."""

    text: str
    task: Task
    attachments: tuple[Attachment, ...] = ()
    conversation_id: str | None = None
    """None starts a new conversation."""
    parent_id: str | Place | None = LAST
    """The message it answers to; None makes it a first message."""
    model: str | None = None
    source: str = "local"
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """The new wording of an earlier question that was not sent yet."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPlan:
    """What sending a draft would mean. Tokens, seconds, nano-dollars; None where nothing is known."""

    input_tokens: int
    """Of all calls together."""
    resent_tokens: int
    """Of the input, what earlier turns already sent."""
    expected_output: int
    seconds: float | None
    local_nano: int | None
    local_low: int | None
    local_high: int | None
    equivalent_nano: int | None
    equivalent_low: int | None
    equivalent_high: int | None
    reference_name: str
    left_out: tuple[Message, ...] = ()
    """The oldest turns, which will not be sent."""
    left_out_sentence: str = ""
    parts: int = 1
    """1, or in about how many parts a long text will be summarized: where it can be cut is not known before."""
    parts_sentence: str = ""
    problem: str = ""
    """Why it cannot be sent, in a sentence; empty if it can."""
    instead: Task | None = None
    """The task that could take it, where this one cannot."""
    basis: Basis = "unknown"
    """"measured": seconds and prices rest on this model's own answers; "estimated": on rules of thumb."""
    counted: bool = False
    """True if the model itself counted the tokens; False for an estimate from the length of the text, and for a long
    text in parts.
    """
