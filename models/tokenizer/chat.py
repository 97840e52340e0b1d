"""ChatML as token ids, as the chat template of the model file gives it."""

from __future__ import annotations

from collections.abc import Iterable

from ..generator.example import Turn
from .bpe import Tokenizer
from .split import IM_END, IM_START


def prompt_ids(tokenizer: Tokenizer, turns: Iterable[Turn]) -> list[int]:
    """The turns and the opening of the answer."""
    newline = tokenizer.encode("\n")
    ids: list[int] = []
    for turn in turns:
        ids += [IM_START, *tokenizer.encode(f"{turn.role}\n"), *tokenizer.encode(turn.text), IM_END, *newline]
    return [*ids, IM_START, *tokenizer.encode("assistant\n")]
