"""Conversations and their messages. Messages form a tree: an edit or a regeneration is a new branch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pennyweight.domain.answer import Role


class Task(StrEnum):
    """The four kinds of work; each has a recipe in `assets/recipes/`."""

    ASK = "ask"
    DRAFT = "draft"
    SUMMARIZE = "summarize"
    REWRITE = "rewrite"


class MessageState(StrEnum):
    COMPLETE = "complete"
    STREAMING = "streaming"
    """Being written. Found at start-up it becomes INTERRUPTED: the program died in mid-answer."""
    STOPPED = "stopped"
    """The person stopped it; what had arrived is kept."""
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Verdict(StrEnum):
    """What the person says of an answer."""

    KEPT = "kept"
    NOT_USEFUL = "not useful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A text file that goes along with a message; its text is stored with the message."""

    name: str
    text: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    text: str
    created_at: datetime
    task: Task = Task.ASK
    state: MessageState = MessageState.COMPLETE
    reasoning: str = ""
    attachments: tuple[Attachment, ...] = field(default=())
    model: str | None = None
    """Name of the model that wrote it, as shown to a person; None for the person's own messages."""
    source: str | None = None
    """`local` or a provider's id; None for the person's own messages."""
    note: str = ""
    """One sentence about how it ended (why it failed, that it was interrupted); empty if all went well."""
    verdict: Verdict | None = None
    """Of an answer; None while the person has not said. Read with the message, changed on its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    leaf_id: str | None = None
    """The newest message of the branch that is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """A row of the conversation list."""

    id: str
    title: str
    updated_at: datetime
    turns: int
    """Questions of the branch that is shown."""
    escalated: bool
    spent_nano: int
    """Nano-dollars: electricity of local answers (expected figure) plus what the cloud billed."""
    project: str = ""
    """The chat's project tag; empty: none."""


MATCH_START, MATCH_END = "\u2068", "\u2069"
"""Around the words that a search found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    conversation_id: str
    message_id: str
    title: str
    snippet: str
    """Plain text around the match; matches are between `MATCH_START` and `MATCH_END`."""
    at: datetime
