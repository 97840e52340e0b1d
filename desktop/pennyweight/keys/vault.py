"""A place that keeps secrets: what it must do, and what can go wrong with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from pennyweight.domain.errors import KnownError
from pennyweight.domain.secret import Secret

KEPT = "Your keys were not changed."


class KeyState(StrEnum):
    AVAILABLE = "available"
    LOCKED = "locked"
    """There, and closed: using it asks for your password."""
    ABSENT = "absent"
    """This system has none, or it does not run: keys last for this session only."""
    DENIED = "denied"
    """You, or the system, said no when it was asked to open."""


class KeysError(KnownError):
    """The keyring could not do what was asked."""


class KeyringLockedError(KeysError):
    """It is locked, and was not asked to open."""


class KeyringDeniedError(KeysError):
    """It stayed closed after it was asked to open."""


class KeyringGoneError(KeysError):
    """It does not answer (any more)."""


class KeyUnreadableError(KeysError):
    """There is an entry, but what it holds is no key. It is left as it is."""


def denied() -> KeyringDeniedError:
    return KeyringDeniedError("The keyring stayed locked.", kept=KEPT, advice="Unlock it and try again.")


def locked() -> KeyringLockedError:
    return KeyringLockedError("The keyring is locked.", kept=KEPT, advice="Unlock it and try again.")


def gone() -> KeyringGoneError:
    return KeyringGoneError("The keyring does not answer.", kept=KEPT, advice="Check that it runs, then try again.")


def unreadable(name: str) -> KeyUnreadableError:
    return KeyUnreadableError(
        f"The keyring's entry for {name} cannot be read as a key.",
        kept="It was left as it is.",
        advice="Set the key anew, or remove it.",
    )


class Vault(Protocol):
    """Blocking; `read`, `write`, `delete` and `unlock` may ask the person for a password. All may raise a KeysError."""

    name: str
    """As shown to a person."""

    def state(self) -> KeyState:
        """Without asking anybody anything."""
        ...

    def unlock(self) -> None: ...

    def holds(self, name: str) -> bool:
        """Whether there is an entry, readable or not; asks nobody."""
        ...

    def read(self, name: str) -> Secret | None: ...

    def write(self, name: str, secret: Secret) -> None: ...

    def delete(self, name: str) -> bool:
        """False if there was none."""
        ...
