"""One answer on its way from a worker thread to the window, in batches of 33 ms."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from pennyweight.bridge.coalesce import Event, coalesce
from pennyweight.domain.cancel import Cancel

BATCH_MS = 33
JOIN_SECONDS = 20.0


class StreamHandle(QObject):
    """The GUI's end of a running iterator. All signals come on the GUI thread; `finished` or `failed` is the last."""

    events = Signal(list)
    finished = Signal()
    failed = Signal(object)
    """The exception that ended the iterator."""

    def __init__(self, factory: Callable[[Cancel], Iterator[Event]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cancel = Cancel()
        self._factory = factory
        self._lock = threading.Lock()
        self._arrived: list[Event] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="pennyweight-stream", daemon=True)
        self._timer = QTimer(self)
        self._timer.setInterval(BATCH_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._thread.start()
        self._timer.start()

    def stop(self) -> None:
        """Ask the answer to end; what arrived is kept, and `finished` follows."""
        self.cancel.cancel()

    def close(self) -> None:
        """Stop and wait for the thread, without any more signals: for the end of the program."""
        self._timer.stop()
        self.cancel.cancel()
        if self._thread.is_alive():
            self._thread.join(JOIN_SECONDS)

    def _work(self) -> None:
        try:
            for event in self._factory(self.cancel):
                with self._lock:
                    self._arrived.append(event)
        except Exception as error:  # noqa: BLE001  crosses to the GUI thread, where it is shown
            self._error = error

    def _tick(self) -> None:
        ended = not self._thread.is_alive()  # asked first: what arrives after this is for the next tick
        with self._lock:
            arrived, self._arrived = self._arrived, []
        if arrived:
            self.events.emit(coalesce(arrived))
        if ended:
            self._timer.stop()
            if self._error is not None:
                self.failed.emit(self._error)
            else:
                self.finished.emit()
