"""What is counted in an answer: facts copied, numbers and names made up, the expected answer met exactly."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from ..generator.example import Example
from ..generator.lexicon import WORDS, entries, inflect, plural, template_words, words_of
from ..generator.lists import listed
from ..generator.shorthand import spelled_out

NUMBER = re.compile(r"\d+(?:[.,:/'-]\d+)*")
NAME = re.compile(r"\b[^\W\d_a-z]\w*")
NO_NAMES = frozenset(listed("no_names"))


@dataclass(frozen=True)
class Score:
    expected: bool
    """The expected answer has facts at all."""
    facts: bool
    """Every name, date, number, amount and invented word of the expected answer stands in the answer."""
    names_expected: bool
    names: bool
    """As `facts`, without the invented words that are no names."""
    clean: bool
    """No number stands in the answer that is not in the source."""
    exact: bool
    declined: bool


def invented_numbers(answer: str, source: str) -> list[str]:
    known = set(NUMBER.findall(source))
    return [number for number in NUMBER.findall(answer) if number not in known and number not in source]


def invented_names(answer: str, source: str) -> list[str]:
    """Capitalised words of the answer that do not occur in the source in any case, nor in what its short forms mean."""
    low = f"{source}\n{spelled_out(source)}".casefold()
    return [name for name in NAME.findall(answer) if name not in NO_NAMES and name.casefold() not in low]


@cache
def known_words() -> frozenset[str]:
    """Every word of the generator's patterns and lists."""
    found = set(template_words())
    for path in WORDS.glob("*.txt"):
        for entry in entries(path.stem):
            for form in {*entry.split(":"), plural(entry), inflect(entry).past, inflect(entry).ing}:
                found |= words_of(form)
    return frozenset(found)


def unknown_words(answer: str, source: str) -> list[str]:
    """Words of the answer that stand neither in the source nor in any list: garbled ones, as a rule."""
    return sorted(words_of(answer) - words_of(source) - known_words())


def loops(answer: str) -> bool:
    """Whether five words in a row occur three times or more."""
    words = answer.split()
    runs = Counter(tuple(words[at : at + 5]) for at in range(len(words) - 4))
    return any(count >= 3 for count in runs.values())


def is_refusal(answer: str) -> bool:
    return "reliably with this starter model" in answer


def score(example: Example, answer: str) -> Score:
    names = [fact for fact in example.facts if fact not in example.words]
    return Score(
        expected=bool(example.facts),
        facts=all(fact in answer for fact in example.facts),
        names_expected=bool(names),
        names=all(fact in answer for fact in names),
        clean=not invented_numbers(answer, example.source) or not example.facts,
        exact=answer.strip() == example.answer.strip(),
        declined=is_refusal(answer),
    )
