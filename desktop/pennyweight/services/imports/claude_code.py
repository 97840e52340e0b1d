"""Claude Code's session logs, one JSON object per line.

A streamed answer leaves several lines with growing counts and the same message id: the finished one stays. The id is
the provider's own and unique, so copies in resumed, forked and sub-agent files fall together, with or without their
request id. An advisor's turn inside an answer is not in the answer's counts: it is a row of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageState
from pennyweight.meter.usage import normalize
from pennyweight.services.imports.rows import (
    MALFORMED,
    Rows,
    Skipped,
    UsageRow,
    folder_name,
    instant,
    lines,
    mapping,
    words,
)

_FINISHED = 1 << 50


class _Message(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: dict[str, Any] | None = None


class _Line(msgspec.Struct):
    type: str | None = None
    timestamp: str | None = None
    sessionId: str | None = None  # noqa: N815 - the log's own names
    cwd: str | None = None
    requestId: str | None = None  # noqa: N815
    isApiErrorMessage: bool | None = None  # noqa: N815
    message: _Message | None = None


class _Any(msgspec.Struct):
    """Checks that a line is JSON without keeping any of it."""

    type: object = None


_full, _shape = msgspec.json.Decoder(_Line), msgspec.json.Decoder(_Any)


def rows(stream: BinaryIO) -> Rows:
    held: tuple[_Line, int] | None = None
    for number, line in lines(stream):
        try:
            if _no_answer(line):
                _shape.decode(line)
                continue
            found = _full.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if not _of_another_kind(line):
                yield Skipped(MALFORMED, number)
            continue
        if found.type == "assistant":
            # the lines of one answer mostly follow each other: only the last of them need be worked out
            if held is not None and not _supersedes(found, held[0]):
                yield from _answer(*held)
            held = (found, number)
    if held is not None:
        yield from _answer(*held)


def _no_answer(line: bytes) -> bool:
    r"""True only if the line cannot be an answer with its counts.

    Inside a JSON text every quotation mark is escaped, so a name stands in the bytes as it is, quotes and all, unless
    some of its letters are written as \u00xx.
    """
    return (b'"usage"' not in line or b'"assistant"' not in line) and b"\\u00" not in line


def _of_another_kind(line: bytes) -> bool:
    """True for a readable line that is no answer, whose fields may be of other types than an answer's."""
    try:
        return _shape.decode(line).type != "assistant"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _supersedes(new: _Line, old: _Line) -> bool:
    """True if `new` tells the same answer again with no less in it."""
    one, two = new.message, old.message
    if one is None or two is None or one.usage is None or two.usage is None or not one.id or one.id != two.id:
        return False
    more, less = one.usage.get("output_tokens"), two.usage.get("output_tokens")
    return (
        type(more) is int
        and type(less) is int
        and more >= less
        and not (one.stop_reason is None and two.stop_reason is not None)
    )


def _answer(found: _Line, number: int) -> Rows:
    message = found.message
    if message is None or message.usage is None:
        return
    if message.model == "<synthetic>" or found.isApiErrorMessage:
        yield Skipped("an error message of the program, not an answer", number)
        return
    try:
        at = instant(found.timestamp)
        main = _row(found, message, message.usage, at, number)
        parts = list(_iterations(main, message.usage, at))
    except InputError as error:
        yield Skipped(error.what, number)
        return
    yield main
    yield from parts


def _row(found: _Line, message: _Message, usage: dict[str, Any], at: datetime, number: int) -> UsageRow:
    record = normalize("anthropic", usage, at=at)
    if message.stop_reason is None:
        record = replace(record, usage_state=UsageState.PARTIAL)
    key = message.id or found.requestId
    if not key:
        shape = f"{found.timestamp}|{message.model}|{record.input_total}|{record.cache_read}|{record.output_total}"
        key = hashlib.sha256(shape.encode("utf-8", "replace")).hexdigest()[:32]
    return UsageRow(
        key=key,
        at=at,
        source="anthropic",
        model=message.model or "unknown",
        usage=record,
        rank=record.output_total + (_FINISHED if message.stop_reason else 0),
        line=number,
        conversation=found.sessionId or "",
        project=folder_name(found.cwd),
        stopped=message.stop_reason is None,
    )


def _iterations(main: UsageRow, usage: dict[str, Any], at: datetime) -> Rows:
    found = usage.get("iterations")
    for index, part in enumerate(found if isinstance(found, list) else []):
        one = mapping(part)
        if one and one.get("type") != "message":
            record = replace(normalize("anthropic", one, at=at), usage_state=main.usage.usage_state)
            yield UsageRow(
                key=f"{main.key}:{index}",
                at=at,
                source=main.source,
                model=words(one.get("model")) or main.model,
                usage=record,
                rank=main.rank,
                line=main.line,
                conversation=main.conversation,
                project=main.project,
                stopped=main.stopped,
                note=words(one.get("type"))[:40],
            )
