"""OpenRouter's activity table, one row per generation, with what was billed for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.services.imports.rows import Rows, Skipped, UsageRow, checked, instant, money, whole


def rows(stream: BinaryIO) -> Rows:
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
    reader = csv.DictReader(text)
    try:
        for number, row in enumerate(reader, 2):
            try:
                yield _row(row, number)
            except (InputError, TypeError, AttributeError) as error:
                yield Skipped(error.what if isinstance(error, InputError) else "not readable", number)
    except csv.Error:
        yield Skipped("not readable", reader.line_num)
    finally:
        text.detach()


def _row(row: Mapping[str, str], number: int) -> UsageRow:
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
    return UsageRow(
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
