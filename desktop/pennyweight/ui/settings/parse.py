"""What a person types into a settings field, as a value; an `InputError` says in one line what is wrong."""

from __future__ import annotations

from decimal import Decimal

from pennyweight.domain.errors import InputError


def decimal_number(text: str, what: str, *, low: Decimal, high: Decimal) -> Decimal:
    """A plain number with `.` or `,` before the decimals ("1,299" is read as a thousands comma), in low..high."""
    cleaned = text.strip().lstrip("$").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    head, comma, tail = cleaned.rpartition(",")
    if comma and "." not in tail and len(tail) != 3:
        cleaned = f"{head}.{tail}"
    cleaned, negative = _unsigned(cleaned.replace(",", ""))
    if not cleaned.isascii() or not cleaned.replace(".", "", 1).isdigit():
        raise InputError(f"{what} must be a number.")
    value = -Decimal(cleaned) if negative else Decimal(cleaned)
    if not low <= value <= high:
        raise InputError(f"{what} must be between {_plain(low)} and {_plain(high)}.")
    return value


def whole_number(text: str, what: str, *, low: int, high: int) -> int:
    """A whole number in low..high; thousands commas and spaces are allowed."""
    cleaned, negative = _unsigned("".join(text.replace(",", "").split()))
    if not cleaned.isascii() or not cleaned.isdigit():
        raise InputError(f"{what} must be a whole number.")
    value = -int(cleaned[:18]) if negative else int(cleaned[:18])
    if not low <= value <= high:
        raise InputError(f"{what} must be between {low:,} and {high:,}.")
    return value


def optional_number(text: str, what: str, *, low: int, high: int) -> int | None:
    """As `whole_number`; empty or "auto" is None."""
    if text.strip().lower() in ("", "auto", "automatic"):
        return None
    return whole_number(text, what, low=low, high=high)


def _unsigned(text: str) -> tuple[str, bool]:
    """The text without its minus sign, and whether it had one: what is out of range is not told to be no number."""
    return (text[1:], True) if text[:1] in ("-", "\u2212") else (text, False)


def _plain(value: Decimal) -> str:
    return f"{value:,f}"
