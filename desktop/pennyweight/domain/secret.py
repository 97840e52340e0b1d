"""A value that must never be shown: it masks itself wherever it is printed, and is not pickled into a file."""

from __future__ import annotations

import hmac
from typing import NoReturn

_SHOWN = 4
_LONG_ENOUGH = 16


class Secret:
    """An API key. `repr` and `str` give a mask (`sk-…abcd`); only `reveal()` gives the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself: call it only where it goes into a header or the keyring."""
        return self._value

    @property
    def mask(self) -> str:
        """Enough to tell two keys apart, too little to use: the last four characters of a long key, else none."""
        if len(self._value) < _LONG_ENOUGH:
            return "…"
        head = "sk-" if self._value.startswith("sk-") else ""
        return f"{head}…{self._value[-_SHOWN:]}"

    def __repr__(self) -> str:
        return f"Secret({self.mask})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied or pickled")


class MaskedText(str):
    """A text that is a text everywhere but where it is printed for looking at: a header with a key in it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"
