"""Rows of the database to domain objects and back, in one place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import Attachment, Conversation, Message, MessageState, Task, Verdict
from pennyweight.domain.ledger import EnergyReading, EquivalentBill, LedgerEntry, LocalCost
from pennyweight.domain.usage import COUNTS, UsageRecord, UsageState

Row = sqlite3.Row
Values = dict[str, Any]

_USAGE_COLUMNS = (*COUNTS, "service_tier", "processing", "geo", "provider_total")


def time_to_text(at: datetime) -> str:
    """UTC text of fixed width. Raises ValueError for a time without a zone: a guess would be wrong twice a year."""
    if at.tzinfo is None:
        raise ValueError("a time needs its zone before it can be stored")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def text_to_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clean(text: str) -> str:
    """`text` with lone surrogates (half of a character pair, which no UTF-8 file can hold) replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def to_json(value: object) -> str:
    return clean(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False))


@lru_cache(1024)  # an import brings thousands of rows with the same few rate cards
def _card_text(card: tuple[tuple[str, str], ...]) -> str:
    return to_json(dict(card))


def rates_from(text: str) -> dict[str, str]:
    return {str(key): str(value) for key, value in json.loads(text).items()}


def conversation(row: Row) -> Conversation:
    return Conversation(
        id=row["id"],
        title=row["title"],
        created_at=text_to_time(row["created_at"]),
        updated_at=text_to_time(row["updated_at"]),
        leaf_id=row["leaf_id"],
    )


def message_values(message: Message) -> Values:
    """Columns of `messages` without `number` and the owner."""
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "parent_id": message.parent_id,
        "role": message.role,
        "text": clean(message.text),
        "reasoning": clean(message.reasoning),
        "created_at": time_to_text(message.created_at),
        "task": message.task.value,
        "state": message.state.value,
        "model": message.model,
        "source": message.source,
        "note": clean(message.note),
    }


def message(row: Row, attachments: Sequence[Attachment]) -> Message:
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        parent_id=row["parent_id"],
        role=row["role"],
        text=row["text"],
        created_at=text_to_time(row["created_at"]),
        task=Task(row["task"]),
        state=MessageState(row["state"]),
        reasoning=row["reasoning"],
        attachments=tuple(attachments),
        model=row["model"],
        source=row["source"],
        note=row["note"],
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
    )


def attachment_values(attachment: Attachment) -> Values:
    return {
        "name": clean(attachment.name),
        "text": clean(attachment.text),
        "size_bytes": attachment.size_bytes,
        "sha256": attachment.sha256,
    }


def attachment(values: Row | Mapping[str, Any]) -> Attachment:
    return Attachment(
        name=values["name"], text=values["text"], size_bytes=values["size_bytes"], sha256=values["sha256"]
    )


def entry_values(entry: LedgerEntry) -> Values:
    """Columns of `ledger` without `number` and `opens_answer`."""
    usage, at = entry.usage, time_to_text(entry.at)
    return {
        "id": entry.id,
        "dedup_key": entry.dedup_key,
        "at": at,
        "kind": entry.kind,
        "source": entry.source,
        "origin": clean(entry.origin),
        "model": clean(entry.model),
        "task": entry.task,
        "conversation_id": entry.conversation_id,
        "message_id": entry.message_id,
        "stop_reason": entry.stop_reason.value,
        **{column: getattr(usage, column) for column in _USAGE_COLUMNS},
        "usage_at": None if usage.at is None else at if usage.at == entry.at else time_to_text(usage.at),
        "usage_state": usage.usage_state.value,
        "prompt_evaluated": entry.prompt_evaluated,
        "resent": entry.resent,
        "seconds": entry.seconds,
        "prefill_seconds": entry.prefill_seconds,
        "decode_seconds": entry.decode_seconds,
        "first_token_seconds": entry.first_token_seconds,
        **_energy_values(entry.energy),
        **_local_values(entry.local),
        "equivalent_reference": None if entry.equivalent is None else entry.equivalent.reference,
        "billed_nano": entry.billed_nano,
        "priced_as": entry.priced_as,
        "price_source": entry.price_source,
        "rate_card": _card_text(tuple(entry.rate_card.items())),
        "note": clean(entry.note),
    }


