"""From sampled tokens to the pieces that are sent: bytes to text, reasoning, stop strings, few messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pennyweight.engine.reasoning import Block, ReasoningSplitter
from pennyweight.engine.stop_text import StopText
from pennyweight.engine.utf8 import Utf8Stream

FLUSH_SECONDS = 0.012
"""A model of a thousand tokens per second would otherwise send a thousand messages."""


class Output:
    """Collects one answer. `send(text, reasoning, tokens)` gets the first piece at once, later ones bundled."""

    def __init__(
        self, send: Callable[[str, bool, int], None], stops: Sequence[str], block: Block | None = None
    ) -> None:
        self._send = send
        self._utf8 = Utf8Stream()
        self._splitter = ReasoningSplitter(block)
        self._stop = StopText(stops)
        self._waiting: list[str] = []
        self._waiting_reasoning = False
        self._flushed_at = 0.0
        self._undecided = 0
        self.tokens = 0
        self.reasoning_tokens = 0
        self.answer_from = 0
        """How many tokens came before the answer's first."""
        self.text = ""
        """The whole answer so far, reasoning left out."""

    @property
    def stopped(self) -> bool:
        """A stop string has been reached."""
        return self._stop.hit is not None

    def add(self, piece: bytes, *, control: bool) -> None:
        """The next token's bytes. `control` tokens are shown only where they are reasoning markers (as nothing)."""
        self.tokens += 1
        before = self._splitter.reasoning
        self._pass_on(self._splitter.feed(self._utf8.feed(piece), control=control))
        self._count(before)
        if self._waiting and time.monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()

    def _count(self, before: bool) -> None:
        self._undecided += 1
        if self._splitter.undecided:
            return
        if before or self._splitter.reasoning:
            self.reasoning_tokens += self._undecided
            self.answer_from = self.tokens
        self._undecided = 0

    def _pass_on(self, pieces: list[tuple[str, bool]]) -> None:
        for text, reasoning in pieces:
            shown = text if reasoning else self._stop.feed(text)
            self._queue(shown, reasoning)

    def _queue(self, text: str, reasoning: bool) -> None:
        if not text:
            return
        if self._waiting and reasoning != self._waiting_reasoning:
            self.flush()
        if not reasoning:
            self.text += text
        self._waiting.append(text)
        self._waiting_reasoning = reasoning

    def flush(self) -> None:
        if self._waiting:
            self._send("".join(self._waiting), self._waiting_reasoning, self.tokens)
            self._waiting.clear()
            self._flushed_at = time.monotonic()

    def finish(self) -> None:
        """The end of the answer: everything that was held back."""
        self._pass_on(self._splitter.feed(self._utf8.finish()))
        self._pass_on(self._splitter.finish())
        if not self.stopped:
            self._queue(self._stop.finish(), False)
        self.flush()
