"""Replacements that hold wherever the words stand: ``purchase`` is ``buy`` in simple words, in any sentence."""

from __future__ import annotations

import re
from functools import cache

from .grammar import table
from .lists import entries_of
from .slots import Gen
from .template import articles, capital, small

NEXT_LARGE = "\x00"
SHORT_END = re.compile(r"(?:[ap]\.m|\b(?:Inc|Dr|Mr|Mrs|Ms|Prof|Hr|no))\.$")
LARGE = re.compile(f"{NEXT_LARGE}+(.?)")


@cache
def words_of_style(style: str) -> dict[str, str]:
    return dict(entry.split("=") for entry in entries_of(table("edits")[style]["word"]))


@cache
def pattern_of_style(style: str) -> re.Pattern[str]:
    known = "|".join(re.escape(old) for old in sorted(words_of_style(style), key=len, reverse=True))
    return re.compile(rf"(?<![\w@./'’#-])(an? )?({known})(?![\w@'’-]|\.\w)(,? )?", re.IGNORECASE)


def reworded(style: str, text: str) -> str:
    """The text with every known word of a style replaced; a word written in capitals within a sentence stays."""
    words = words_of_style(style)

    def one(match: re.Match[str]) -> str:
        article, old, space = match[1] or "", match[2], match[3] or ""
        before = text[: match.start()].rstrip(" ")
        first = not before or (before[-1] in ".!?\n" and not SHORT_END.search(before))
        if old in words:
            new = words[old]
        elif first and not article and small(old) in words:
            new = words[small(old)]
        else:
            return match.group()
        if not new and not (space == " " or (first and space)):
            return match.group()
        if not new:
            return NEXT_LARGE + article if first else article
        if article:
            article = "an " if new[0] in "aeiou" else "a "
            return (capital(article) if first else article) + new + space
        return (capital(new) if first else new) + space

    changed = pattern_of_style(style).sub(one, text)
    return articles(LARGE.sub(lambda match: match[1].upper(), changed))


def with_words_of(g: Gen, style: str, sentence: str) -> str:
    """A sentence with one to three words of a style put anywhere behind its first word."""
    words = sentence.split(" ")
    for _ in range(g.rng.choice((1, 1, 2, 3))):
        if len(words) > 2:
            words.insert(g.rng.randint(1, len(words) - 1), g.rng.choice(list(words_of_style(style))))
    return " ".join(words)
