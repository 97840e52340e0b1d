"""Gemini CLI's chats: one JSON object, or one message per line. A message told again replaces the earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.services.imports.json_items import documents
from pennyweight.services.imports.rows import (
    MALFORMED,
    Rows,
    Skipped,
    UsageRow,
    checked,
    instant,
    lines,
    mapping,
    whole,
    words,
)


class _Chat(msgspec.Struct):
    """A whole chat with its messages still as text, so that only one of them is unfolded at a time."""

    sessionId: object = None  # noqa: N815 - the file's own name
    messages: msgspec.Raw = msgspec.Raw(b"null")


_chat, _messages = msgspec.json.Decoder(_Chat), msgspec.json.Decoder(list[msgspec.Raw] | None)


def rows(stream: BinaryIO) -> Rows:
    session = ""
    for number, text in _texts(stream):
        try:
            chat = _chat.decode(text)
            session = words(chat.sessionId) or session
            for message in _messages.decode(chat.messages) or [text]:
                one = mapping(msgspec.json.decode(message))
                if one.get("type") == "gemini" and isinstance(one.get("tokens"), dict):
                    try:
                        yield _row(one, session, number)
                    except InputError as error:
                        yield Skipped(error.what, number)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield Skipped(MALFORMED, number)


def _texts(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    first = stream.readline(1 << 20)
    stream.seek(0)
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return documents(stream)
    return lines(stream)


def _row(one: object, session: str, number: int) -> UsageRow:
    message = mapping(one)
    tokens = mapping(message.get("tokens"))
    at = instant(message.get("timestamp"))
    counted = {name: whole(tokens.get(name)) for name in ("input", "output", "cached", "thoughts", "tool")}
    total = tokens.get("total")
    return UsageRow(
        key=f"{session}:{words(message.get('id')) or at.isoformat()}",
        at=at,
        source="google",
        model=words(message.get("model")) or "unknown",
        usage=checked(
            UsageRecord(
                input_total=counted["input"] + counted["tool"],
                cache_read=counted["cached"],
                tool_prompt=counted["tool"],
                output_total=counted["output"] + counted["thoughts"],
                reasoning=counted["thoughts"],
                at=at,
                provider_total=None if total is None else whole(total),
            )
        ),
        line=number,
        conversation=session,
    )
