"""Texts with stretches that are too long for the library, cut so that their tokens stay the same where possible.

Its byte-pair tokenizers find words with regular expressions that recurse for each character: a word of ten thousands of
letters, spaces or signs overflows the stack and ends the process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

LONGEST = 3_840
"""Characters that stay together. Divisible by 256 and by 3: tokens of a run of one character are as long as that."""
_AROUND = 192
"""Characters on each side of a cut that are looked at: their tokens must not change."""
_STRETCHES = (re.compile(r"[^\n]+"), re.compile(r"[\W_]+"))
"""No tokenizer's word goes beyond a line, unless it has neither letters nor digits."""
_PLACES = (
    re.compile(r"(?<=\w)(?=\s)"),
    re.compile(r"(?<=\S)(?=\s)"),
    re.compile(r"(?<=\w)(?=[^\w\s])|(?<=[^\w\s])(?=\w)"),
)
"""Where a cut most likely changes nothing, best first."""
_TRIES = 4
_TRIES_ANYWHERE = 24
"""More than the letters of most markers, so that a run of them is cut between two."""

Tokens = Callable[[str], list[int]]


def slices(text: str, tokens: Tokens) -> list[str]:
    """The text in pieces without overlong stretches; whole where it has none. `tokens` tells what a cut changes."""
    if len(text) <= LONGEST:
        return [text]
    cuts = {cut for stretch in _STRETCHES for cut in _cuts(text, stretch, tokens)}
    return [text[start:end] for start, end in pairwise([0, *sorted(cuts), len(text)])]


def _cuts(text: str, stretch: re.Pattern[str], tokens: Tokens) -> Iterator[int]:
    for match in stretch.finditer(text):
        start = match.start()
        while match.end() - start > LONGEST:
            start = _best(text, start, tokens)
            yield start


def _best(text: str, start: int, tokens: Tokens) -> int:
    """A place within LONGEST behind `start` where a cut changes no token, or the last place."""
    last = start + LONGEST
    for place in _places(text, start + LONGEST // 2, last):
        left, right = text[max(start, place - _AROUND) : place], text[place : place + _AROUND]
        if tokens(left) + tokens(right) == tokens(left + right):
            return place
    return last


def _places(text: str, first: int, last: int) -> Iterator[int]:
    for pattern in _PLACES:
        found = [match.start() for match in pattern.finditer(text, first, last + 1)]
        yield from reversed(found[-_TRIES:])
    yield from range(last, last - _TRIES_ANYWHERE, -1)
