"""What counts as personal: finding e-mail and postal addresses, phone, account and card numbers, and keys in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pennyweight.services.redaction_addresses import addresses


class Kind(StrEnum):
    KEY = "key"
    IBAN = "iban"
    CARD = "card"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    """A street with its house number, with the postcode and town where they follow."""
    WORD = "word"
    """From the person's own list."""
    TEXT = "text"
    """Something that only looks like one of our placeholders."""


@dataclass(frozen=True, slots=True)
class Found:
    kind: Kind
    start: int
    end: int


_KEYS = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{1,10000}?-----END [A-Z ]{0,30}PRIVATE KEY-----"
    r"|(?<![A-Za-z0-9])(?:"
    r"(?:sk|pk|rk)[-_](?:live[-_]|test[-_]|ant-|or-|proj-)?[A-Za-z0-9_-]{16,}"
    r"|gsk_[A-Za-z0-9]{16,}|xai-[A-Za-z0-9_-]{16,}|AIza[A-Za-z0-9_-]{30,}|hf_[A-Za-z0-9]{20,}"
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{16,}"
    r"|A[KS]IA[A-Z0-9]{16}|xox[abeprs]-[A-Za-z0-9-]{10,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r")"
)
_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,256}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)
_CARD = re.compile(r"(?<!\d)(?:\d{13,19}|\d{3,7}(?:[ -]\d{3,7}){2,4})(?!\d)")
_CARD_START = re.compile(r"4|5[0-8]|2[2-7]|3[0-9]|6[0-9]")
_PHONE = re.compile(r"(?<![\w.,+/-])(?:\+|\(\+?)?\d[\d ()./\u00a0\u2011-]{5,24}\d(?![\w])")
_US_PHONE = re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}")
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)|\d{1,2}[-./]\d{1,2}[-./]\d{4}(?!\d)")


def find(text: str, *, kinds: frozenset[Kind], words: Iterable[str] = ()) -> list[Found]:
    """What is personal in `text`, from left to right, nothing twice. Where two overlap, the more certain one wins."""
    finders = {
        Kind.KEY: _keys,
        Kind.IBAN: _ibans,
        Kind.CARD: _cards,
        Kind.EMAIL: _emails,
        Kind.PHONE: _phones,
        Kind.ADDRESS: addresses,
    }
    taken: list[Found] = []
    covered = bytearray(len(text))
    for kind, finder in finders.items():
        if kind in kinds:
            _take(taken, covered, (Found(kind, start, end) for start, end in finder(text)))
    pattern = word_pattern(words) if Kind.WORD in kinds else None
    if pattern is not None:
        _take(taken, covered, (Found(Kind.WORD, *match.span()) for match in pattern.finditer(text)))
    return sorted(taken, key=lambda found: found.start)


def word_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Whole words (or phrases) in any case; None for an empty list."""
    cleaned = sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True)
    if not cleaned:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, cleaned))})(?!\w)", re.IGNORECASE)


def is_iban(text: str) -> bool:
    """Right length and checksum (ISO 13616, modulo 97)."""
    plain = re.sub(r"[ -]", "", text).upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii() or not plain.isalnum():
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Right length, beginning and checksum (Luhn)."""
    digits = [int(char) for char in text if char.isdigit()]
    if not 13 <= len(digits) <= 19 or not _CARD_START.match("".join(map(str, digits))):
        return False
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_phone(text: str) -> bool:
    """An international number, a national one with its leading zero, or one written as in North America."""
    digits = re.sub(r"\D", "", text)
    if _DATE.match(text) or not 7 <= len(digits) <= 15:
        return False
    if text.startswith(("+", "(+")):
        return True
    if digits.startswith("0"):
        return len(digits) >= 9 and "." not in text.strip(".")[:2]
    return _US_PHONE.fullmatch(text) is not None


def _take(taken: list[Found], covered: bytearray, more: Iterable[Found]) -> None:
    for found in more:
        if covered.find(1, found.start, found.end) < 0:
            covered[found.start : found.end] = b"\x01" * (found.end - found.start)
            taken.append(found)


def _keys(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _KEYS.finditer(text))


def _emails(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _EMAIL.finditer(text))


def _phones(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _PHONE.finditer(text) if is_phone(match.group()))


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    return _shrinking(text, _IBAN, is_iban)


def _cards(text: str) -> Iterator[tuple[int, int]]:
    return _shrinking(text, _CARD, is_card)


def _shrinking(text: str, pattern: re.Pattern[str], is_right: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Matches that pass the check, cut back word by word: a number may have swallowed what follows it."""
    at = 0
    while match := pattern.search(text, at):
        at = match.start() + 1
        for end in _ends(text, *match.span()):
            if is_right(text[match.start() : end]):
                yield match.start(), end
                at = end
                break


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """`end`, and each earlier place where a group of characters ends."""
    yield end
    for place in range(end - 1, start, -1):
        if text[place] in " -":
            yield place
