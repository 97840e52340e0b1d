"""Claude.ai's export: no model, no tokens. Each turn's input is all the text before it, attachments included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

import msgspec

from pennyweight.domain.errors import InputError
from pennyweight.services.imports.chatgpt import tokens
from pennyweight.services.imports.json_items import documents
from pennyweight.services.imports.rows import MALFORMED, EstimateRow, Rows, Skipped, instant, listing, mapping, words


def rows(stream: BinaryIO) -> Rows:
    for number, text in documents(stream):
        try:
            chat = mapping(msgspec.json.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield Skipped(MALFORMED, number)
            continue
        before = 0
        for message in map(mapping, listing(chat.get("chat_messages"))):
            size = _size(message)
            if message.get("sender") == "assistant" and size:
                try:
                    at = instant(message.get("created_at") or chat.get("created_at"))
                    yield EstimateRow(
                        key=words(message.get("uuid")) or f"{words(chat.get('uuid'))}:{at.isoformat()}",
                        at=at,
                        source="claude-ai",
                        model="",
                        conversation=words(chat.get("uuid")),
                        input_tokens=tokens(before),
                        output_tokens=tokens(size),
                        line=number,
                    )
                except InputError as error:
                    yield Skipped(error.what, number)
            before += size


def _size(message: Mapping[str, object]) -> int:
    texts = [words(message.get("text"))]
    if not texts[0]:
        texts = [words(mapping(part).get("text")) for part in listing(message.get("content"))]
    texts += [words(mapping(one).get("extracted_content")) for one in listing(message.get("attachments"))]
    return sum(len(text.encode("utf-8", "replace")) for text in texts)
