"""One row of the ledger: what one model call used and cost, with the rates it was priced at.

Append-only (`metering.md` rule 5). Money is integer nano-dollars (1 USD = 1,000,000,000).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pennyweight.domain.answer import StopReason
from pennyweight.domain.usage import UsageRecord

OWN_ORIGIN = "pennyweight"
EntryKind = Literal["answer", "part", "join", "correction"]
"""`part` and `join` are the calls of one long summary; they share a `message_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyReading:
    """Energy of one call above idle, at the wall. `low`/`high` are the band, all in joules."""

    joules: float
    low: float
    high: float
    source: str
    """`nvml`, `rapl`, `battery`, `cpu-model` or `class-default`; several joined by `+`."""
    measured: bool
    """True for a counter, False for a model."""
    seconds: float
    watts: float
    """Mean marginal power over the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCost:
    """Electricity (with its band) and, where switched on, hardware wear: two lines, never one number."""

    electric_nano: int
    electric_low_nano: int
    electric_high_nano: int
    hardware_nano: int | None
    usd_per_kwh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalentBill:
    """The same work at a reference model's list price, with a band; None where that model has no price."""

    reference: str
    """`provider/model` as in the price table."""
    reference_name: str
    expected_nano: int | None
    low_nano: int | None
    high_nano: int | None
    price_source: str
    rate_card: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    id: str
    at: datetime
    kind: EntryKind
    source: str
    """`local` or a provider's id."""
    model: str
    usage: UsageRecord
    dedup_key: str
    """Unique over the whole ledger: importing or writing the same call twice changes nothing."""
    origin: str = OWN_ORIGIN
    """This program, or the import (with file and line) that brought the row."""
    task: str = "ask"
    conversation_id: str | None = None
    message_id: str | None = None
    project: str = ""
    """The project tag of its conversation; an imported row may bring it along. Empty: none."""
    stop_reason: StopReason = StopReason.END
    prompt_evaluated: int = 0
    resent: int = 0
    """Prompt tokens that an earlier turn of the conversation had already sent."""
    seconds: float = 0.0
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0
    first_token_seconds: float | None = None
    energy: EnergyReading | None = None
    local: LocalCost | None = None
    equivalent: EquivalentBill | None = None
    billed_nano: int | None = None
    """What the cloud charged (None for local work, and for cloud work without a known price)."""
    priced_as: str | None = None
    price_source: str | None = None
    rate_card: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def sent_before(self) -> int:
        """Of the input. This program knows its turns; an imported row does not, but what a cache held had been sent."""
        return self.resent if self.origin == OWN_ORIGIN else max(self.resent, self.usage.cache_read)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTotals:
    input_total: int = 0
    resent: int = 0
    reused: int = 0
    """Of the input, what the KV cache (or a provider's cache) already held."""
    output_total: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTotals:
    """Sums over a period or a conversation, nano-dollars and joules."""

    calls: int = 0
    answers: int = 0
    local: TokenTotals = field(default_factory=TokenTotals)
    cloud: TokenTotals = field(default_factory=TokenTotals)
    electric_nano: int = 0
    electric_low_nano: int = 0
    electric_high_nano: int = 0
    hardware_nano: int = 0
    billed_nano: int = 0
    equivalent_nano: int = 0
    equivalent_low_nano: int = 0
    equivalent_high_nano: int = 0
    energy_joules: float = 0.0
    seconds: float = 0.0
    unpriced_rows: int = 0
    """Cloud rows without a price, and local rows the reference model could not price: counted, never zero."""
    estimated_rows: int = 0
    energy_sources: tuple[str, ...] = ()
    kwh_prices: tuple[str, ...] = ()
    """US dollars per kWh that the electricity was priced at, each once, the cheapest first: a row keeps its own."""
