"""How a note becomes a sentence: its first words decide what is put in front, and the rest is copied as it stands.

Behind the first words only short forms (`shorthand`) are written out, so that names, dates and amounts are only ever
copied. A note that no rule knows gets a capital and a full stop.
"""

from __future__ import annotations

import re

from .lists import listed
from .shorthand import spelled_out
from .template import bare, capital, small

ASKING = frozenset(listed("asking_verbs"))
ASKED = frozenset(listed("asking_subjects"))
ORDERS = frozenset(listed("orders"))
POSSIBLE_ORDERS = frozenset(listed("possible_orders"))
OBJECTS = frozenset(listed("objects"))
WISHES = frozenset(listed("wishes"))
OWN = frozenset(listed("own_verbs"))
LABELS = frozenset(listed("labels"))
NO_LABELS = frozenset(listed("no_labels"))
DETERMINERS = frozenset(listed("determiners"))
IT_VERBS = frozenset(listed("it_verbs"))
OWN_PAST = frozenset(listed("own_past"))
AFTER_PAST = frozenset(listed("after_past"))
OWN_STATES = frozenset(listed("own_states"))
AFTER_STATE = frozenset(listed("after_state"))
OWN_INGS = frozenset(listed("own_ings"))
LABEL = re.compile(r"[A-Za-z][a-z-]*(?: [A-Za-z][a-z-]*){0,4}(?: no\.)?(?=: \S)")
LABEL_BARE = re.compile(r"([A-Za-z][a-z]*(?: [a-z]+)?(?: no\.)?) (.+)")
UNITS = frozenset(listed("units")) | frozenset(listed("months"))
PEOPLE = frozenset(listed("people"))


def is_question(words: list[str], text: str) -> bool:
    if words[0] not in ASKING or len(words) < 2:
        return False
    return words[1] in ASKED or text.split(" ")[1].istitle()


def is_order(words: list[str], text: str) -> bool:
    """``bring a coat``, ``order the chairs``, ``call Ann``; not ``order number 7``, ``call with Ann``."""
    if words[0] in ORDERS:
        return True
    if words[0] not in POSSIBLE_ORDERS or len(words) < 2:
        return False
    return words[1] in OBJECTS or words[1] in {"by", "before"} or (text.split(" ")[1].istitle() and words[1].isalpha())


def is_label(name: str, rest: str) -> bool:
    """Whether "is" can follow: no person, not several things (``questions``), nothing done (``meeting moved``)."""
    first, last, then = name.split(" ")[0], name.split(" ")[-1], rest.split(" ")[0].lower()
    if small(name) in LABELS:
        return True
    one = name.endswith("ss") or not name.endswith(("s", "ed"))
    asks = then in ORDERS or then in POSSIBLE_ORDERS
    return one and first.islower() and first not in NO_LABELS and last not in PEOPLE and not asks


def is_value(text: str) -> bool:
    """Figures and their units alone: ``A-4471``, ``18 euros each``, ``CHF 200``, ``5 May``."""
    return all(
        word in UNITS or (word.isupper() and len(word) < 5) or any(letter.isdigit() for letter in word)
        for word in text.replace(",", "").split(" ")
    ) and any(letter.isdigit() for letter in text)


def labelled(text: str) -> str | None:
    """``best month: August`` is "The best month is August", ``order number A-4471`` "The order number is A-4471".

    A word with a capital stays, where it is none of `LABELS`: it may be a name.
    """
    named = LABEL.match(text)
    bare_name = LABEL_BARE.match(text)
    if named and is_label(named.group(), text[named.end() + 2 :]):
        name, rest = named.group(), text[named.end() + 2 :]
    elif bare_name and small(bare_name[1]) in LABELS and is_value(bare_name[2]):
        name, rest = bare_name[1], bare_name[2]
    else:
        return None
    name = small(name)
    name = "phone number" if name == "phone" else name
    return f"{'' if name.split(' ')[0] in DETERMINERS else 'the '}{name} is {rest}"


def speaks_of_oneself(words: list[str], two: str) -> str | None:
    """What is put before a note without a subject: ``ordered 12 chairs``, ``away until Monday``, ``will call back``."""
    first, second = words[0], words[1] if len(words) > 1 else ""
    figure = second[:1].isdigit()
    if (first == "will" and not second.endswith("ed")) or (first in OWN_PAST and (second in AFTER_PAST or figure)):
        return "I "
    if first in OWN_INGS or two in OWN_INGS or (first in OWN_STATES and (second in AFTER_STATE or figure)):
        return "I am "
    return "It " if second not in {"", "of"} and (first in IT_VERBS or two in IT_VERBS) else None


def written_out(note: str) -> str:
    """The sentence of a note."""
    text = spelled_out(bare(note.strip()))
    words = [word.strip(",.:;!?").lower() for word in text.split(" ")[:3]]
    whole = not text.split(" ")[0].endswith(":")
    two = " ".join(words[:2])
    rest = small(text)
    before = speaks_of_oneself(words, two) if whole else None
    if text.endswith("?"):
        text = capital(text)
    elif is_question(words, text):
        text = capital(text) + "?"
    elif words[0] == "thanks":
        text = "Thank you" + text[len("thanks") :]
    elif words[0] == "sorry":
        text = "I am " + rest
    elif words[0] == "need":
        text = "We " + rest
    elif words[0] in WISHES or two in WISHES:
        text = "I would like to " + rest
    elif whole and (words[0] in OWN or two in OWN):
        text = "I " + rest
    elif is_order(words, text):
        text = "Please " + rest
    elif before:
        text = before + rest
    else:
        text = labelled(text) or text
    return ended(capital(text))


def ended(text: str) -> str:
    return text if text[-1] in ".?!" or text.endswith((".)", ".”", '."')) else text + "."
