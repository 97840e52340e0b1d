"""Reasoning that a server leaves in the text: `<think>…</think>` at the very beginning of an answer, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from pennyweight.cloud.wire.base import Piece

_OPEN, _CLOSE = "<think>", "</think>"


class _Where(Enum):
    START = 0
    OPENED = 1
    """The block has begun; blank lines before the thought are dropped."""
    INSIDE = 2
    AFTER = 3
    """The block has ended; blank lines before the answer are dropped."""
    ANSWER = 4


class ThinkingSplitter:
    """Feed text as it comes; get it back as reasoning and answer, however the marks are split."""

    def __init__(self) -> None:
        self._where = _Where.START
        self._held = ""

    def feed(self, text: str) -> Iterator[Piece]:
        self._held += text
        if self._where is _Where.START:
            self._start()
        if self._where is _Where.OPENED:
            self._held = self._held.lstrip()
            self._where = _Where.INSIDE if self._held else _Where.OPENED
        if self._where is _Where.INSIDE:
            yield from self._inside()
        if self._where is _Where.AFTER:
            self._held = self._held.lstrip()
            self._where = _Where.ANSWER if self._held else _Where.AFTER
        if self._where is _Where.ANSWER:
            yield from self.close()

    def close(self) -> Iterator[Piece]:
        """What was held back, at the end."""
        held, self._held = self._held, ""
        if held:
            yield Piece(held, reasoning=self._where in (_Where.OPENED, _Where.INSIDE))

    def _start(self) -> None:
        seen = self._held.lstrip()
        if seen.startswith(_OPEN):
            self._where, self._held = _Where.OPENED, seen[len(_OPEN) :]
        elif not _OPEN.startswith(seen):
            self._where = _Where.ANSWER

    def _inside(self) -> Iterator[Piece]:
        thought, mark, rest = self._held.partition(_CLOSE)
        if mark:
            self._where, self._held = _Where.AFTER, rest
        else:
            kept = next(size for size in range(len(_CLOSE) - 1, -1, -1) if thought.endswith(_CLOSE[:size]))
            cut = len(thought) - kept
            thought, self._held = thought[:cut], thought[cut:]
        if thought:
            yield Piece(thought, reasoning=True)
