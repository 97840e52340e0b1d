"""What a request to the cloud would be, before anything is sent: the data the person looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pennyweight.domain.conversation import Message
from pennyweight.meter.budget import Fit
from pennyweight.services.budgets import BudgetView
from pennyweight.services.draft import Draft
from pennyweight.services.redaction import ALL_KINDS, Hidden
from pennyweight.services.redaction_patterns import Kind

if TYPE_CHECKING:
    from pennyweight.cloud.source import CloudSource, Prepared
    from pennyweight.domain.answer import AnswerRequest
    from pennyweight.services.redaction import Redactor

__all__ = ["ALL_KINDS", "Hidden", "History", "HistoryChoice", "HistoryOption", "Kind", "Preview", "PriceRange"]


class History(StrEnum):
    LAST_TURN = "last_turn"
    """Only the question itself."""
    CHOSEN = "chosen"
    """The question and the messages named in `message_ids`."""
    ALL = "all"
    SUMMARY = "summary"
    """The question, and a summary of the rest that was made on this computer (`EscalateService.summarize`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryChoice:
    kind: History = History.LAST_TURN
    message_ids: frozenset[str] = frozenset()
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionChoice:
    """What is replaced by placeholders. `keep` names single values that the person chose to send as they are."""

    kinds: frozenset[Kind] = ALL_KINDS
    words: tuple[str, ...] | None = None
    """None: the person's stored word list."""
    keep: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRange:
    """Nano-dollars; all None where the price table does not know the model ("unpriced", never zero)."""

    low_nano: int | None
    expected_nano: int | None
    high_nano: int | None
    samples: int
    """How many of the person's own answers the output length rests on; 0: a rule of thumb."""
    low_output: int
    expected_output: int
    high_output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryOption:
    """One way to choose the history, with its price."""

    kind: History
    messages: int
    """How many go along, the question included."""
    input_tokens: int
    price: PriceRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Exactly what `EscalateService.send` would send, and what that would cost. The key is not in it."""

    provider: str
    provider_name: str
    model: str
    model_name: str
    url: str
    body: bytes
    """The bytes that would be sent, nothing more but headers and the key."""
    body_text: str
    """The same, indented, for a person."""
    encrypted: bool
    """False: it would travel in the clear to another machine."""
    local: bool
    """True for a server on this computer: nothing leaves it, and no yes is needed."""
    messages: int
    files: tuple[str, ...]
    input_tokens: int
    """Estimate, by this provider's measured ratio where there is one."""
    most_input_tokens: int
    """The high edge of that estimate: what the budget reckons with until the provider tells its own count."""
    max_output_tokens: int
    hidden: tuple[Hidden, ...]
    """Each value kept back, with its kind and the placeholder that is sent instead."""
    price: PriceRange
    history: HistoryChoice
    history_options: tuple[HistoryOption, ...]
    path: tuple[Message, ...]
    """The branch with the question last: for choosing turns."""
    budget: BudgetView | None
    """The tightest cap, None where none is set."""
    fit: Fit | None
    """None without a cap or without a price."""
    warning: str
    """One sentence about the budget or the price; may be empty."""
    problem: str
    """Why it cannot be sent, in a sentence; empty if it can. Being offline is one."""
    over_budget: bool = False
    """The budget is why."""
    question: Draft | str = field(repr=False)
    """The draft, or the id of the person's message."""
    request: AnswerRequest = field(repr=False)
    redactor: Redactor = field(repr=False)
    prepared: Prepared = field(repr=False)
    source: CloudSource = field(repr=False)

    @property
    def found(self) -> dict[Kind, int]:
        """How many values of each kind are kept back ("2 e-mail addresses")."""
        counts: dict[Kind, int] = {}
        for hidden in self.hidden:
            counts[hidden.kind] = counts.get(hidden.kind, 0) + 1
        return counts
