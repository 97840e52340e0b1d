"""The ledger as CSV or JSON lines, row by row: memory for a page of it, whatever its length."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.money import nano_to_decimal

Row = Mapping[str, Any]


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """With a heading; returns how many rows."""
    writer = csv.DictWriter(file, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return count


def write_lines(file: TextIO, rows: Iterable[Row]) -> int:
    """One JSON object per line; returns how many."""
    count = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def _usd(nano: int | None) -> str | None:
    return None if nano is None else format(nano_to_decimal(nano), "f")


COLUMNS = re.findall(
    r"\w+",
    "id at kind source origin model task conversation_id project message_id stop_reason input_total cache_read resent "
    "prompt_evaluated output_total reasoning usage_state seconds prefill_seconds decode_seconds first_token_seconds "
    "energy_joules energy_low energy_high energy_source local_usd local_usd_low local_usd_high hardware_usd "
    "usd_per_kwh equivalent_model equivalent_usd equivalent_usd_low equivalent_usd_high billed_usd priced_as "
    "price_source note",
)


def ledger_values(entry: LedgerEntry) -> dict[str, Any]:
    """One ledger row as plain values; money in US dollars as decimal strings."""
    energy, local, bill = entry.energy, entry.local, entry.equivalent
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "source": entry.source,
        "origin": entry.origin,
        "model": entry.model,
        "task": entry.task,
        "conversation_id": entry.conversation_id,
        "project": entry.project or None,
        "message_id": entry.message_id,
        "stop_reason": entry.stop_reason.value,
        "input_total": entry.usage.input_total,
        "cache_read": entry.usage.cache_read,
        "resent": entry.sent_before,
        "prompt_evaluated": entry.prompt_evaluated,
        "output_total": entry.usage.output_total,
        "reasoning": entry.usage.reasoning,
        "usage_state": entry.usage.usage_state.value,
        "seconds": entry.seconds,
        "prefill_seconds": entry.prefill_seconds,
        "decode_seconds": entry.decode_seconds,
        "first_token_seconds": entry.first_token_seconds,
        "energy_joules": energy.joules if energy else None,
        "energy_low": energy.low if energy else None,
        "energy_high": energy.high if energy else None,
        "energy_source": energy.source if energy else None,
        "local_usd": _usd(local.electric_nano) if local else None,
        "local_usd_low": _usd(local.electric_low_nano) if local else None,
        "local_usd_high": _usd(local.electric_high_nano) if local else None,
        "hardware_usd": _usd(local.hardware_nano) if local else None,
        "usd_per_kwh": local.usd_per_kwh if local else None,
        "equivalent_model": bill.reference if bill else None,
        "equivalent_usd": _usd(bill.expected_nano) if bill else None,
        "equivalent_usd_low": _usd(bill.low_nano) if bill else None,
        "equivalent_usd_high": _usd(bill.high_nano) if bill else None,
        "billed_usd": _usd(entry.billed_nano),
        "priced_as": entry.priced_as,
        "price_source": entry.price_source,
        "note": entry.note,
    }
