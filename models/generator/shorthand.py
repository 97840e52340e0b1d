"""Words as they are typed in a hurry, and as they are written: ``tmrw``, ``pls``, ``w/``, ``friday``."""

from __future__ import annotations

import random
import re

from .lists import listed
from .template import capital

CALENDAR = {name.lower(): name for name in (*listed("days"), *listed("months")) if name not in {"March", "May"}}
SHORT = dict(entry.split("=") for entry in listed("shorthand"))
LONG = {long: [short for short, other in SHORT.items() if other == long] for long in SHORT.values()}
BEFORE, AFTER = r"(?<![\w@./'’#+-])", r"(?![\w@/'’-]|\.\w)"
SHORT_WORD = re.compile(rf"{BEFORE}({'|'.join(SHORT)}){AFTER}(?:\.(?= ))?", re.IGNORECASE)
NAMES_TOO = frozenset({"til", "cos", "u", "ur", "mon", "ive"})
"""With a capital these may be a name or a letter."""
LONG_WORD = re.compile(rf"{BEFORE}(?:{'|'.join(sorted(LONG, key=len, reverse=True))}){AFTER}")
WITH = re.compile(r"(?<![\w/])(w/o(?!\w)|w/)(?=[\s\w])")
LOWER_NAME = re.compile(rf"\b(?:{'|'.join(CALENDAR)}|i)\b(?!@)")
SHORT_DAY = re.compile(rf"{BEFORE}(sat|sun|wed)(?= \d)|(?<=\b(?:on|by) )(sat|sun|wed){AFTER}")
WITHS = {"w/": "with", "w/o": "without"}
SHORT_DAYS = {"sat": "Saturday", "sun": "Sunday", "wed": "Wednesday"}
SIGNS = ((" -> ", " to "), (" + ", " and "))


def with_capitals(text: str) -> str:
    """``friday`` and ``i`` as they are written."""
    return LOWER_NAME.sub(lambda match: CALENDAR.get(match.group(), "I"), text)


def spelled_out(text: str) -> str:
    """Short forms, days, months and ``I`` as they are written; words all in capitals stay."""

    def whole(match: re.Match[str]) -> str:
        word = match[1]
        if word[0].isupper() and word.lower() in NAMES_TOO:
            return match.group()
        if not (word.islower() or word.istitle() or word.replace("'", "").istitle()):
            return match.group()
        long = SHORT[word.lower()]
        return capital(long) if word[0].isupper() else long

    text = WITH.sub(lambda match: WITHS[match[1]] + ("" if text[match.end()] == " " else " "), text)
    text = SHORT_DAY.sub(lambda match: SHORT_DAYS[match.group()], SHORT_WORD.sub(whole, text))
    for sign, word in SIGNS:
        text = text.replace(sign, word)
    return with_capitals(text)


def hurried(rng: random.Random, note: str) -> str:
    """A note with short forms: those of its words, and one more."""
    note = LONG_WORD.sub(lambda match: rng.choice(LONG[match.group()]), note)
    words = note.split(" ")
    extra = rng.choice(("pls", "tmrw", "+", "w/", "->", *SHORT))
    words.insert(rng.randint(1, len(words)) if extra not in {"+", "->", "w/"} else max(1, len(words) - 1), extra)
    return " ".join(words)
