"""The log database of `llm`: the token details keep the provider's own shape."""

from __future__ import annotations

import json
from pathlib import Path

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.services.imports.rows import Rows, Skipped, UsageRow, checked, instant, mapping, whole, words
from pennyweight.store.foreign import LlmRow, llm_rows

_MAKERS = (
    ("claude", "anthropic"),
    ("anthropic/", "anthropic"),
    ("gemini", "google"),
    ("openrouter/", "openrouter"),
    ("mistral", "mistral"),
    ("deepseek", "deepseek"),
    ("grok", "x-ai"),
    ("gpt", "openai"),
    ("chatgpt", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
)


def rows_of(path: Path) -> Rows:
    for number, row in enumerate(llm_rows(path), 1):
        if row[3] is None and row[4] is None:
            yield Skipped("no token counts", number)
            continue
        try:
            yield _row(row, number)
        except (InputError, ValueError, RecursionError) as error:
            yield Skipped(error.what if isinstance(error, InputError) else "not readable", number)


def _row(row: LlmRow, number: int) -> UsageRow:
    model, at = words(row[1]), instant(row[2])
    source = next((maker for start, maker in _MAKERS if model.lower().startswith(start)), "unknown")
    details = mapping(json.loads(words(row[5]))) if row[5] else {}
    return UsageRow(
        key=str(row[0]),
        at=at,
        source=source,
        model=model.removeprefix("openrouter/").removeprefix("anthropic/") or "unknown",
        usage=_usage(whole(row[3]), whole(row[4]), details),
        line=number,
    )


def _usage(taken: int, made: int, details: object) -> UsageRecord:
    more = mapping(details)
    read = whole(more.get("cache_read_input_tokens"))
    written = whole(more.get("cache_creation_input_tokens"))
    one_hour = min(written, whole(mapping(more.get("cache_creation")).get("ephemeral_1h_input_tokens")))
    thoughts = whole(more.get("thoughtsTokenCount"))
    tool = whole(more.get("toolUsePromptTokenCount"))
    total = more.get("totalTokenCount")
    if thoughts and (total is None or whole(total) != taken + tool + made):
        made += thoughts
    inside = mapping(more.get("prompt_tokens_details") or more.get("input_tokens_details"))
    output = mapping(more.get("completion_tokens_details") or more.get("output_tokens_details"))
    cached = whole(inside.get("cached_tokens") or more.get("cached_tokens") or more.get("cachedContentTokenCount"))
    return checked(
        UsageRecord(
            input_total=taken + read + written + tool,
            cache_read=read + cached,
            cache_write_5m=written - one_hour,
            cache_write_1h=one_hour,
            tool_prompt=tool,
            output_total=made,
            reasoning=thoughts or whole(output.get("reasoning_tokens")),
        )
    )
