"""OpenRouter's activity table, one row per generation, with what was billed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.services.imports.csv_table import table
from pennyweight.services.imports.rows import Rows, UsageRow, checked, instant, money, whole


def rows(stream: BinaryIO) -> Rows:
    return table(stream, _one)


def _one(row: Mapping[str, str], number: int) -> Rows:
    if not row.get("generation_id"):
        raise InputError("a row without its id")
    at = instant(row.get("created_at"))
    stopped = (row.get("cancelled") or "").lower() == "true"
    usage = checked(
        UsageRecord(
            input_total=whole(row.get("tokens_prompt")),
            cache_read=whole(row.get("tokens_cached")),
            output_total=whole(row.get("tokens_completion")),
            reasoning=whole(row.get("tokens_reasoning")),
            at=at,
        )
    )
    yield UsageRow(
        key=row["generation_id"],
        at=at,
        source="openrouter",
        model=row.get("model_permaslug") or "unknown",
        usage=replace(usage, usage_state=UsageState.PARTIAL) if stopped else usage,
        line=number,
        stopped=stopped,
        billed_usd=money(row.get("cost_total")) + money(row.get("byok_usage_inference") or 0),
        seconds=float(money(row.get("generation_time_ms") or 0) / 1000),
    )
