"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float | None], None]
"""What is being done, and the part of it that is done, from 0 to 1 or None where that is not known."""


def untold(text: str, fraction: float | None) -> None:
    """For work that nobody watches."""
    del text, fraction
