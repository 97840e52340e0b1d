"""Strict reading of one number out of a provider's usage object."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pennyweight.domain.errors import InputError

MOST_TOKENS = 10**12
"""More tokens than any one request can have: a larger number is a mistake."""

UsageObject = Mapping[str, object]


def count(usage: UsageObject, *path: str) -> int | None:
    """The whole number at `path`, None if it is absent or null; InputError if it is anything else."""
    value = _at(usage, path)
    if value is None:
        return None
    name = ".".join(path)
    if isinstance(value, (int, float)) and value > MOST_TOKENS:  # JSON makes an infinite float of 1e400
        raise InputError(f"The usage is not usable: {name} is larger than any request can be.")
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"The usage is not usable: {name} is {_kind(value)}, not a whole number.")
    if value < 0:
        raise InputError(f"The usage is not usable: {name} is negative.")
    return value


def first_count(usage: UsageObject, *paths: tuple[str, ...]) -> int:
    """The first number found on the paths, else 0. Every path is checked."""
    found = [value for path in paths if (value := count(usage, *path)) is not None]
    return found[0] if found else 0


def needed_count(usage: UsageObject, *path: str) -> int:
    value = count(usage, *path)
    if value is None:
        raise InputError(f"The usage is not usable: {'.'.join(path)} is missing.")
    return value


def text(usage: UsageObject, *path: str) -> str | None:
    """The non-empty text at `path`, else None; InputError if it is something else."""
    value = _at(usage, path)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InputError(f"The usage is not usable: {'.'.join(path)} is {_kind(value)}, not a word.")
    return value


def amount(usage: UsageObject, *path: str) -> Decimal | None:
    """The US dollars at `path`, exactly as written, None if absent; InputError if not a number that can be money."""
    value = _at(usage, path)
    if value is None:
        return None
    name = ".".join(path)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise InputError(f"The usage is not usable: {name} is {_kind(value)}, not a number.")
    usd = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not usd.is_finite() or usd < 0 or usd > MOST_TOKENS:
        raise InputError(f"The usage is not usable: {name} is not an amount of money.")
    return usd


def _at(usage: UsageObject, path: tuple[str, ...]) -> object:
    here: object = usage
    for depth, step in enumerate(path):
        if type(here) is not dict and not isinstance(here, Mapping):  # the second is slow, and hardly ever asked
            raise InputError(f"The usage is not usable: {'.'.join(path[:depth])} is {_kind(here)}, not an object.")
        here = here.get(step)
        if here is None:
            return None
    return here


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (float, Decimal)):
        return "a fraction"
    return {list: "a list", dict: "an object", int: "a number"}.get(type(value), "something else")
