"""Word lists, and the part of each that is kept out of training for an honest measurement."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
WORDS = HERE / "words"
GRAMMAR = HERE / "grammar"
HELD_SHARE = 11
"""One word in so many is held out of training."""

SLOT = re.compile(r"\{[A-Za-z]+\d*\}")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True)
class Verb:
    base: str
    past: str
    ing: str


def words_of(text: str) -> set[str]:
    """The lower-case words of a text, hyphenated words also in their parts."""
    found = {match.group().casefold() for match in WORD.finditer(text)}
    return found | {part for word in found for part in re.split(r"['’-]", word) if part}


@cache
def template_words() -> frozenset[str]:
    """Words that stand in the grammar itself and therefore can never be held out."""
    found: set[str] = set()
    for path in sorted(GRAMMAR.iterdir()):
        found |= words_of(SLOT.sub(" ", path.read_text(encoding="utf-8")))
    for name in ("tasks.txt", "departments.txt", "lists.toml"):
        found |= words_of((WORDS / name).read_text(encoding="utf-8"))
    return frozenset(found)


def vowel_then_consonant(word: str) -> bool:
    return bool(re.search(r"[^aeiou][aeiou][bdgmnprt]$", word)) and len(word) <= 5


def inflect(entry: str) -> Verb:
    """``take:took:taking`` as it stands; regular verbs by rule."""
    if ":" in entry:
        base, past, ing = entry.split(":")
        return Verb(base, past, ing)
    if entry.endswith("e"):
        return Verb(entry, entry + "d", entry[:-1] + "ing")
    if entry.endswith("y") and entry[-2] not in "aeiou":
        return Verb(entry, entry[:-1] + "ied", entry + "ing")
    if vowel_then_consonant(entry) and entry not in {
        "open",
        "offer",
        "enter",
        "visit",
        "water",
        "boil",
        "cover",
        "edit",
        "order",
        "iron",
    }:
        return Verb(entry, entry + entry[-1] + "ed", entry + entry[-1] + "ing")
    return Verb(entry, entry + "ed", entry + "ing")


def plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return {"loaf": "loaves", "potato": "potatoes", "tomato": "tomatoes"}.get(noun, noun + "s")


def is_held(word: str) -> bool:
    """Whether a word of the lists is kept out of training."""
    parts = words_of(word)
    if len(word) < 5 or parts & template_words():  # short ones also come about by chance, as invented words
        return False
    return zlib.crc32(word.encode()) % HELD_SHARE == 0


@cache
def entries(name: str) -> tuple[str, ...]:
    text = (WORDS / f"{name}.txt").read_text(encoding="utf-8")
    found = re.split(r"[|\n]", text) if "|" in text else text.split()
    return tuple(dict.fromkeys(word.strip() for word in found if word.strip()))


def clean(entry: str) -> str:
    """``car-park`` in a list of single words means ``car park``."""
    return entry.replace("-", " ")


@cache
def held_words() -> frozenset[str]:
    """All held-out words in every form the generator can give them, except what training shares."""
    held: set[str] = set()
    kept: set[str] = set(template_words())
    for path in sorted(WORDS.glob("*.txt")):
        for entry in entries(path.stem):
            verb = inflect(entry) if path.stem in {"verbs", "intransitive"} else None
            forms = {verb.base, verb.past, verb.ing} if verb else {entry}
            if path.stem in {"goods", "products"}:
                forms |= {plural(entry)}
            (held if is_held(forms_key(entry)) else kept).update(part for form in forms for part in words_of(form))
    return frozenset(held - kept)


def forms_key(entry: str) -> str:
    return entry.split(":")[0]


@cache
def pick_list(name: str, held: bool) -> tuple[str, ...]:
    """The usable entries of a list: those for training, or the held-out ones (all, where there are too few)."""
    chosen = tuple(entry for entry in entries(name) if is_held(forms_key(entry)) == held)
    return chosen if len(chosen) >= 3 else entries(name)


@cache
def verb_list(name: str, held: bool) -> tuple[Verb, ...]:
    return tuple(inflect(entry) for entry in pick_list(name, held))


@cache
def plain_words() -> frozenset[str]:
    """Words of the lists that are small inside a sentence: not names."""
    found: set[str] = set()
    for path in sorted(WORDS.glob("*.txt")):
        if path.stem in {"first_names", "last_names", "cities", "departments"}:
            continue
        for entry in entries(path.stem):
            verb = inflect(entry) if path.stem in {"verbs", "intransitive"} else None
            for form in (verb.base, verb.past, verb.ing) if verb else (clean(entry), plural(clean(entry))):
                word = form.split(" ", 1)[0]
                if word.islower():
                    found.add(word)
    return frozenset(found)
