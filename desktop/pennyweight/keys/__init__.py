"""API keys in the keyring of the operating system, and what to do when there is none."""

from __future__ import annotations

from pennyweight.keys.store import KeptIn, KeyEntry, KeyStore
from pennyweight.keys.vault import (
    KeyringDeniedError,
    KeyringGoneError,
    KeyringLockedError,
    KeysError,
    KeyState,
    KeyUnreadableError,
    Vault,
)

__all__ = [
    "KeptIn",
    "KeyEntry",
    "KeyState",
    "KeyStore",
    "KeyUnreadableError",
    "KeyringDeniedError",
    "KeyringGoneError",
    "KeyringLockedError",
    "KeysError",
    "Vault",
]
