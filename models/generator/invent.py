"""Invented words from syllables; a part of the syllables is kept for the held-out measurement."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

from ..tokenizer.bpe import FILE, Tokenizer
from .lexicon import held_words, plain_words
from .lists import listed

ONSETS = listed("onsets")
NUCLEI = listed("nuclei")
ACCENTED = listed("accented")
CODAS = listed("codas")
HELD_ONSETS = listed("held_onsets")
HELD_CODAS = listed("held_codas")


def syllable(rng: random.Random, held: bool) -> str:
    onset = rng.choice(HELD_ONSETS if held and rng.random() < 0.5 else ONSETS)
    nucleus = rng.choice(ACCENTED) if rng.random() < 0.06 else rng.choice(NUCLEI)
    coda = ""
    if rng.random() < 0.45:
        coda = rng.choice(HELD_CODAS if held and rng.random() < 0.5 else CODAS)
    return onset + nucleus + coda


def may_be_used(word: str) -> bool:
    """Whether a word made by chance may be used in training: it is not of the held-out part."""
    return word not in held_words() and not any(part in word for part in (*HELD_ONSETS, *HELD_CODAS))


def usable(make: Callable[[], str]) -> str:
    """The first of the made words that training may use."""
    while True:
        made = make()
        if len(made) > 2 and may_be_used(made):
            return made


def any_letters(rng: random.Random) -> str:
    """A word of letters in no likely order."""
    return "".join(rng.choice("aeiouybcdfghjklmnpqrstvwxzaeiourstln") for _ in range(rng.randint(3, 9)))


FAR_LETTERS = tuple(letter for letter in map(chr, range(0xC0, 0x180)) if letter.isalpha() and letter.islower())


def far_letters(rng: random.Random) -> str:
    """A word with letters of any Latin alphabet, each as likely as another."""
    return "".join(rng.choice(FAR_LETTERS) if rng.random() < 0.4 else any_letters(rng)[0] for _ in range(5))


@cache
def vocabulary() -> tuple[str, ...]:
    """The tokens that are small letters and nothing else; none before there is a vocabulary."""
    tokens = Tokenizer.load().tokens if FILE.exists() else []
    return tuple(token for token in tokens if token.isascii() and token.isalpha() and token.islower())


def spelled(rng: random.Random) -> str:
    """Random tokens as one word: a token that is never written in training is not copied later either."""
    parts = [rng.choice(vocabulary()) for _ in range(rng.choices([1, 2, 3], [0.5, 0.35, 0.15])[0])]
    return "".join(parts)


def even(rng: random.Random) -> str:
    """A word whose first token is as likely as any other, which in ordinary words and names is far from so."""
    return usable(lambda: spelled(rng) if vocabulary() else any_letters(rng))


@cache
def known_words() -> tuple[str, ...]:
    return tuple(sorted(word for word in plain_words() if word.isalpha() and word not in held_words()))


def glued(rng: random.Random) -> str:
    """Pieces of known words as one word."""
    parts = []
    for _ in range(rng.choice([1, 2, 2, 3])):
        word = rng.choice(known_words())
        start = 0 if rng.random() < 0.6 else rng.randrange(max(1, len(word) - 2))
        parts.append(word[start : start + rng.randint(2, 6)])
    return "".join(parts)


def any_word(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.15:
        return any_letters(rng)
    if roll < 0.2:
        return far_letters(rng)
    return spelled(rng) if roll < 0.72 and vocabulary() else glued(rng)


def by_chance(rng: random.Random) -> str:
    """A word for training that follows no rule."""
    return usable(lambda: any_word(rng))


def invented(rng: random.Random, held: bool = False) -> str:
    if not held and rng.random() < 0.6:
        return by_chance(rng)
    word = ""
    while not word or (word in held_words() and not held):
        count = rng.choices([1, 2, 3], [0.15, 0.6, 0.25])[0]
        word = "".join(syllable(rng, held) for _ in range(count))
    if held and not any(part in word for part in HELD_ONSETS):
        word = rng.choice(HELD_ONSETS) + word.lstrip("bcdfghjklmnpqrstvwxz")
    if len(word) < 3:
        word += rng.choice("aeiou") + rng.choice("lnrs")
    if rng.random() < 0.04:
        word += "-" + syllable(rng, held)
    return word
