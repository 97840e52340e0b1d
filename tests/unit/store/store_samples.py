"""Messages and ledger rows for the tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.ledger import EnergyReading, EquivalentBill, LedgerEntry, LocalCost
from pennyweight.domain.usage import UsageRecord

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def user_message(conversation_id: str, message_id: str, parent_id: str | None = None, text: str = "Hello") -> Message:
    return Message(
        id=message_id, conversation_id=conversation_id, parent_id=parent_id, role="user", text=text, created_at=NOON
    )


def answer(conversation_id: str, message_id: str, parent_id: str | None, text: str = "", **changes: object) -> Message:
    made = Message(
        id=message_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role="assistant",
        text=text,
        created_at=NOON,
        state=MessageState.STREAMING,
        model="Starter",
        source="local",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def bill(reference: str = "openai/gpt-5-mini", nano: int | None = 1_000) -> EquivalentBill:
    return EquivalentBill(
        reference=reference,
        reference_name=reference.partition("/")[2],
        expected_nano=nano,
        low_nano=None if nano is None else nano - 100,
        high_nano=None if nano is None else nano + 350,
        price_source="genai-prices 0.2.3",
        rate_card={"input_mtok": "0.25", "output_mtok": "2"},
    )


def local_entry(entry_id: str, **changes: object) -> LedgerEntry:
    """A finished local answer: 100 tokens in (40 reused, 60 sent before), 20 out, 12 J, 600 nano-dollars."""
    made = LedgerEntry(
        id=entry_id,
        at=NOON,
        kind="answer",
        source="local",
        model="starter",
        usage=UsageRecord(input_total=100, cache_read=40, output_total=20, reasoning=5, at=NOON),
        dedup_key=f"key-{entry_id}",
        message_id=f"message-{entry_id}",
        prompt_evaluated=60,
        resent=60,
        seconds=1.5,
        prefill_seconds=0.5,
        decode_seconds=1.0,
        first_token_seconds=0.5,
        energy=EnergyReading(joules=12.0, low=6.0, high=24.0, source="cpu-model", measured=False, seconds=1.5, watts=8),
        local=LocalCost(
            electric_nano=600, electric_low_nano=300, electric_high_nano=1200, hardware_nano=None, usd_per_kwh="0.18"
        ),
        equivalent=bill(),
        rate_card={},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def cloud_entry(entry_id: str, **changes: object) -> LedgerEntry:
    made = LedgerEntry(
        id=entry_id,
        at=NOON,
        kind="answer",
        source="openai",
        model="gpt-5-mini",
        usage=UsageRecord(input_total=1_000, cache_read=200, output_total=300, reasoning=100, at=NOON),
        dedup_key=f"key-{entry_id}",
        message_id=f"message-{entry_id}",
        seconds=2.0,
        billed_nano=805_000,
        priced_as="gpt-5-mini",
        price_source="genai-prices 0.2.3",
        rate_card={"input_mtok": "0.25"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]
