"""Invented words from syllables; a part of the syllables is kept for the held-out measurement."""

from __future__ import annotations

import random
from functools import cache

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


def any_letters(rng: random.Random) -> str:
    """A word of letters in no likely order; never with a syllable of the held-out part."""
    while True:
        word = "".join(rng.choice("aeiouybcdfghjklmnpqrstvwxzaeiourstln") for _ in range(rng.randint(3, 9)))
        if not any(part in word for part in (*HELD_ONSETS, *HELD_CODAS)):
            return word


@cache
def known_words() -> tuple[str, ...]:
    return tuple(sorted(word for word in plain_words() if word.isalpha() and word not in held_words()))


def glued(rng: random.Random) -> str:
    """Pieces of known words as one word, so that every token is met in every place; never a held-out word."""
    while True:
        parts = []
        for _ in range(rng.choice([1, 2, 2, 3])):
            word = rng.choice(known_words())
            start = 0 if rng.random() < 0.6 else rng.randrange(max(1, len(word) - 2))
            parts.append(word[start : start + rng.randint(2, 6)])
        made = "".join(parts)
        held = made in held_words() or any(part in made for part in (*HELD_ONSETS, *HELD_CODAS))
        if len(made) > 2 and not held:
            return made


def invented(rng: random.Random, held: bool = False) -> str:
    roll = 1.0 if held else rng.random()
    if roll < 0.12:
        return any_letters(rng)
    if roll < 0.45:
        return glued(rng)
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
