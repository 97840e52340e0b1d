"""Cutting a text of any length into parts, on its structure: headings, paragraphs, lines, sentences, words, letters.

Nothing is lost and nothing is doubled: the parts, one after the other, are the text. No two runs cut differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CountTokens = Callable[[str], int]

_HEADING = re.compile(r"(?:#{1,6}\s|(?:chapter|section|part)\s+[\divxlc]+\b)", re.IGNORECASE)
_ENOUGH = 0.6
"""A part that has reached this share of its size ends in front of a heading."""
_CUTS: tuple[re.Pattern[str], ...] = (
    re.compile(r"(?<=\n)(?=[^\S\n]*\n)(?:[^\S\n]*\n)+|(?<=\n)(?=#{1,6}\s)"),  # paragraphs, headings
    re.compile(r"(?<=\n)"),  # lines
    re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s+"),  # sentences
    re.compile(r"\s+"),  # words
)


@dataclass(frozen=True, slots=True)
class _Unit:
    text: str
    tokens: int

    @property
    def is_heading(self) -> bool:
        return _HEADING.match(self.text.lstrip()) is not None


def split_text(text: str, budget: int, count: CountTokens) -> list[str]:
    """Parts of at most `budget` tokens each (one letter at least), of about equal size; `"".join` gives the text."""
    if budget < 1:
        raise ValueError("a part needs at least one token")
    if not text:
        return []
    whole = count(text)
    if whole <= budget:
        return [text]
    units = _units(text, budget, count, 0)
    total = sum(unit.tokens for unit in units)
    parts_needed = -(-total // budget)
    # A little more than the even share, so that the rounding does not leave a crumb at the end.
    target = min(budget, int(total / parts_needed * 1.08) + 1)
    return _pack(units, target, budget, count)


def _units(text: str, budget: int, count: CountTokens, level: int) -> list[_Unit]:
    """Pieces of at most `budget` tokens, cut no finer than needed."""
    tokens = count(text)
    if tokens <= budget or len(text) <= 1:
        return [_Unit(text, tokens)]
    if level == len(_CUTS):
        return _letters(text, tokens, budget, count)
    pieces = _cut(text, _CUTS[level])
    if len(pieces) == 1:
        return _units(text, budget, count, level + 1)
    units: list[_Unit] = []
    for piece in pieces:
        units += _units(piece, budget, count, level + 1)
    return units


def _cut(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Pieces that end where the pattern's match ends."""
    ends = sorted({match.end() for match in pattern.finditer(text)} | {len(text)})
    pieces, start = [], 0
    for end in ends:
        if end > start:
            pieces.append(text[start:end])
            start = end
    return pieces


def _letters(text: str, tokens: int, budget: int, count: CountTokens) -> list[_Unit]:
    """The hard cut, for a text without any space in reach."""
    half = max(1, min(len(text) - 1, int(len(text) * budget / tokens * 0.9)))
    units: list[_Unit] = []
    for start in range(0, len(text), half):
        piece = text[start : start + half]
        size = count(piece)
        units += [_Unit(piece, size)] if size <= budget or len(piece) == 1 else _letters(piece, size, budget, count)
    return units


def _pack(units: Sequence[_Unit], target: int, budget: int, count: CountTokens) -> list[str]:
    parts: list[str] = []
    current: list[_Unit] = []
    size = 0
    for unit in units:
        full = size + unit.tokens > target
        if current and (full or (unit.is_heading and size >= target * _ENOUGH)):
            parts += _checked(current, budget, count)
            current, size = [], 0
        current.append(unit)
        size += unit.tokens
    if current:
        parts += _checked(current, budget, count)
    return _without_blank(parts, budget, count)


def _checked(units: Sequence[_Unit], budget: int, count: CountTokens) -> list[str]:
    """The units as one part; as two where their tokens together are more than their sum."""
    text = "".join(unit.text for unit in units)
    if len(units) == 1 or count(text) <= budget:
        return [text]
    middle = len(units) // 2
    return _checked(units[:middle], budget, count) + _checked(units[middle:], budget, count)


def _without_blank(parts: list[str], budget: int, count: CountTokens) -> list[str]:
    """Blank parts join the part before or after them where that leaves it within the budget."""
    kept: list[str] = []
    for part in parts:
        if kept and (not part.strip() or not kept[-1].strip()) and count(kept[-1] + part) <= budget:
            kept[-1] += part
        else:
            kept.append(part)
    return kept


def group_texts(texts: Sequence[str], budget: int, count: CountTokens) -> list[list[str]]:
    """Neighbours together, as many as fit into `budget` tokens, at least two where there are two."""
    groups: list[list[str]] = []
    size = 0
    for text in texts:
        tokens = count(text) + 2
        if groups and (size + tokens <= budget or len(groups[-1]) < 2):
            groups[-1].append(text)
            size += tokens
        else:
            groups.append([text])
            size = tokens
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]] if len(groups[-2]) == 2 else _evened(groups[-2], groups[-1])
    return groups


def _evened(left: list[str], right: list[str]) -> list[list[str]]:
    return [left[:-1], [left[-1], *right]]
