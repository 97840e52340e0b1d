"""How a note becomes a sentence: its first words decide what is put in front, and the rest is copied as it stands.

Nothing behind the first word is reworded, so that names, dates and amounts are only ever copied. A note that no rule
knows gets a capital and a full stop.
"""

from __future__ import annotations

import re

from .lists import listed
from .template import bare, capital

ASKING = frozenset(listed("asking_verbs"))
ASKED = frozenset(listed("asking_subjects"))
ORDERS = frozenset(listed("orders"))
POSSIBLE_ORDERS = frozenset(listed("possible_orders"))
OBJECTS = frozenset(listed("objects"))
WISHES = frozenset(listed("wishes"))
OWN = frozenset(listed("own_verbs"))
CALENDAR = {name.lower(): name for name in (*listed("days"), *listed("months")) if name not in {"March", "May"}}
LOWER_NAME = re.compile(rf"\b(?:{'|'.join(CALENDAR)}|i)\b(?!@)")


def is_question(words: list[str]) -> bool:
    return words[0] in ASKING and len(words) > 1 and words[1] in ASKED


def is_order(words: list[str], text: str) -> bool:
    """``bring a coat``, ``order the chairs``, ``call Ann``; not ``order number 7``, ``call with Ann``."""
    if words[0] in ORDERS:
        return True
    if words[0] not in POSSIBLE_ORDERS or len(words) < 2:
        return False
    return words[1] in OBJECTS or (text.split(" ")[1].istitle() and words[1].isalpha())


def with_capitals(text: str) -> str:
    """``friday`` and ``i`` as they are written."""
    return LOWER_NAME.sub(lambda match: CALENDAR.get(match.group(), "I"), text)


def written_out(note: str) -> str:
    """The sentence of a note."""
    text = with_capitals(bare(note.strip()))
    words = [word.strip(",.:;!?").lower() for word in text.split(" ")[:3]]
    two = " ".join(words[:2])
    small = text[:1].lower() + text[1:]
    if text.endswith("?"):
        text = capital(text)
    elif is_question(words):
        text = capital(text) + "?"
    elif words[0] == "thanks":
        text = "Thank you" + text[len("thanks") :]
    elif words[0] == "sorry":
        text = "I am " + small
    elif words[0] == "need":
        text = "We " + small
    elif words[0] in WISHES or two in WISHES:
        text = "I would like to " + small
    elif words[0] in OWN or two in OWN:
        text = "I " + small
    elif is_order(words, text):
        text = "Please " + small
    return ended(capital(text))


def ended(text: str) -> str:
    return text if text[-1] in ".?!" or text.endswith((".)", ".”", '."')) else text + "."
