"""Keys by provider. In the keyring where there is one; else in memory, for this session only, and it says so.

Nothing here writes a file, a log line or an environment variable, and a key that cannot be read is never deleted.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from pennyweight.domain.errors import InputError
from pennyweight.domain.secret import Secret
from pennyweight.keys import vault as v
from pennyweight.keys.keyring_vault import system_vault
from pennyweight.keys.vault import KeysError, KeyState, Vault

_PROBE = "self-test"
_LONGEST = 4096
_SENTENCES = {
    KeyState.AVAILABLE: "Keys are kept in the {name}.",
    KeyState.LOCKED: "The {name} is locked. Using a key will ask for your password.",
    KeyState.DENIED: "The {name} stayed locked. Keys set now last for this session only.",
    KeyState.ABSENT: "This system has no keyring that runs. Keys last for this session only.",
}


class KeptIn(StrEnum):
    KEYRING = "keyring"
    SESSION = "session"
    """In memory only: gone when the program ends."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """That there is a key, without reading it."""

    provider: str
    kept_in: KeptIn


class KeyStore:
    """Safe to use from any thread. `get`, `set`, `remove` and `unlock` may ask for a password, and block meanwhile."""

    def __init__(self, find: Callable[[], Vault | None] = system_vault) -> None:
        self._find = find
        self._vault: Vault | None = None
        self._session: dict[str, Secret] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"KeyStore({self.state()})"

    def state(self) -> KeyState:
        """Looked up anew each time; asks nobody."""
        found = self._reachable()
        return KeyState.ABSENT if found is None else found.state()

    def sentence(self) -> str:
        """The state, for a person."""
        found = self._reachable()
        state = KeyState.ABSENT if found is None else found.state()
        return _SENTENCES[state].format(name="keyring" if found is None else found.name)

    def get(self, provider: str) -> Secret | None:
        """The key, None if there is none. A KeysError if the keyring has it and will not give it."""
        with self._lock:
            held = self._session.get(provider)
        found = None if held is not None else self._reachable()
        return held if found is None else found.read(provider)

    def set(self, provider: str, secret: Secret) -> KeptIn:
        """Keep a key. Says where: without a keyring, or if it stays locked, for this session only."""
        if not secret or len(secret.reveal()) > _LONGEST or secret.reveal() != secret.reveal().strip():
            raise InputError("That is not a key.", advice="Paste it without spaces around it.")
        if self._write(provider, secret):
            with self._lock:
                self._session.pop(provider, None)
            return KeptIn.KEYRING
        with self._lock:
            self._session[provider] = secret
        return KeptIn.SESSION

    def remove(self, provider: str) -> bool:
        """Forget a key wherever it is kept; False if there was none. A KeysError if the keyring will not let it go."""
        with self._lock:
            held = self._session.pop(provider, None) is not None
        found = self._reachable()
        if found is None or not found.holds(provider):
            return held
        return found.delete(provider) or held

    def list(self, providers: Iterable[str]) -> list[KeyEntry]:
        """Which of these have a key. Asks nobody, reads none."""
        found = self._reachable()
        entries = []
        for provider in providers:
            if provider in self._session:
                entries.append(KeyEntry(provider, KeptIn.SESSION))
            elif found is not None and _holds(found, provider):
                entries.append(KeyEntry(provider, KeptIn.KEYRING))
        return entries

    def unlock(self) -> KeyState:
        """Ask the person to open the keyring; the state after that."""
        found = self._reachable()
        if found is None:
            return KeyState.ABSENT
        try:
            found.unlock()
        except KeysError:  # the state says it
            return found.state()
        return found.state()

    def test(self) -> KeyState:
        """Write, read and delete a made-up entry. AVAILABLE if that worked; a KeysError if it did not."""
        found = self._reachable()
        if found is None:
            return KeyState.ABSENT
        probe = Secret(secrets.token_hex(16))
        found.write(_PROBE, probe)
        back = found.read(_PROBE)
        found.delete(_PROBE)
        if back != probe:
            raise v.unreadable("its own test")
        return found.state()

    def _write(self, provider: str, secret: Secret) -> bool:
        found = self._reachable()
        if found is None:
            return False
        try:
            found.write(provider, secret)
        except KeysError:  # locked, denied or gone: the caller is told that the key lasts for this session
            return False
        return True

    def _reachable(self) -> Vault | None:
        with self._lock:
            if self._vault is None:
                self._vault = self._find()
            return self._vault


def _holds(found: Vault, provider: str) -> bool:
    try:
        return found.holds(provider)
    except KeysError:  # what cannot be seen is not listed; `state` says why
        return False
