"""OpenAI's usage and cost tables: sums per UTC day, so a price that depends on one request is only estimated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import Processing, UsageRecord
from pennyweight.services.imports.csv_table import table
from pennyweight.services.imports.rows import BillRow, Rows, UsageRow, checked, instant, money, whole

_SAME = ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier")


def rows(stream: BinaryIO) -> Rows:
    return table(stream, _one)


def _one(row: Mapping[str, str], number: int) -> Rows:
    at = instant(row.get("start_time_iso") or row.get("start_time"))
    if "amount_value" in row:
        if row["amount_value"]:
            if (row.get("amount_currency") or "usd").lower() != "usd":
                raise InputError("billed in another currency than US dollars")
            item = row.get("line_item") or ""
            key = f"{at:%Y-%m-%d}:{row.get('project_id')}:{row.get('organization_id')}:{item}"
            yield BillRow(
                key=f"bill:{key}", at=at, source="openai", item=item, usd=money(row["amount_value"]), line=number
            )
        return
    if not row.get("model"):
        return  # a day without use
    taken, made = whole(row.get("input_tokens")), whole(row.get("output_tokens"))
    if any(whole(value) for name, value in row.items() if name and ("audio" in name or "image" in name)):
        raise InputError("audio or image tokens have other prices")
    if taken or made:
        same = [str(row.get(name) or "") for name in _SAME]
        tier = row.get("service_tier") or None
        batch: Processing = "batch" if (row.get("batch") or "").lower() == "true" else "interactive"
        yield UsageRow(
            key=":".join([f"{at:%Y-%m-%dT%H:%M:%SZ}", row.get("end_time_iso") or row.get("end_time") or "", *same]),
            at=at,
            source="openai",
            model=row["model"],
            usage=checked(
                UsageRecord(
                    input_total=taken,
                    cache_read=whole(row.get("input_cached_tokens")),
                    output_total=made,
                    service_tier=tier,
                    processing=batch,
                    at=at,
                )
            ),
            rank=taken + made,
            line=number,
            requests=whole(row.get("num_model_requests")) or None,
        )
