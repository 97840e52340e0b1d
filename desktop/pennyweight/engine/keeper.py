"""The engine's own thread: tells state changes, unloads an idle model, notices a child that dies unwatched."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from pennyweight.engine.child import Child
from pennyweight.engine.state import EngineState

_log = logging.getLogger(__name__)


class Keeper:
    """Starts its thread with the first thing to do; `close` ends it for good. Safe from any thread."""

    def __init__(
        self,
        listeners: Sequence[Callable[[EngineState], None]],
        unload: Callable[[], None],
        found_dead: Callable[[Child], None],
    ) -> None:
        self._listeners = listeners
        self._unload = unload
        self._found_dead = found_dead
        self._lock = threading.Lock()
        self._inbox: queue.SimpleQueue[EngineState | Child | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._state = EngineState.STOPPED
        self._used_at = time.monotonic()
        self._closed = False
        self.idle_seconds: float | None = None

    @property
    def state(self) -> EngineState:
        return self._state

    def set(self, state: EngineState) -> None:
        """Change the state; listeners hear of it from the keeper's thread."""
        with self._lock:
            if state is self._state or self._closed:
                return
            self._state = state
            self._used_at = time.monotonic()
            self._tell(state)

    def used(self) -> None:
        """The model was just used: its idle time starts anew."""
        self._used_at = time.monotonic()

    @property
    def overdue(self) -> bool:
        """An idle model has been in memory for long enough."""
        return self._patience() == 0

    def child_died(self, child: Child) -> None:
        with self._lock:
            self._tell(child)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
            self._state = EngineState.STOPPED
            if thread is not None:
                self._inbox.put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _tell(self, item: EngineState | Child) -> None:
        if self._closed:
            return
        if self._thread is None:
            self._inbox = queue.SimpleQueue()
            self._thread = threading.Thread(
                target=self._run, args=(self._inbox,), name="pennyweight-engine", daemon=True
            )
            self._thread.start()
        self._inbox.put(item)

    def _run(self, inbox: queue.SimpleQueue[EngineState | Child | None]) -> None:
        while True:
            try:
                item = inbox.get(timeout=self._patience())
            except queue.Empty:
                if self.overdue:
                    self._unload()
                continue
            if item is None:
                return
            if isinstance(item, Child):
                self._found_dead(item)
            else:
                self._announce(item)

    def _announce(self, state: EngineState) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(state)
            except Exception:  # noqa: BLE001  a listener's bug must not end the engine's thread
                _log.exception("a listener of the engine's state failed")

    def _patience(self) -> float | None:
        """Seconds until an idle model is unloaded; None for never."""
        if self._state is not EngineState.READY or self.idle_seconds is None:
            return None
        return max(self._used_at + self.idle_seconds - time.monotonic(), 0)
