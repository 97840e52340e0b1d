"""Anthropic's usage and cost reports: sums per bucket of time; amounts are text, in cents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

import msgspec

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.services.imports.json_items import documents
from pennyweight.services.imports.rows import (
    MALFORMED,
    BillRow,
    Rows,
    Skipped,
    UsageRow,
    instant,
    listing,
    mapping,
    money,
    whole,
    words,
)

_SAME = ("model", "workspace_id", "api_key_id", "service_tier", "context_window", "inference_geo")
_SAME_BILL = ("workspace_id", "description", "cost_type", "model", "service_tier", "token_type", "context_window")


def rows(stream: BinaryIO) -> Rows:
    for number, text in documents(stream):
        try:
            page = mapping(msgspec.json.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield Skipped(MALFORMED, number)
            continue
        for bucket in map(mapping, listing(page.get("data"))):
            for result in map(mapping, listing(bucket.get("results"))):
                try:
                    yield _row(result, bucket, instant(bucket.get("starting_at")), number)
                except InputError as error:
                    yield Skipped(error.what, number)


def _row(result: Mapping[str, object], bucket: Mapping[str, object], at: datetime, number: int) -> UsageRow | BillRow:
    if "amount" in result:
        if (words(result.get("currency")) or "USD").upper() != "USD":
            raise InputError("billed in another currency than US dollars")
        item = ":".join(words(result.get(name)) for name in _SAME_BILL)
        usd = money(result["amount"]) / 100
        return BillRow(key=f"bill:{at.isoformat()}:{item}", at=at, source="anthropic", item=item.strip(":"), usd=usd)
    written = mapping(result.get("cache_creation"))
    one_hour = whole(written.get("ephemeral_1h_input_tokens"))
    five = whole(written.get("ephemeral_5m_input_tokens"))
    read = whole(result.get("cache_read_input_tokens"))
    tier = words(result.get("service_tier")) or None
    usage = UsageRecord(
        input_total=whole(result.get("uncached_input_tokens")) + read + five + one_hour,
        cache_read=read,
        cache_write_5m=five,
        cache_write_1h=one_hour,
        output_total=whole(result.get("output_tokens")),
        web_searches=whole(mapping(result.get("server_tool_use")).get("web_search_requests")),
        service_tier=None if tier == "batch" else tier,
        processing="batch" if tier == "batch" else "interactive",
        geo=words(result.get("inference_geo")) or None,
        at=at,
    )
    same = ":".join(words(result.get(name)) for name in _SAME)
    return UsageRow(
        key=f"{at.isoformat()}:{words(bucket.get('ending_at'))}:{same}",
        at=at,
        source="anthropic",
        model=words(result.get("model")) or "unknown",
        usage=usage,
        rank=usage.total,
        line=number,
        requests=None,
    )
