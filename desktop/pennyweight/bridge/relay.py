"""Bringing a call from a service's own thread (an engine's state, a changed setting) to the GUI thread."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, Signal

from pennyweight.domain.progress import Progress

_TELL_SECONDS = 0.05


class Relay(QObject):
    """Give `send` to a service as its callback; `arrived` fires on the GUI thread with what was sent."""

    arrived = Signal(object)
    _sent = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._sent.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def send(self, value: object) -> None:
        """Callable from any thread."""
        if self._open:
            self._sent.emit(value)

    def close(self) -> None:
        """Ignore whatever comes from now on."""
        self._open = False

    def _deliver(self, value: object) -> None:
        if self._open:
            self.arrived.emit(value)


def seldom(relay: Relay) -> Progress:
    """Progress for a person, as (text, fraction): a few times a second, however often the work tells."""
    last = 0.0

    def tell(text: str, fraction: float | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL_SECONDS:
            last = now
            relay.send((text, fraction))

    return tell
