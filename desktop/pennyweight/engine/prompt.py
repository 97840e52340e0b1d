"""From a rendered prompt to token ids, so that nothing a person wrote can become a control token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from pennyweight.engine.template import Part

SENTENCEPIECE = 1
"""The vocabulary kind whose tokenizer puts a space in front of every text it is given."""

CONTROL, UNKNOWN, USER_DEFINED = 8, 1, 16


class Tokenizer(Protocol):
    """What is needed of a model's vocabulary."""

    kind: int
    bos: int
    add_bos: bool

    def tokenize(self, text: str, *, special: bool) -> list[int]: ...
    def piece(self, token: int) -> bytes: ...
    def attributes(self, token: int) -> int: ...


class AnswerMemory:
    """The token ids of answers the model gave, by their text.

    A text can be cut into tokens in several ways. Using the ids that were generated keeps the next prompt equal to what
    the KV cache holds.
    """

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._answers: dict[str, tuple[int, ...]] = {}

    def remember(self, text: str, tokens: Sequence[int]) -> None:
        """Keep the ids of an answer; spaces and line breaks around it do not matter for finding it."""
        self._answers.pop(text.strip(), None)
        self._answers[text.strip()] = tuple(tokens)
        while len(self._answers) > self._limit:
            del self._answers[next(iter(self._answers))]

    def tokens_of(self, text: str) -> tuple[int, ...] | None:
        return self._answers.get(text.strip())


class PromptBuilder:
    """Token ids of prompts for one vocabulary."""

    def __init__(self, vocabulary: Tokenizer, answers: AnswerMemory) -> None:
        self._vocabulary = vocabulary
        self._answers = answers
        self._template: set[int] = set()
        self._newline = vocabulary.tokenize("\n", special=False) if vocabulary.kind == SENTENCEPIECE else []

    def use_template(self, example: Sequence[Part]) -> None:
        """Tell what the template writes, so that a text has the tokens alone that it has in a prompt."""
        self._template = self._structural(example)

    def build(self, parts: Sequence[Part]) -> list[int]:
        """One prompt: template text with its control tokens, contents without, the BOS token exactly once."""
        tokens: list[int] = []
        structural = self._template | self._structural(parts)
        for part in _spaces_to_contents(parts):
            after_text = bool(tokens) and not self._is_special(tokens[-1])
            if part.role is None:
                tokens += self._cut(part.text, special=True, after_text=after_text)
                continue
            known = self._answers.tokens_of(part.text) if part.role == "assistant" else None
            tokens += known if known is not None else self._content(part.text, structural, after_text)
        return self._with_bos(tokens)

    def text_tokens(self, text: str) -> list[int]:
        """Token ids of a bare text."""
        return self._content(text, self._template, after_text=True)

    def _structural(self, parts: Sequence[Part]) -> set[int]:
        """The special tokens that the template itself uses."""
        found = (self._vocabulary.tokenize(part.text, special=True) for part in parts if part.role is None)
        return {token for tokens in found for token in tokens if self._is_special(token)}

    def _content(self, text: str, structural: set[int], after_text: bool) -> list[int]:
        """Tokens of a content. Should a marker of the template come out (tokenizers match "user defined" ones in any
        text), the text is cut inside every such marker, so that it stays the letters that were written."""
        tokens = self._cut(text, special=False, after_text=after_text)
        markers = self._markers(tokens, structural)
        cuts = sorted({match.start() + 1 for marker in markers for match in re.finditer(re.escape(marker), text)})
        if not cuts:
            return tokens
        tokens = []
        for start, end in pairwise([0, *cuts, len(text)]):
            tokens += self._content(text[start:end], structural, after_text or start > 0)
        return tokens

    def _markers(self, tokens: Sequence[int], structural: set[int]) -> list[str]:
        """The markers of the template among `tokens`, as text; those of one letter cannot be cut."""
        found = {token for token in set(tokens) if self._vocabulary.attributes(token) & CONTROL or token in structural}
        texts = (self._vocabulary.piece(token).decode("utf-8", "replace") for token in found)
        return [text for text in texts if len(text) > 1 and text.strip()]

    def _cut(self, text: str, *, special: bool, after_text: bool) -> list[int]:
        if not (self._newline and after_text):
            return self._vocabulary.tokenize(text, special=special)
        # In the middle of a text no space belongs in front: let it fall on a line break, and take that away again.
        tokens = self._vocabulary.tokenize("\n" + text, special=special)
        if tokens[: len(self._newline)] == self._newline:
            return tokens[len(self._newline) :]
        return self._vocabulary.tokenize(text, special=special)

    def _is_special(self, token: int) -> bool:
        return bool(self._vocabulary.attributes(token) & (CONTROL | UNKNOWN | USER_DEFINED))

    def _with_bos(self, tokens: list[int]) -> list[int]:
        bos = self._vocabulary.bos
        if bos < 0:
            return tokens
        start = 0
        while start < len(tokens) and tokens[start] == bos:
            start += 1
        return [bos, *tokens[start:]] if start or self._vocabulary.add_bos else tokens


def _spaces_to_contents(parts: Sequence[Part]) -> list[Part]:
    """Spaces at the end of template text move to the content that follows: tokenizers glue them to the next word."""
    moved = list(parts)
    for index in range(len(moved) - 1):
        part, following = moved[index], moved[index + 1]
        if part.role is None and following.role is not None and part.text.endswith(" "):
            bare = part.text.rstrip(" ")
            moved[index] = Part(bare)
            moved[index + 1] = Part(part.text[len(bare) :] + following.text, following.role)
    return [part for part in moved if part.text]
