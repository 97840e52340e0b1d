"""What fills the slots of a pattern: names, dates, amounts, words, invented words, clauses."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from . import numbers as nums
from .grammar import clause_patterns, quote_patterns
from .invent import even, invented
from .lexicon import clean, pick_list, plural, verb_list
from .lists import listed
from .template import capital, fill, slot_type

VERB_SLOT = re.compile(r"\{[Vv](?:base|past|ing)\}")
FACTS = frozenset(listed("facts"))
MERE_WORDS = frozenset({"inv", "file"})
COUNTRIES = listed("countries")
LANGUAGES = listed("languages")
PEOPLE = listed("people")
REASONS = listed("reasons")
SUFFIXES = listed("suffixes")


@dataclass
class Gen:
    """A source of randomness with the words it may use."""

    rng: random.Random
    held: bool = False
    plain: bool = False
    """The patterns as they stand: no sentences of words in no order, no words in the place of others."""
    depth: int = 0
    facts: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    """Those of the facts that are an invented word and no name, date, number or amount."""
    repeats: float = 0.0
    """The share of words and values that have stood in the example before: where a word stands twice, copying must look
    at more than the word before."""
    before: dict[str, list[str]] = field(default_factory=dict)

    def again(self, kind: str, make: Callable[[], str]) -> str:
        """A new value of a kind, or one that was made before."""
        known = self.before.setdefault(kind, [])
        if self.repeats and known and self.chance(self.repeats):
            return self.rng.choice(known)
        value = make()
        known.append(value)
        return value

    @property
    def hard(self) -> bool:
        """The harder part of training; what is measured as it stands is without it."""
        return not (self.held or self.plain)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def word(self, name: str) -> str:
        return self.again(f"word {name}", lambda: clean(self.rng.choice(pick_list(name, self.held))))

    def name(self, name: str) -> str:
        return self.rng.choice(pick_list(name, self.held))

    def slot(self, slot: str) -> str:
        kind = slot_type(slot)
        low = kind[0].lower() + kind[1:]
        value = self.again(low, lambda: MAKERS[low](self))
        if low in FACTS:
            self.facts.append(value)
        if low in MERE_WORDS:
            self.words.add(value)
        return value if kind[0].islower() else capital(value)

    def fill(self, pattern: str, bound: dict[str, str] | None = None) -> str:
        values = {} if bound is None else bound
        if VERB_SLOT.search(pattern) and "vbase" not in values:
            verb = self.rng.choice(verb_list("verbs", self.held))
            values.update(vbase=verb.base, vpast=verb.past, ving=verb.ing)
        return fill(pattern, self.slot, values)


def made_up(g: Gen) -> str:
    """An invented word; in the harder part of training often one that makes every token come about as often."""
    return even(g.rng) if g.hard and g.chance(0.5) else invented(g.rng, g.held)


def person(g: Gen) -> str:
    roll = g.rng.random()
    last = made_up(g).capitalize() if g.chance(0.4) else g.name("last_names")
    if g.chance(0.05):
        last = f"{last}-{g.name('last_names') if g.chance(0.5) else made_up(g).capitalize()}"
    elif g.chance(0.06):
        last = g.rng.choice(("Mc", "Mac", "O'", "De", "D'", "van ", "de ", "von ")) + last
    first_name = first(g)
    if roll < 0.4:
        return first_name
    if roll < 0.8:
        return f"{first_name} {last}"
    if roll < 0.93:
        return f"{g.rng.choice(listed('titles'))} {last}"
    return f"{first_name} {g.rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}"


def first(g: Gen) -> str:
    known = 0.5 if g.hard else 0.7
    one = g.name("first_names") if g.chance(known) else made_up(g).capitalize()
    return f"{one}-{g.name('first_names')}" if g.chance(0.04) else one


def org(g: Gen) -> str:
    base = made_up(g).capitalize() if g.chance(0.7) else g.name("last_names")
    roll = g.rng.random()
    if roll < 0.3:
        return base
    if roll < 0.75:
        return f"{base} {g.rng.choice(SUFFIXES)}"
    if roll < 0.85:
        return f"{base} & {g.name('last_names')}"
    return f"{g.name('cities')} {g.word('things').capitalize()} {g.rng.choice(SUFFIXES)}"


def city(g: Gen) -> str:
    return g.name("cities") if g.chance(0.6) else made_up(g).capitalize()


def street(g: Gen) -> str:
    base = g.rng.choice([g.word("things").capitalize(), made_up(g).capitalize(), g.name("last_names")])
    name = f"{base} {g.rng.choice(['Street', 'Road', 'Lane', 'Avenue', 'Square', 'Way'])}"
    roll = g.rng.random()
    number = g.rng.randint(1, 240)
    return name if roll < 0.3 else f"{number} {name}" if roll < 0.8 else f"{name} {number}"


def room(g: Gen) -> str:
    roll = g.rng.random()
    if roll < 0.4:
        return f"room {g.rng.choice(['', 'A', 'B', 'C', 'E '])}{g.rng.randint(1, 499)}"
    if roll < 0.65:
        return "the " + g.word("places")
    if roll < 0.85:
        return f"the {g.rng.choice([g.word('adjectives').capitalize(), made_up(g).capitalize()])} Hall"
    if roll < 0.93:
        return f"flat {g.rng.randint(1, 60)}{g.rng.choice(['', 'A', 'B', 'C'])}"
    return f"building {g.rng.choice('ABCDEFGH')}"


def noun_phrase(g: Gen) -> str:
    roll = g.rng.random()
    thing = g.word("things")
    if roll < 0.25:
        return thing
    if roll < 0.5:
        return f"{g.word('adjectives')} {thing}"
    if roll < 0.6:
        return f"{g.word('things')} {thing}"
    if roll < 0.78:
        return f"{made_up(g)} {thing}"
    if roll < 0.88:
        return f"{g.word('adjectives')} {made_up(g)}"
    if roll < 0.95:
        return f"{made_up(g)}-{thing}"
    return f"{g.word('adjectives')} {g.word('adjectives')} {thing}"


def goods(g: Gen) -> str:
    item = goods_plural(g)
    roll = g.rng.random()
    count = str(g.rng.randint(2, 60)) if roll < 0.8 else nums.number(g.rng)
    if g.chance(0.12):
        count = g.rng.choice(
            ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty"]
        )
    if g.chance(0.15):
        return f"{count} {g.rng.choice(['boxes', 'bags', 'packs', 'crates', 'kg', 'pairs'])} of {item}"
    return f"{count} {item}"


def goods_plural(g: Gen) -> str:
    roll = g.rng.random()
    base = plural(g.word("goods")) if roll < 0.7 else made_up(g) + "s" if roll < 0.9 else plural(g.word("products"))
    return f"{g.word('adjectives')} {base}" if g.chance(0.2) else base


def project(g: Gen) -> str:
    roll = g.rng.random()
    if roll < 0.4:
        return f"{g.word('adjectives')} {g.word('things')} project"
    if roll < 0.7:
        return f"{made_up(g).capitalize()} project"
    return f"{g.rng.choice(['repair', 'cleaning', 'painting', 'renewal'])} of the {noun_phrase(g)}"


def clause(g: Gen) -> str:
    patterns = clause_patterns(g.held)
    g.depth += 1
    pattern = g.rng.choice(patterns)
    while g.depth > 2 and "{clause" in pattern:
        pattern = g.rng.choice(patterns)
    result = g.fill(pattern)
    g.depth -= 1
    return result


LINKS = listed("links")
NO_BASE = frozenset({"don't", "do", "never"})


def soup(g: Gen) -> str:
    """Words in no order that makes sense: what can only be copied."""
    words: list[str] = []
    for _ in range(g.rng.randint(5, 14)):
        roll = g.rng.random()
        if roll < 0.3:
            words.append(g.rng.choice(LINKS))
        elif roll < 0.5:
            words.append(made_up(g))
        elif roll < 0.6:
            words.append(g.slot(g.rng.choice(["num", "first", "city", "money", "date", "code", "org"])))
        else:
            words.append(
                g.word(g.rng.choice(["things", "adjectives", "places", "roles", "abstract", "adverbs", "goods"]))
            )
    return " ".join(words)


def people(g: Gen) -> str:
    return g.rng.choice(PEOPLE)


def event(g: Gen) -> str:
    name = g.word("events")
    roll = g.rng.random()
    if roll < 0.55:
        return name
    if roll < 0.75:
        return f"{g.rng.choice(listed('event_kinds'))} {name}"
    return f"{made_up(g).capitalize()} {name}" if roll < 0.9 else f"{g.word('adjectives')} {name}"


def document(g: Gen) -> str:
    name = g.word("docs")
    return f"{made_up(g).capitalize()} {name}" if g.chance(0.25) else name


def task(g: Gen) -> str:
    roll = g.rng.random()
    if roll < 0.45:
        return g.name("tasks")
    verb = g.rng.choice(verb_list("verbs", g.held)).base
    return f"{verb} the {noun_phrase(g)}" if roll < 0.85 else f"{verb} {goods(g)}"


def dept(g: Gen) -> str:
    return g.name("departments") if g.chance(0.7) else f"the {made_up(g).capitalize()} team"


def label(g: Gen) -> str:
    """What stands before the colon of a note: one to three words of any kind."""
    roll = g.rng.random()
    if roll < 0.35:
        return g.word("things")
    if roll < 0.5:
        return g.word("abstract")
    if roll < 0.7:
        return f"{g.word('adjectives')} {g.word(g.rng.choice(['things', 'abstract']))}"
    if roll < 0.8:
        return f"{g.word('things')} {g.word('abstract')}"
    if roll < 0.9:
        return made_up(g)
    return f"{made_up(g)} {g.word('things')}"


def order(g: Gen) -> str:
    """What somebody is asked to do, with an object of any kind."""
    roll = g.rng.random()
    if roll < 0.3:
        return task(g)
    verb = g.rng.choice(ORDER_VERBS)
    if roll < 0.5:
        return f"{verb} {g.rng.choice(OBJECT_WORDS)} {g.word('common')} {tail(g)}"
    if roll < 0.62:
        return f"{verb} the {noun_phrase(g)} to {person(g)}"
    if roll < 0.72:
        return f"{verb} {goods(g)} to {room(g)}"
    if roll < 0.82:
        return f"{verb} {person(g)} {tail(g)}"
    if roll < 0.92:
        return f"{verb} {g.rng.choice(['me', 'us', 'it', 'them', 'him', 'her'])} {tail(g)}"
    return f"{verb} {g.word('common')} {tail(g)}"


ORDER_VERBS = tuple(verb for verb in (*listed("orders"), *listed("possible_orders")) if verb not in NO_BASE)
OBJECT_WORDS = ("the", "the", "a", "your", "my", "our", "all", "this", "these", "some", "any", "both")


IN_TAILS = ("date", "time", "num", "person", "first", "city", "money", "code", "room")


def tail(g: Gen) -> str:
    """The rest of a note: a few words of any kind that can only be copied."""
    words: list[str] = []
    for _ in range(g.rng.randint(1, 5)):
        roll = g.rng.random()
        if roll < 0.36:
            words.append(g.rng.choice(LINKS))
        elif roll < 0.5:
            words.append(g.slot(g.rng.choice(IN_TAILS)))
        elif roll < 0.58:
            words.append(made_up(g))
        elif roll < 0.7:
            words.append(g.word(g.rng.choice(["things", "adjectives", "adverbs", "roles", "places"])))
        else:
            words.append(g.word("common"))
    return " ".join(words)


FIGURES = ("money", "num", "pct", "code", "date", "time", "phone", "int", "dim")
VALUES = (*FIGURES, "person", "person", "city", "street", "room", "org", "inv", "np", "first", "dept", "place", "email")


def figure(g: Gen) -> str:
    return g.slot(g.rng.choice(FIGURES))


def any_value(g: Gen) -> str:
    return g.slot(g.rng.choice(VALUES))


MAKERS: dict[str, Callable[[Gen], str]] = {
    "person": person,
    "first": first,
    "org": org,
    "city": city,
    "street": street,
    "room": room,
    "np": noun_phrase,
    "npc": noun_phrase,
    "goods": goods,
    "goodsp": goods_plural,
    "proj": project,
    "clause": clause,
    "soup": soup,
    "people": people,
    "label": label,
    "figure": figure,
    "value": any_value,
    "order": order,
    "tail": tail,
    "common": lambda g: g.word("common"),
    "event": event,
    "doc": document,
    "task": task,
    "dept": dept,
    "thing": lambda g: g.word("things"),
    "abs": lambda g: g.word("abstract"),
    "role": lambda g: g.word("roles"),
    "place": lambda g: g.word("places"),
    "product": lambda g: g.word("products"),
    "adj": lambda g: g.word("adjectives"),
    "adv": lambda g: g.word("adverbs"),
    "inv": made_up,
    "ipast": lambda g: g.rng.choice(verb_list("intransitive", g.held)).past,
    "quote": lambda g: g.fill(g.rng.choice(quote_patterns())),
    "reason": lambda g: g.rng.choice(REASONS),
    "country": lambda g: g.rng.choice(COUNTRIES),
    "language": lambda g: g.rng.choice(LANGUAGES),
    "letter": lambda g: g.rng.choice("ABCDEFGH"),
    "date": lambda g: nums.date(g.rng),
    "time": lambda g: nums.time(g.rng),
    "money": lambda g: nums.money(g.rng),
    "num": lambda g: nums.number(g.rng),
    "int": lambda g: str(g.rng.choice([g.rng.randint(1, 99), g.rng.randint(1, 9999)])),
    "pct": lambda g: nums.percent(g.rng),
    "phone": lambda g: nums.phone(g.rng),
    "email": lambda g: nums.email(g.rng, first(g), made_up(g)),
    "code": lambda g: nums.code(g.rng),
    "secret": lambda g: nums.secret(g.rng, made_up(g)),
    "file": lambda g: f"{made_up(g)}.{g.rng.choice(['txt', 'md', 'pdf', 'docx', 'csv'])}",
    "ver": lambda g: (
        f"{g.rng.randint(0, 12)}.{g.rng.randint(0, 20)}" + (f".{g.rng.randint(0, 9)}" if g.chance(0.4) else "")
    ),
    "year": lambda g: str(g.rng.randint(1650, 2029)),
    "age": lambda g: str(g.rng.randint(2, 99)),
    "dim": lambda g: nums.dimension(g.rng),
    "dur": lambda g: nums.duration(g.rng),
}
