"""The gate: one object that every connection asks, before a socket opens.

Three states. *Offline*: only this computer itself can be reached. *Ask first*: each request needs a permit, given once
for exactly that request. *Allowed*: a conversation that the person has opened goes through. Offline wins over all.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from pennyweight.cloud.errors import OfflineError, PermitError


class EgressState(StrEnum):
    OFFLINE = "offline"
    ASK = "ask"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Exactly what would leave: method, address and body. The key is not part of it."""

    method: str
    url: str
    body: bytes = field(default=b"", repr=False)

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def is_local(self) -> bool:
        return is_loopback(self.host)

    @property
    def fingerprint(self) -> bytes:
        """Changes with every byte of the request."""
        parts = (self.method.upper().encode(), self.url.encode(), self.body)
        return hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()


class Permit:
    """One yes, for one request. Only a gate makes them; it is used up by the first passage."""

    __slots__ = ("_fingerprint", "_gate", "_used")

    def __init__(self, gate: EgressGate, fingerprint: bytes) -> None:
        self._gate = gate
        self._fingerprint = fingerprint
        self._used = False

    @property
    def used(self) -> bool:
        return self._used


@dataclass(frozen=True, slots=True)
class Clearance:
    """What a request shows at the gate: a permit, the conversation it belongs to, or neither."""

    permit: Permit | None = None
    conversation_id: str | None = None


NO_CLEARANCE = Clearance()


class Passage:
    """The way through for one request and its retries. It closes when the request is over or the lock goes on."""

    def __init__(self, gate: EgressGate, outgoing: Outgoing) -> None:
        self._gate = gate
        self._fingerprint = outgoing.fingerprint
        self._open = True

    def check(self, outgoing: Outgoing) -> None:
        """Ask again at the moment of connecting. OfflineError or PermitError."""
        if not self._open or outgoing.fingerprint != self._fingerprint:
            raise PermitError("This request differs from the one that was allowed.", kept="Nothing was sent.")
        self._gate.check_lock(outgoing)

    def close(self) -> None:
        self._open = False


class EgressGate:
    """Starts offline. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._offline = True
        self._conversations: set[str] = set()
        self._on_offline: list[Callable[[], None]] = []

    @property
    def offline(self) -> bool:
        return self._offline

    def state(self, conversation_id: str | None = None) -> EgressState:
        """What holds for this conversation (or for a request outside any)."""
        with self._lock:
            if self._offline:
                return EgressState.OFFLINE
            allowed = conversation_id is not None and conversation_id in self._conversations
            return EgressState.ALLOWED if allowed else EgressState.ASK

    def go_offline(self) -> None:
        """Put the lock on: refuses from now on and ends what is under way. Conversations have to be allowed anew."""
        with self._lock:
            self._offline = True
            self._conversations.clear()
            callbacks = list(self._on_offline)
        for callback in callbacks:
            callback()

    def ask_first(self) -> None:
        """Take the lock off. Nothing goes through yet: each request needs its permit."""
        with self._lock:
            self._offline = False

    def allow(self, conversation_id: str) -> None:
        """Let one conversation through until further notice. OfflineError while the lock is on."""
        with self._lock:
            if self._offline:
                raise _offline("")
            self._conversations.add(conversation_id)

    def withdraw(self, conversation_id: str) -> None:
        """This conversation asks first again."""
        with self._lock:
            self._conversations.discard(conversation_id)

    def permit(self, outgoing: Outgoing) -> Permit:
        """The person's yes to exactly this request. OfflineError while the lock is on."""
        self.check_lock(outgoing)
        return Permit(self, outgoing.fingerprint)

    def enter(self, outgoing: Outgoing, clearance: Clearance = NO_CLEARANCE) -> Passage:
        """Go through, or be told why not. Uses the permit up, if one is needed. OfflineError or PermitError."""
        with self._lock:
            self.check_lock(outgoing)
            if not outgoing.is_local and self.state(clearance.conversation_id) is not EgressState.ALLOWED:
                self._use(clearance.permit, outgoing)
            return Passage(self, outgoing)

    def check_lock(self, outgoing: Outgoing) -> None:
        """OfflineError if the lock is on and the request is not for this computer itself."""
        if self._offline and not outgoing.is_local:
            raise _offline(outgoing.host)

    def on_offline(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the lock goes on; returns a function that takes it back."""
        with self._lock:
            self._on_offline.append(callback)
        return lambda: self._forget(callback)

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._on_offline:
                self._on_offline.remove(callback)

    def _use(self, permit: Permit | None, outgoing: Outgoing) -> None:
        if permit is None:
            raise PermitError(
                f"Sending to {outgoing.host} needs your yes.",
                kept="Nothing was sent.",
                advice="Look at it, then send it.",
            )
        if permit._gate is not self or permit._used or permit._fingerprint != outgoing.fingerprint:
            raise PermitError(
                "The yes was given for another request.",
                kept="Nothing was sent.",
                advice="Send it again.",
            )
        permit._used = True


def is_loopback(host: str) -> bool:
    """True only for `localhost` and loopback addresses written as such; a name that merely resolves to one is not."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _offline(host: str) -> OfflineError:
    what = f"The program is offline, so {host} was not contacted." if host else "The program is offline."
    return OfflineError(what, kept="Nothing was sent.", advice="Take the lock off to use the cloud.")
