"""Tells a model's reasoning from its answer, while it streams.

The markers are data. A block may open at the start of an answer (in plain text or as control tokens), later on only by
control tokens, so that an answer that talks about `<think>` stays an answer. Other control tokens are not shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from pennyweight.engine.stop_text import partial_suffix


@dataclass(frozen=True, slots=True)
class Block:
    """The markers around reasoning."""

    open: str
    close: str


BLOCKS = (
    Block("<think>", "</think>"),
    Block("<thinking>", "</thinking>"),
    Block("<thought>", "</thought>"),
    Block("<reasoning>", "</reasoning>"),
    Block("<seed:think>", "</seed:think>"),
    Block("[THINK]", "[/THINK]"),
    Block("◁think▷", "◁/think▷"),
    Block("<|START_THINKING|>", "<|END_THINKING|>"),
    Block("<|begin_of_thought|>", "<|end_of_thought|>"),
    Block("<|channel|>analysis<|message|>", "<|end|>"),
    Block("<|channel>thought", "<channel|>"),
    Block("<unused94>thought", "<unused95>"),
)
SILENT = (
    "<|start|>assistant",
    "<|channel|>final<|message|>",
    "<|channel|>commentary<|message|>",
    "<|START_RESPONSE|>",
    "<|END_RESPONSE|>",
    "<|begin_of_solution|>",
    "<|end_of_solution|>",
)
_MARKERS = tuple(block.open for block in BLOCKS) + SILENT


class _State(Enum):
    START = auto()
    """Only white space so far: a marker may follow."""
    REASONING = auto()
    ANSWER = auto()


Piece = tuple[str, bool]
"""Text, and whether it is reasoning."""


class ReasoningSplitter:
    """Feed text in order; get the pieces that are certain. `block` is one that the prompt itself has opened."""

    def __init__(self, block: Block | None = None) -> None:
        self._block = block or BLOCKS[0]
        self._state = _State.REASONING if block else _State.START
        self._held = ""
        self._plain = ""
        self._fresh = True

    @property
    def reasoning(self) -> bool:
        return self._state is _State.REASONING

    @property
    def undecided(self) -> bool:
        """True while what was fed last may still become a marker."""
        return self._state is not _State.REASONING and bool(self._held.strip())

    def feed(self, text: str, *, control: bool = False) -> list[Piece]:
        """`control` tells that the text is that of a control token."""
        if self._state is _State.ANSWER and not self._held and not control:
            return [(text, False)] if text else []
        self._held += text
        self._plain += "" if control and not self.reasoning else text
        pieces: list[Piece] = []
        while self._step(pieces):
            pass
        return pieces

    def finish(self) -> list[Piece]:
        pieces: list[Piece] = []
        self._emit(pieces, self._held if self.reasoning else self._plain)
        self._held = self._plain = ""
        return pieces

    def _step(self, pieces: list[Piece]) -> bool:
        """One decision about what is held; True if there may be another."""
        if self.reasoning:
            return self._inside(pieces)
        bare = self._held.lstrip()
        marker = next((marker for marker in _MARKERS if bare.startswith(marker)), None)
        if marker is not None:
            block = next((block for block in BLOCKS if block.open == marker), None)
            self._block = block or self._block
            self._state = _State.REASONING if block else _State.START
            self._fresh = True
            self._held = self._plain = bare[len(marker) :]
            return bool(self._held)
        if any(marker.startswith(bare) for marker in _MARKERS) and (bare or self._state is _State.START):
            return False
        plain, self._held, self._plain = self._plain, "", ""
        if plain.strip() or self._state is _State.ANSWER:
            self._emit(pieces, plain)
            self._state = _State.ANSWER
        return False

    def _inside(self, pieces: list[Piece]) -> bool:
        close = self._block.close
        at = self._held.find(close)
        if at < 0:
            keep = partial_suffix(self._held, close)
            self._emit(pieces, self._held[: len(self._held) - keep])
            self._held = self._held[len(self._held) - keep :]
            self._plain = self._held
            return False
        self._emit(pieces, self._held[:at])
        self._held = self._plain = self._held[at + len(close) :]
        self._state = _State.START
        self._fresh = True
        return True

    def _emit(self, pieces: list[Piece], text: str) -> None:
        if self._fresh:
            text = text.lstrip()
        if text:
            self._fresh = False
            pieces.append((text, self.reasoning))


def opened_by(prompt_end: str) -> Block | None:
    """The block that the last template text of a prompt has opened, if it has."""
    end = prompt_end.rstrip()
    return next((block for block in BLOCKS if end.endswith(block.open)), None)
