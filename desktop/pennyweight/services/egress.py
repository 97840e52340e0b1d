"""Whether anything may leave this computer: offline, ask first, or allowed for this chat. Kept between starts.

Offline until a key is set for the first time; then "ask first", until the person says otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from pennyweight.cloud.gate import EgressGate, EgressState
from pennyweight.store import Store

__all__ = ["EgressService", "EgressState"]
_MODE = "egress.mode"
_ALLOWED = "egress.allowed"


class EgressService:
    """The person's word on it, put on the program's one gate. Thread-safe; callbacks run in the calling thread."""

    def __init__(self, store: Store, gate: EgressGate) -> None:
        self._store = store
        self._gate = gate
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        if store.settings.get(_MODE) == EgressState.ASK:
            gate.ask_first()
            for conversation_id in self._kept():
                gate.allow(conversation_id)

    def state(self, conversation_id: str | None = None) -> EgressState:
        """OFFLINE, ASK or ALLOWED for this chat (or for a chat that does not exist yet)."""
        return self._gate.state(conversation_id)

    def go_offline(self) -> None:
        """Put the lock on. What is under way ends; chats that were allowed ask first again later."""
        self._gate.go_offline()
        self._keep(EgressState.OFFLINE, [])

    def ask_first(self) -> None:
        """Take the lock off; each request then needs a yes. A deliberate act of the person."""
        self._gate.ask_first()
        self._keep(EgressState.ASK, self._kept())

    def allow(self, conversation_id: str) -> None:
        """Requests of this chat go through without being asked about. OfflineError while the lock is on."""
        self._gate.allow(conversation_id)
        self._keep(EgressState.ASK, [*self._kept(), conversation_id])

    def withdraw(self, conversation_id: str) -> None:
        """This chat asks first again."""
        self._gate.withdraw(conversation_id)
        if not self._gate.offline:
            self._keep(EgressState.ASK, [kept for kept in self._kept() if kept != conversation_id])

    def first_key(self, *, lasting: bool = True) -> None:
        """A key was set: the default becomes "ask first", for this session if the key lasts no longer.

        A lock that the person put on stays on.
        """
        if self._store.settings.get(_MODE) is not None:
            return
        if lasting:
            self.ask_first()
        else:
            self._gate.ask_first()
            self._tell()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each change; returns what takes it back."""
        with self._lock:
            self._callbacks.append(callback)

        def forget() -> None:
            with self._lock, suppress(ValueError):
                self._callbacks.remove(callback)

        return forget

    def _kept(self) -> list[str]:
        found = self._store.settings.get(_ALLOWED, [])
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    def _keep(self, mode: EgressState, allowed: list[str]) -> None:
        self._store.settings.set(_MODE, mode.value)
        self._store.settings.set(_ALLOWED, list(dict.fromkeys(allowed)))
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()
