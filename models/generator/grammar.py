"""Reads the patterns of ``grammar/``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from .lexicon import GRAMMAR

FRAME_FILES = (
    "frames_work",
    "frames_money",
    "frames_home",
    "frames_news",
    "frames_value",
    "frames_more",
    "frames_daily",
    "frames_first",
)


@dataclass(frozen=True)
class Frame:
    """One kind of fact: as a note, as a sentence, as a wordy sentence.

    The files also have titles (``t:``), which nothing reads any more: their words help to decide which words are held
    out (`lexicon.template_words`), so they go when the next model is trained.
    """

    name: str
    notes: tuple[str, ...]
    sentences: tuple[str, ...]
    wordy: tuple[str, ...]


def lines_of(name: str) -> list[str]:
    text = (GRAMMAR / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


@cache
def read_frames(name: str) -> tuple[Frame, ...]:
    frames: list[Frame] = []
    parts: dict[str, list[str]] = {}
    title = ""

    def close() -> None:
        if title:
            frames.append(Frame(title, *(tuple(parts[key]) for key in "nsl")))

    for line in lines_of(name):
        if line.startswith("# "):
            close()
            title, parts = line[2:], {key: [] for key in "nslt"}
        else:
            key, text = line.split(": ", 1)
            parts[key].append(text)
    close()
    return tuple(frames)


@cache
def frames(held: bool) -> tuple[Frame, ...]:
    if held:
        return read_frames("frames_held")
    return tuple(frame for name in FRAME_FILES for frame in read_frames(name) if not is_free(frame))


def is_free(frame: Frame) -> bool:
    """Whether the frame is a free sentence, not one kind of fact."""
    return frame.name.startswith(("free_", "soup"))


@cache
def free_frames() -> tuple[Frame, ...]:
    """Frames whose words are not fixed: clauses, and words in no order."""
    return tuple(frame for frame in read_frames("frames_news") if is_free(frame))


@cache
def any_frames() -> tuple[Frame, ...]:
    """Notes of any words: what stands before a colon is named, an order is asked for, the rest is copied."""
    return read_frames("frames_any")


@cache
def wild_sentences() -> tuple[str, ...]:
    """Everyday sentences of all shapes, to be copied."""
    return tuple(lines_of("wild"))


@cache
def short_notes() -> tuple[str, ...]:
    """Notes whose first words decide how they are written out: orders, wishes, questions, and what only looks so."""
    return tuple(lines_of("short_notes"))


@cache
def clause_patterns(held: bool) -> tuple[str, ...]:
    return tuple(lines_of("clauses_held" if held else "clauses"))


@cache
def quote_patterns() -> tuple[str, ...]:
    return tuple(lines_of("quotes"))


@cache
def fillers() -> tuple[str, ...]:
    return tuple(lines_of("fillers"))


@cache
def openers() -> tuple[str, ...]:
    text = (GRAMMAR / "openers.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.split("\n") if line.strip())


@cache
def endings() -> tuple[str, ...]:
    return tuple(lines_of("endings"))


@cache
def closers() -> tuple[str, ...]:
    return tuple(lines_of("closers"))


@cache
def table(name: str) -> dict[str, Any]:
    return tomllib.loads((GRAMMAR / f"{name}.toml").read_text(encoding="utf-8"))


def phrasings(task: str, held: bool) -> list[str]:
    found: list[str] = table("phrasings")[task]["held" if held else "train"]
    return found


@cache
def common_first_words() -> frozenset[str]:
    """Capitalised words that patterns begin with: not names, so small inside a sentence."""
    patterns = [
        text for name in (*FRAME_FILES, "frames_held") for f in read_frames(name) for text in f.sentences + f.wordy
    ]
    patterns += wild_sentences() + fillers()
    patterns += [text for style in table("edits").values() for text in style["sentences"]]
    first = {text.split(" ", 1)[0].strip(",.!?") for text in patterns}
    return frozenset(word for word in first if word.isalpha() and word[0].isupper() and word != "I")
