"""Prompt thrift: how much of a chat's input is sent again, and what a shorter history would have saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.money import decimal_to_nano
from pennyweight.services.audit import AuditRow
from pennyweight.store import Store

Saving = Literal["trim", "summarize"]
KEPT_EXCHANGES = 2
"""Trimming keeps so many exchanges before the new message."""
SUMMARY_TOKENS = 300
"""Summarizing keeps the last exchange, and a summary of what came before it in about so many tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One call of a chat: the context snowball, call by call."""

    number: int
    entry: LedgerEntry
    source: str
    model: str
    input_total: int
    resent: int
    output_total: int
    cost_nano: int

    @property
    def new(self) -> int:
        return max(0, self.input_total - self.resent)

    @property
    def share_resent(self) -> float:
        return self.resent / self.input_total if self.input_total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a shorter history would have saved. Money is at each row's own rate card: nothing is priced anew."""

    tokens: int
    cloud_nano: int
    """Of what was billed. What the provider's cache held is taken off first, at its lower rate."""
    equivalent_nano: int
    """Of the local work at the reference model's list price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatThrift:
    conversation_id: str
    turns: tuple[Turn, ...]
    input_total: int
    resent: int
    trim: Saved
    summarize: Saved

    @property
    def share_resent(self) -> float:
        """Of all input tokens of the chat, from 0 to 1."""
        return self.resent / self.input_total if self.input_total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedThrift:
    """A line of the audit's table of chats, with what the whole chat could have saved."""

    title: str
    row: AuditRow
    thrift: ChatThrift


class ThriftService:
    """Thread-safe; reads the ledger only, so it also knows chats that were deleted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def chat(self, conversation_id: str) -> ChatThrift:
        """An empty one for a chat without calls."""
        return thrift(conversation_id, self._store.audit.calls_of(conversation_id))

    def chats(self, rows: Sequence[AuditRow], limit: int = 20) -> tuple[NamedThrift, ...]:
        """The chats among these lines (`AuditService.lines(period, "conversation")`) that sent most again, whole."""
        most = sorted((row for row in rows if row.key and row.sums.resent), key=lambda row: -row.sums.resent)
        return tuple(NamedThrift(title=row.label, row=row, thrift=self.chat(row.key)) for row in most[:limit])


def thrift(conversation_id: str, calls: Sequence[LedgerEntry]) -> ChatThrift:
    turns = tuple(_turn(number, entry) for number, entry in enumerate(calls, start=1))
    return ChatThrift(
        conversation_id=conversation_id,
        turns=turns,
        input_total=sum(turn.input_total for turn in turns),
        resent=sum(turn.resent for turn in turns),
        trim=_saved(calls, turns, "trim"),
        summarize=_saved(calls, turns, "summarize"),
    )


def _turn(number: int, entry: LedgerEntry) -> Turn:
    usage = entry.usage
    paid = entry.local.electric_nano if entry.local else entry.billed_nano
    return Turn(
        number=number,
        entry=entry,
        source=entry.source,
        model=entry.model,
        input_total=usage.input_total,
        resent=entry.sent_before,
        output_total=usage.output_total,
        cost_nano=paid or 0,
    )


def _saved(calls: Sequence[LedgerEntry], turns: Sequence[Turn], how: Saving) -> Saved:
    tokens = cloud = equivalent = 0
    branch: list[Turn] = []
    for entry, turn in zip(calls, turns, strict=True):
        while branch and not _follows(turn, branch[-1]):
            branch.pop()
        fewer = min(turn.resent, _left_out(branch, how))
        branch.append(turn)
        tokens += fewer
        if entry.source != "local" and entry.billed_nano is not None:
            cloud += _worth(fewer, entry.usage.cache_read, entry.rate_card)
        elif entry.equivalent is not None and entry.equivalent.expected_nano is not None:
            equivalent += _worth(fewer, 0, entry.equivalent.rate_card)
    return Saved(tokens=tokens, cloud_nano=cloud, equivalent_nano=equivalent)


def _follows(turn: Turn, earlier: Turn) -> bool:
    """Whether the earlier call may be in what this one sent again. Where nothing is new it is asked once more."""
    return turn.resent >= earlier.input_total if turn.new else turn.resent > earlier.input_total


def _left_out(branch: Sequence[Turn], how: Saving) -> int:
    """Tokens of a history that ends with the last of these calls that would not have been sent."""
    kept = KEPT_EXCHANGES if how == "trim" else 1
    if len(branch) <= kept:
        return 0
    last = branch[-kept - 1]
    older = last.input_total + last.output_total
    return older if how == "trim" else max(0, older - SUMMARY_TOKENS)


def _worth(tokens: int, cached: int, rate_card: dict[str, str]) -> int:
    full = Decimal(rate_card.get("input_mtok", "0"))
    reduced = Decimal(rate_card.get("cache_read_mtok", str(full)))
    cheap = min(tokens, cached)
    return decimal_to_nano((cheap * reduced + (tokens - cheap) * full) / 1_000_000)