def _energy_values(energy: EnergyReading | None) -> Values:
    return {
        "energy_joules": energy and energy.joules,
        "energy_low_joules": energy and energy.low,
        "energy_high_joules": energy and energy.high,
        "energy_source": energy and energy.source,
        "energy_measured": energy and int(energy.measured),
        "energy_seconds": energy and energy.seconds,
        "energy_watts": energy and energy.watts,
    }


def _local_values(local: LocalCost | None) -> Values:
    return {
        "electric_nano": local and local.electric_nano,
        "electric_low_nano": local and local.electric_low_nano,
        "electric_high_nano": local and local.electric_high_nano,
        "hardware_nano": local and local.hardware_nano,
        "usd_per_kwh": local and local.usd_per_kwh,
    }


def equivalent_values(bill: EquivalentBill) -> Values:
    """Columns of `equivalents` that describe the bill itself."""
    return {
        "reference": bill.reference,
        "reference_name": bill.reference_name,
        "expected_nano": bill.expected_nano,
        "low_nano": bill.low_nano,
        "high_nano": bill.high_nano,
        "equivalent_price_source": bill.price_source,
        "equivalent_rate_card": to_json(bill.rate_card),
    }


def entry(row: Row) -> LedgerEntry:
    """A row of `ledger` left-joined with the bill that came with it (see `ledger.ENTRY_QUERY`)."""
    return LedgerEntry(
        id=row["id"],
        at=text_to_time(row["at"]),
        kind=row["kind"],
        source=row["source"],
        model=row["model"],
        usage=UsageRecord(
            **{column: row[column] for column in _USAGE_COLUMNS},
            at=None if row["usage_at"] is None else text_to_time(row["usage_at"]),
            usage_state=UsageState(row["usage_state"]),
        ),
        dedup_key=row["dedup_key"],
        origin=row["origin"],
        task=row["task"],
        conversation_id=row["conversation_id"],
        message_id=row["message_id"],
        project=row["project"] or "",
        stop_reason=StopReason(row["stop_reason"]),
        prompt_evaluated=row["prompt_evaluated"],
        resent=row["resent"],
        seconds=row["seconds"],
        prefill_seconds=row["prefill_seconds"],
        decode_seconds=row["decode_seconds"],
        first_token_seconds=row["first_token_seconds"],
        energy=_energy(row),
        local=_local(row),
        equivalent=_equivalent(row),
        billed_nano=row["billed_nano"],
        priced_as=row["priced_as"],
        price_source=row["price_source"],
        rate_card=rates_from(row["rate_card"]),
        note=row["note"],
    )


def _energy(row: Row) -> EnergyReading | None:
    if row["energy_joules"] is None:
        return None
    return EnergyReading(
        joules=row["energy_joules"],
        low=row["energy_low_joules"],
        high=row["energy_high_joules"],
        source=row["energy_source"],
        measured=bool(row["energy_measured"]),
        seconds=row["energy_seconds"],
        watts=row["energy_watts"],
    )


def _local(row: Row) -> LocalCost | None:
    if row["electric_nano"] is None:
        return None
    return LocalCost(
        electric_nano=row["electric_nano"],
        electric_low_nano=row["electric_low_nano"],
        electric_high_nano=row["electric_high_nano"],
        hardware_nano=row["hardware_nano"],
        usd_per_kwh=row["usd_per_kwh"],
    )


def _equivalent(row: Row) -> EquivalentBill | None:
    if row["equivalent_reference"] is None:
        return None
    return EquivalentBill(
        reference=row["equivalent_reference"],
        reference_name=row["reference_name"],
        expected_nano=row["expected_nano"],
        low_nano=row["low_nano"],
        high_nano=row["high_nano"],
        price_source=row["equivalent_price_source"],
        rate_card=rates_from(row["equivalent_rate_card"]),
    )
