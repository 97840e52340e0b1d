"""ChatGPT's export: no tokens, no cost. Every branch was generated, so every branch is estimated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

import msgspec

from pennyweight.domain.errors import InputError
from pennyweight.services.imports.json_items import documents
from pennyweight.services.imports.rows import MALFORMED, EstimateRow, Rows, Skipped, instant, listing, mapping, words


def tokens(text_bytes: int) -> tuple[int, int, int]:
    """Tokens of so many bytes of text: about four bytes each, five to two and a half at the edges."""
    return text_bytes // 5, -(-text_bytes // 4), -(-text_bytes * 2 // 5)


def rows(stream: BinaryIO) -> Rows:
    for number, text in documents(stream):
        try:
            chat = mapping(msgspec.json.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield Skipped(MALFORMED, number)
            continue
        nodes = {key: mapping(node) for key, node in mapping(chat.get("mapping")).items()}
        kept = _path(nodes, words(chat.get("current_node")))
        sizes: dict[str, int] = {}
        for key, node in nodes.items():
            message = mapping(node.get("message"))
            if mapping(message.get("author")).get("role") != "assistant" or not _size(node):
                continue
            before = _before(nodes, words(node.get("parent")), sizes)
            try:
                at = instant(message.get("create_time") or chat.get("create_time"))
            except InputError as error:
                yield Skipped(error.what, number)
                continue
            low, expected, high = tokens(before)
            yield EstimateRow(
                key=f"{words(chat.get('id') or chat.get('conversation_id'))}:{key}",
                at=at,
                source="chatgpt",
                model=words(mapping(message.get("metadata")).get("model_slug")),
                conversation=words(chat.get("id")),
                input_tokens=(low, expected, high),
                output_tokens=tokens(_size(node)),
                kept=key in kept,
                line=number,
            )


def _size(node: Mapping[str, object]) -> int:
    parts = listing(mapping(mapping(node.get("message")).get("content")).get("parts"))
    return sum(len(part.encode("utf-8", "replace")) for part in parts if isinstance(part, str))


def _path(nodes: dict[str, Mapping[str, object]], key: str) -> set[str]:
    path: set[str] = set()
    while key in nodes and key not in path:
        path.add(key)
        key = words(nodes[key].get("parent"))
    return path


def _before(nodes: dict[str, Mapping[str, object]], key: str, sizes: dict[str, int]) -> int:
    """Bytes of everything from the root to `key`."""
    way: list[str] = []
    seen: set[str] = set()
    while key in nodes and key not in sizes and key not in seen:
        seen.add(key)
        way.append(key)
        key = words(nodes[key].get("parent"))
    total = sizes.get(key, 0)
    for step in reversed(way):
        total += _size(nodes[step])
        sizes[step] = total
    return total
