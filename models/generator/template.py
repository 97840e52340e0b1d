"""Patterns: ``{slot}`` is filled, ``[[wordy|short]]`` is its left part in the source and its right in the answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from .grammar import common_first_words
from .lexicon import plain_words
from .lists import listed

SLOT = re.compile(r"\{([A-Za-z]+\d*)\}")
EDIT = re.compile(r"\[\[(.*?)\|(.*?)\]\]")
LOWER_FIRST = frozenset(listed("lower_first"))


SHORT_FORM = re.compile(r"(?:\b[ap]\.m|\bInc)\.$")


def bare(sentence: str) -> str:
    """A sentence without its full stop; the one of ``p.m.`` stays."""
    return sentence if SHORT_FORM.search(sentence) else sentence.rstrip(".")


def slot_type(name: str) -> str:
    return name.rstrip("0123456789")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    return text[:1].lower() + text[1:]


def uncapital(text: str) -> str:
    """Lower the first letter of a sentence where its first word is not a name."""
    word = text.split(" ", 1)[0].strip(",.")
    common = word in LOWER_FIRST or word in common_first_words() or (word.istitle() and word.lower() in plain_words())
    return small(text) if common else text


def fill(pattern: str, maker: Callable[[str], str], bound: dict[str, str]) -> str:
    """Fill the slots; the same slot of one pattern (or of one ``bound``) always has the same value."""

    def one(match: re.Match[str]) -> str:
        name = match.group(1)
        key = name[0].lower() + name[1:]
        if key not in bound:
            bound[key] = maker(key)
        return capital(bound[key]) if name[0].isupper() else bound[key]

    return SLOT.sub(one, pattern)


def articles(text: str) -> str:
    """``a apple`` -> ``an apple`` (by the letter, which is good enough here)."""
    text = re.sub(r"(?<![\w.'-])a (?=[aeioéóáí])", "an ", text)
    return re.sub(r"(?m)^A (?=[aeioéóáí])", "An ", text)


def both_sides(text: str) -> tuple[str, str]:
    """The source and the answer of a text with edits in it."""
    source = EDIT.sub(lambda match: match.group(1), text)
    answer = EDIT.sub(lambda match: match.group(2), text)
    return articles(tidy(source)), articles(tidy(answer))


def tidy(text: str) -> str:
    text = re.sub(r" +", " ", text).strip()
    return "\n".join(capital(line.strip()) for line in text.split("\n"))
