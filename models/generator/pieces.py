"""Sentences, notes and texts built from frames."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .grammar import Frame, any_frames, closers, fillers, frames, free_frames, openers, wild_sentences
from .lists import listed
from .slots import LINKS, Gen
from .template import articles, bare, capital, uncapital


@dataclass
class Fact:
    """One fact, worded for each use."""

    note: str
    sentence: str
    """As it stands in an answer."""
    source: str
    """As it stands in a text, perhaps with padding."""
    title: str


def make_fact(g: Gen, from_notes: bool = False) -> Fact:
    """A random fact; from notes the first sentence pattern is the answer, else the sentence of the text itself."""
    roll = g.rng.random()
    if g.held:
        if roll < 0.32:
            return word_fact(g, g.rng.choice(free_frames()), from_notes)
        return word_fact(g, g.rng.choice(frames(g.chance(0.6))), from_notes)
    if roll < 0.3:
        return mutated(g, wild_fact(g), from_notes)
    if roll < 0.4:
        return word_fact(g, g.rng.choice(free_frames()), from_notes)
    if roll < 0.52 and from_notes:
        return word_fact(g, g.rng.choice(any_frames()), from_notes)
    fact = word_fact(g, g.rng.choice(frames(False)), from_notes)
    if not from_notes:
        return mutated(g, fact, from_notes)
    return as_it_stands(g, fact) if g.chance(0.35) else fact


def as_it_stands(g: Gen, fact: Fact) -> Fact:
    """A note with so many other words in it that no pattern fits any more: it is copied, with a capital and a stop."""
    words = fact.note.rstrip(".!").split(" ")
    plain = [index for index, word in enumerate(words) if word.isalpha() and word.islower()]
    for index in g.rng.sample(plain, (2 * len(plain) + 2) // 3):
        words[index] = other_word(g)
    note = " ".join(words) if plain else f"{other_word(g)} {fact.note}"
    sentence = finish(note if note[-1] in ".?!" else note + ".")
    with_capital = g.chance(0.3) or not note[0].islower()
    note = bare(sentence if with_capital else uncapital(sentence))
    return Fact(note, sentence, sentence, headline(note))


def mutated(g: Gen, fact: Fact, from_notes: bool) -> Fact:
    """Sometimes other words, known or invented, take the place of some: copying must not lean on the patterns."""
    if fact.source != fact.sentence or not g.chance(0.5):
        return fact
    words = fact.sentence.split(" ")
    changed: list[str] = []
    for index, word in enumerate(words):
        plain = 0 < index < len(words) - 1 and word.isalpha() and word.islower()
        if plain and g.chance(0.2):
            changed.append(other_word(g))
        elif plain and g.chance(0.05):
            changed += [word, other_word(g)]
        else:
            changed.append(word)
    sentence = articles(" ".join(changed))
    note = bare(uncapital(sentence)) if g.chance(0.7) else bare(sentence)
    return Fact(note, sentence, sentence, headline(note if from_notes else sentence))


def other_word(g: Gen) -> str:
    kind = g.rng.choice(["adjectives", "adverbs", "things", "roles", "abstract", "places", "inv", "link", "vpast"])
    if kind == "link":
        return g.rng.choice(LINKS)
    if kind == "vpast":
        return g.fill("{vpast}")
    return g.slot(kind) if kind == "inv" else g.word(kind)


CUT = re.compile(r", | because | but | if | when | after | before | \(|; ")


def headline(text: str) -> str:
    """The rule of all titles and subject lines: the beginning, up to the first comma, bracket or connecting word."""
    whole = text.strip().rstrip(".?!;:")
    head = CUT.split(whole, maxsplit=1)[0].rstrip(".?!;:")
    return capital(head if len(head.split()) >= 2 else whole)


def wild_fact(g: Gen) -> Fact:
    """An everyday sentence."""
    sentence = finish(g.fill(g.rng.choice(wild_sentences())))
    note = bare(sentence)
    source = padded(g, sentence) if g.chance(0.15) and not sentence.endswith("?") else sentence
    return Fact(uncapital(note) if g.chance(0.7) else note, sentence, source, headline(sentence))


def word_fact(g: Gen, frame: Frame, from_notes: bool) -> Fact:
    bound: dict[str, str] = {}
    pattern = frame.sentences[0] if from_notes or g.chance(0.5) else g.rng.choice(frame.sentences)
    wordy = bool(frame.wordy) and g.chance(0.3)
    if wordy:
        pattern = frame.sentences[0]
    sentence = finish(g.fill(pattern, bound))
    source = finish(g.fill(g.rng.choice(frame.wordy), bound)) if wordy else sentence
    note = articles(g.fill(g.rng.choice(frame.notes), bound))
    return Fact(note, sentence, source, headline(note if from_notes else sentence))


def finish(sentence: str) -> str:
    return re.sub(r"(?<![ap]\.m)\.\?", "?", articles(capital(sentence)).replace("..", "."))


def padded(g: Gen, sentence: str) -> str:
    """A sentence with an empty opening in front of it."""
    opener = g.rng.choice(openers())
    if not opener.endswith(" "):
        opener += " "
    return opener + uncapital(sentence)


def filler(g: Gen) -> str:
    return finish(g.fill(g.rng.choice(fillers())))


def closer(g: Gen) -> str:
    return g.rng.choice(closers())


def joined(first: str, second: str) -> str:
    """Two sentences as one."""
    if first[-1] in "?!":
        return f"{first} {second}"
    return f"{bare(first)}, and {uncapital(second)}"


def two_sentences(sentences: list[str]) -> str:
    """The rule of all summaries: up to four main sentences, the first two and the last two, in two sentences."""
    kept = sentences if len(sentences) <= 4 else sentences[:2] + sentences[-2:]
    if len(kept) <= 2:
        return " ".join(kept)
    if len(kept) == 3:
        return f"{kept[0]} {joined(kept[1], kept[2])}"
    return f"{joined(kept[0], kept[1])} {joined(kept[2], kept[3])}"


def bullet_list(g: Gen, notes: list[str]) -> str:
    """Notes as people write them."""
    style = g.rng.random()
    if style < 0.5:
        return "\n".join(f"- {note}" for note in notes)
    if style < 0.62:
        mark = g.rng.choice(["* ", "• ", "-", "– "])
        return "\n".join(mark + note for note in notes)
    if style < 0.7:
        return "\n".join(f"{i}. {note}" for i, note in enumerate(notes, 1))
    if style < 0.88:
        return "\n".join(notes)
    if style < 0.92:
        return "; ".join(notes)
    if style < 0.96 and not any("," in note for note in notes):
        return ", ".join(notes)
    return "\n".join(f"- {capital(note)}." if note[-1] not in ".?!" else f"- {capital(note)}" for note in notes)


def typo(g: Gen, text: str) -> str:
    """Swap, drop or double a letter in some of the plain lower-case words of the grammar."""
    words = text.split(" ")
    for index, word in enumerate(words):
        if word in PLAIN and g.chance(0.25):
            spot = g.rng.randint(1, len(word) - 2)
            kind = g.rng.random()
            if kind < 0.5:
                word = word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :]
            elif kind < 0.8:
                word = word[:spot] + word[spot + 1 :]
            else:
                word = word[:spot] + word[spot] + word[spot:]
            words[index] = word
    return " ".join(words)


PLAIN = frozenset(listed("plain"))
