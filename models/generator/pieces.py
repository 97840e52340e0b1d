"""Sentences, notes and texts built from frames."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .grammar import (
    Frame,
    any_frames,
    closers,
    endings,
    fillers,
    frames,
    free_frames,
    openers,
    short_notes,
    wild_sentences,
)
from .lists import listed
from .shorthand import CALENDAR, hurried, spelled_out
from .slots import LINKS, Gen
from .template import articles, bare, capital, uncapital
from .written_out import ended, written_out


@dataclass
class Fact:
    """One fact: as it stands in a text, and as it is written in an answer."""

    source: str
    sentence: str

    @property
    def title(self) -> str:
        return headline(self.sentence)


def make_fact(g: Gen) -> Fact:
    """A sentence of a text; in an answer it is copied as it stands."""
    sentence = make_sentence(g)
    return Fact(sentence, sentence)


def make_sentence(g: Gen) -> str:
    """A sentence of any kind: known patterns, free clauses, and words in no order, which can only be copied."""
    roll = g.rng.random()
    if g.held:
        if roll < 0.32:
            return of_frame(g, free_frames())
        return of_frame(g, frames(g.chance(0.6)))
    if g.plain:
        if roll < 0.25:
            return finish(g.fill(g.rng.choice(wild_sentences())))
        return filler(g) if roll < 0.3 else of_frame(g, free_frames() if roll < 0.5 else frames(False))
    if roll < 0.24:
        return mutated(g, of_frame(g, frames(False)))
    if roll < 0.46:
        return mutated(g, finish(g.fill(g.rng.choice(wild_sentences()))))
    if roll < 0.64:
        return mutated(g, of_frame(g, free_frames()))
    if roll < 0.7:
        return filler(g)
    return babble(g)


def of_frame(g: Gen, choices: tuple[Frame, ...]) -> str:
    frame = g.rng.choice(choices)
    patterns = frame.wordy if frame.wordy and g.chance(0.25) else frame.sentences
    return finish(g.fill(g.again("pattern", lambda: g.rng.choice(patterns))))


def make_note(g: Gen, statement: bool = False) -> str:
    """A note as people type it; ``statement``: neither a question nor an order."""
    while True:
        known = len(g.facts)
        note = any_note(g)
        if g.chance(0.15):
            note = without_capitals(note)
        if g.chance(0.2):
            note = in_a_hurry(g, note, g.facts[known:])
        plain = written_out(note)
        if not statement or (plain[-1] == "." and bare(plain).casefold() == bare(note).casefold()):
            return note


def in_a_hurry(g: Gen, note: str, facts: list[str]) -> str:
    """The note with short forms, where its facts stay as they are."""
    quick = hurried(g.rng, note)
    whole = spelled_out(quick)
    return quick if all(fact in quick and fact in whole for fact in facts if fact in note) else note


def any_note(g: Gen) -> str:
    roll = g.rng.random()
    if g.held:
        return note_of(g, free_frames() if roll < 0.3 else frames(g.chance(0.6)))
    if g.plain and roll < 0.5:
        return note_of(g, frames(False))
    if g.plain and roll < 0.6:
        return small_start(g, bare(finish(g.fill(g.rng.choice(wild_sentences())))))
    if g.plain:
        return note_of(g, any_frames()) if roll < 0.75 else articles(g.fill(g.rng.choice(short_notes())))
    if roll < 0.26:
        note = note_of(g, frames(False))
        return scrambled(g, note) if g.chance(0.35) else note
    if roll < 0.36:
        return note_of(g, any_frames())
    if roll < 0.52:
        return small_start(g, bare(mutated(g, finish(g.fill(g.rng.choice(wild_sentences()))))))
    if roll < 0.62:
        return small_start(g, bare(mutated(g, of_frame(g, free_frames()))))
    if roll < 0.84:
        return articles(g.fill(g.rng.choice(short_notes())))
    return small_start(g, bare(babble(g, most=9)))


def without_capitals(note: str) -> str:
    """Days, months and ``I`` as they are typed in a hurry."""
    return CAPITAL_NAME.sub(lambda match: match.group().lower(), note)


CAPITAL_NAME = re.compile(rf"\b(?:{'|'.join(CALENDAR.values())}|I)\b")


def note_of(g: Gen, choices: tuple[Frame, ...]) -> str:
    return articles(g.fill(g.rng.choice(g.rng.choice(choices).notes)))


def small_start(g: Gen, text: str) -> str:
    return uncapital(text) if g.chance(0.75) else text


def scrambled(g: Gen, note: str) -> str:
    """A note with so many other words in it that no pattern fits any more."""
    words = note.split(" ")
    plain = [index for index, word in enumerate(words) if word.isalpha() and word.islower()]
    for index in g.rng.sample(plain, (2 * len(plain) + 2) // 3):
        words[index] = other_word(g)
    return " ".join(words)


def mutated(g: Gen, sentence: str) -> str:
    """Often other words, known or invented, take the place of some: copying must not lean on the patterns."""
    if not g.chance(0.6):
        return sentence
    words = sentence.split(" ")
    changed: list[str] = []
    share = g.rng.choice([0.1, 0.2, 0.4])
    if g.chance(0.2):
        words = [capital(g.slot("inv")), *uncapital(sentence).split(" ")]
    for index, word in enumerate(words):
        plain = 0 < index < len(words) - 1 and word.isalpha() and word.islower()
        if plain and g.chance(share):
            changed.append(other_word(g))
        elif plain and g.chance(0.05):
            changed += [word, other_word(g)]
        else:
            changed.append(word)
    return articles(" ".join(changed))


OTHER_WORDS = ("common", "common", "common", "adjectives", "adverbs", "things", "roles", "abstract", "places", "goods")


def other_word(g: Gen) -> str:
    roll = g.rng.random()
    if roll < 0.3:
        return capital(g.slot("inv")) if g.chance(0.4) else g.slot("inv")
    if roll < 0.36:
        return g.rng.choice(LINKS)
    if roll < 0.42:
        return g.fill(g.rng.choice(("{vpast}", "{ving}", "{vbase}")))
    return g.word(g.rng.choice(OTHER_WORDS))


def acronym(g: Gen) -> str:
    return "".join(g.rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(g.rng.randint(2, 6)))


FIGURES_AND_NAMES = ("num", "first", "city", "money", "date", "code", "org", "time", "int", "person")
SIGNS = listed("signs")
PAIRS = (("(", ")"), ('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"), ("«", "»"), ("[", "]"), ("*", "*"), ("(", "?)"))


def signed(g: Gen, word: str) -> str:
    """A word, now and then with a comma, in brackets, or beside a sign."""
    roll = g.rng.random()
    if roll < 0.05:
        return word + ","
    if roll < 0.09:
        before, after = g.rng.choice(PAIRS)
        return before + word + after
    if roll < 0.11:
        return word + g.rng.choice(SIGNS)
    if roll < 0.12:
        return f"{word} {g.rng.choice(SIGNS)}"
    return f"{word}{g.rng.choice('-/')}{other_word(g)}" if roll < 0.14 else word


def babble(g: Gen, most: int = 16) -> str:
    """A sentence of words in no order, with names, figures and signs between them."""
    words: list[str] = []
    for index in range(g.rng.randint(3, most)):
        roll = g.rng.random()
        if index == 0 and g.chance(0.4):
            word = g.slot("inv")
        elif roll < 0.02:
            word = acronym(g)
        elif roll < 0.42:
            word = g.rng.choice(LINKS)
        elif roll < 0.52:
            word = g.slot(g.rng.choice(FIGURES_AND_NAMES))
        else:
            word = other_word(g)
        words.append(signed(g, word))
    words[-1] = words[-1].rstrip(",:;-–—/+&=… ") or words[0]
    end = g.rng.choice([".", ".", ".", ".", ".", ".", ".", "?", "!"])
    return capital(ended(" ".join(words) + ("" if end == "." else end)))


CUT = re.compile(r", | because | but | if | when | after | before | \(|; ")


def headline(text: str) -> str:
    """The rule of all titles and subject lines: the beginning, up to the first comma, bracket or connecting word."""
    whole = text.strip().rstrip(".?!;:")
    head = CUT.split(whole, maxsplit=1)[0].rstrip(".?!;:")
    return capital(head if len(head.split()) >= 2 else whole)


def finish(sentence: str) -> str:
    return re.sub(r"(?<![ap]\.m)\.\?", "?", articles(capital(sentence)).replace("..", "."))


def padded(g: Gen, sentence: str) -> str:
    """A sentence with an empty opening in front of it."""
    opener = g.rng.choice(openers())
    if not opener.endswith(" "):
        opener += " "
    return opener + (sentence if opener[-2] in ".?!" else uncapital(sentence))


def trailed(g: Gen, sentence: str) -> str:
    """A sentence with an empty ending before its full stop."""
    return sentence[:-1] + g.rng.choice(endings()) + "." if sentence.endswith(".") else sentence


def filler(g: Gen) -> str:
    return finish(g.fill(g.rng.choice(fillers())))


def closer(g: Gen) -> str:
    return g.rng.choice(closers())


def summary_of(paragraphs: list[list[str]]) -> str:
    """The rule of all summaries, in whole sentences: of one paragraph the first two, of several the first of the first
    and the first of the last."""
    if len(paragraphs) == 1:
        return " ".join(paragraphs[0][:2])
    return f"{paragraphs[0][0]} {paragraphs[-1][0]}"


def notes_in_two(notes: list[str]) -> str:
    """The summary of notes: all of them, the first half in one sentence, the rest in another."""
    plain = [bare(note) for note in notes]
    middle = (len(plain) + 1) // 2
    return " ".join(ended(capital("; ".join(half))) for half in (plain[:middle], plain[middle:]) if half)


def bullet_list(g: Gen, notes: list[str]) -> str:
    """Notes as people write them."""
    style = g.rng.random()
    if style < 0.5:
        return "\n".join(f"- {note}" for note in notes)
    if style < 0.64:
        mark = g.rng.choice(["* ", "• ", "-", "– "])
        return "\n".join(mark + note for note in notes)
    if style < 0.71:
        return "\n".join(f"{i}. {note}" for i, note in enumerate(notes, 1))
    if style < 0.86:
        return "\n".join(notes)
    if style < 0.89 and not any(";" in note for note in notes):
        return "; ".join(notes)
    if style < 0.95 and not any("," in note for note in notes):
        return ", ".join(notes)
    return "\n".join(f"- {ended(note)}" for note in notes)
