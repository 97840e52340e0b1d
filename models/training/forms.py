"""The first values of the embedding: the four forms of a word (small, capital, after a space or not) begin alike."""

from __future__ import annotations

import torch
from torch import Tensor

from ..tokenizer.split import SPECIALS, to_letters

SPACE = to_letters(" ")


def form_of(token: str) -> tuple[str, int]:
    """The plain form of a token, and which of the four forms it is."""
    word = token.removeprefix(SPACE)
    spaced = word != token and bool(word)
    if not spaced:
        word = token
    capital = word[0].isascii() and word[0].isupper()
    return (word[0].lower() + word[1:] if capital else word), 2 * spaced + capital


def first_embedding(tokens: list[str], width: int, spread: float = 0.02) -> Tensor:
    """One row a token (normal, standard deviation `spread`): most of it shared by the forms of a word."""
    plain = {word: index for index, word in enumerate(dict.fromkeys(form_of(token)[0] for token in tokens))}
    shared, forms, own = torch.randn(len(plain), width), torch.randn(4, width), torch.randn(len(tokens), width)
    words = torch.tensor([plain[form_of(token)[0]] for token in tokens])
    kinds = torch.tensor([form_of(token)[1] for token in tokens])
    mixed = 0.8 * shared[words] + 0.45 * forms[kinds] + 0.4 * own
    mixed[: len(SPECIALS)] = own[: len(SPECIALS)]
    return spread * mixed
