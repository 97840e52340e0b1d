"""What a server says, made fit to be shown: one short plain line, without the key and without the prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 200
_KEY_WINDOW = 8
_PROMPT_WINDOW = 16
"""A shared run of so many characters counts as a piece of the key, or of the prompt."""
_QUOTED = re.compile(r"""['"`“‘«]([^'"`”’»]{4,})['"`”’»]""")
_TELLING = re.compile(r"\S*[\d@]\S*")
_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk|gsk|xai|AIza|ghp|hf)[-_][A-Za-z0-9_*.…-]{6,}|[A-Za-z0-9_-]{28,}")


def scrubbed(message: str, *, key: str = "", prompt: Iterable[str] = ()) -> str:
    """The message, or an empty text if it repeats the key or a piece of the prompt."""
    line = " ".join("".join(char if char.isprintable() else " " for char in message[:2000]).split())
    if not line or _shares(line, key, _KEY_WINDOW):
        return ""
    if any(_echoes(line, " ".join(text.split())) for text in prompt):
        return ""
    line = _KEY_LIKE.sub("…", line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _echoes(line: str, prompt: str) -> bool:
    """Whether the line repeats the prompt: a long run, something it quotes, or a word with a number or an address."""
    telling = [word.strip(".,:;()") for word in _TELLING.findall(line)]
    pieces = [*_QUOTED.findall(line), *(word for word in telling if len(word) >= 4)]
    return _shares(line, prompt, _PROMPT_WINDOW) or any(piece in prompt for piece in pieces)


def _shares(line: str, secret: str, window: int) -> bool:
    line, secret = line.casefold(), secret.casefold()
    if len(secret) <= window:
        return bool(secret) and secret in line
    return any(line[start : start + window] in secret for start in range(len(line) - window + 1))
