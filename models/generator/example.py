"""The record that the generator makes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Turn:
    role: str
    text: str


@dataclass
class Task:
    """One request with its answer, before it is put into the words of the program."""

    task: str
    text: str
    answer: str
    facts: list[str] = field(default_factory=list)
    request: str | None = None
    """A request in its own words; ``None``: one of the phrasings of the task."""


@dataclass
class Example:
    task: str
    turns: list[Turn]
    facts: list[str]
    words: frozenset[str] = frozenset()
    """Of the facts, those that are an invented word and no name, date, number or amount."""

    @property
    def answer(self) -> str:
        return self.turns[-1].text

    @property
    def source(self) -> str:
        """What the answer's facts must come from: all that was said before it."""
        return "\n".join(turn.text for turn in self.turns[:-1] if turn.role != "system")
