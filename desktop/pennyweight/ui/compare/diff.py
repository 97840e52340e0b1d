"""Where two answers differ, word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_WORD = re.compile(r"\w+|[^\w\s]")
_MOST_WORDS = 4_000
"""Beyond this the comparison would take longer than a person waits; the rest is left unmarked."""

Span = tuple[int, int]


def differences(text: str, other: str) -> list[Span]:
    """Character spans of `text` whose words are not in `other` at that place; neighbours joined."""
    mine, theirs = _words(text), _words(other)
    matcher = SequenceMatcher(
        None, [text[start:end].lower() for start, end in mine], [other[a:b].lower() for a, b in theirs], autojunk=False
    )
    spans = []
    for tag, first, last, _, _ in matcher.get_opcodes():
        if tag in ("replace", "delete") and last > first:
            spans.append((mine[first][0], mine[last - 1][1]))
    return spans


def nearest(text: str, others: Sequence[str]) -> int:
    """Which of `others` has most words in common with `text`; the first of those that have as many."""
    wanted = [text[start:end].lower() for start, end in _words(text)]
    shares = [
        SequenceMatcher(None, wanted, [other[start:end].lower() for start, end in _words(other)]).quick_ratio()
        for other in others
    ]
    return shares.index(max(shares))


def _words(text: str) -> list[Span]:
    return [match.span() for match, _ in zip(_WORD.finditer(text), range(_MOST_WORDS), strict=False)]
