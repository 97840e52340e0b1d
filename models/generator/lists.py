"""Small lists kept as data in ``words/lists.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "words" / "lists.toml"


@cache
def listed(name: str) -> tuple[str, ...]:
    """One list, in its order."""
    raw: str = tomllib.loads(FILE.read_text(encoding="utf-8"))[name]
    return entries_of(raw)


def entries_of(raw: str) -> tuple[str, ...]:
    """What stands between "|" and line ends."""
    return tuple(entry.strip() for entry in raw.replace("\n", "|").split("|") if entry.strip())
