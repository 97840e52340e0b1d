"""Codex CLI's rollout files.

A forked session begins with a copy of its parent's events, with new times. Totals only grow within a session, so
(first ancestor, totals, last) names an event wherever it is copied, and the earliest copy stays.
"""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.services.imports.rows import (
    MALFORMED,
    Rows,
    Skipped,
    UsageRow,
    checked,
    folder_name,
    instant,
    lines,
    mapping,
    whole,
    words,
)

_NAMES = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
_Counts = tuple[int, int, int, int]
_MARKS = (b'"token_count"', b'"session_meta"', b'"turn_context"')


class _Line(msgspec.Struct):
    type: str = ""
    timestamp: str | None = None
    payload: dict[str, object] | None = None


class _Any(msgspec.Struct):
    pass


_full, _shape = msgspec.json.Decoder(_Line), msgspec.json.Decoder(_Any)


def rows(stream: BinaryIO) -> Rows:
    session, root, model, provider, project = "", "", "unknown", "openai", ""
    before: _Counts | None = None
    for number, line in lines(stream):
        try:
            if not any(mark in line for mark in _MARKS):
                _shape.decode(line)
                continue
            found = _full.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield Skipped(MALFORMED, number)
            continue
        payload = found.payload or {}
        if found.type == "session_meta":
            session = session or words(payload.get("id"))
            # a copied parent brings its own first line along: the last ancestor named is the oldest
            root = words(payload.get("forked_from_id")) or root or words(payload.get("id"))
            provider = words(payload.get("model_provider")) or provider
            project = project or folder_name(payload.get("cwd"))
        elif found.type == "turn_context":
            model = words(payload.get("model")) or model
        elif payload.get("type") == "token_count" and payload.get("info") is not None:
            info = mapping(payload.get("info"))
            try:
                total = _counts(info.get("total_token_usage"))
                last = _counts(info.get("last_token_usage"))
                if total is not None and total == before:
                    continue  # told twice
                used = last or _difference(total, before)
                before = total or before
                if used is None or not any(used):
                    continue
                yield _row(used, total, found, number, (session, root or session, model, provider), project)
            except InputError as error:
                yield Skipped(error.what, number)


def _row(
    used: _Counts,
    total: _Counts | None,
    found: _Line,
    number: int,
    about: tuple[str, str, str, str],
    project: str,
) -> UsageRow:
    session, root, model, provider = about
    at = instant(found.timestamp)
    name = total or found.timestamp
    return UsageRow(
        key=f"{root}:{name}:{used}",
        at=at,
        source=provider,
        model=model,
        usage=checked(
            UsageRecord(input_total=used[0], cache_read=used[1], output_total=used[2], reasoning=used[3], at=at)
        ),
        rank=-int(at.timestamp()),
        line=number,
        conversation=session,
        project=project,
    )


def _counts(value: object) -> _Counts | None:
    if not isinstance(value, dict):
        return None
    first, second, third, fourth = (whole(value.get(name)) for name in _NAMES)
    return first, second, third, fourth


def _difference(total: _Counts | None, before: _Counts | None) -> _Counts | None:
    if total is None or before is None or any(new < old for new, old in zip(total, before, strict=True)):
        return total
    return total[0] - before[0], total[1] - before[1], total[2] - before[2], total[3] - before[3]
