"""Background work. Services block, so they run here, on worker threads; results come back on the GUI thread.

There are two kinds of work: a `query` reads and may run beside others, a `change` writes and runs one after the other
in the order it was asked for. Each has a default error path: the `problem` signal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal

from pennyweight.bridge.coalesce import Event
from pennyweight.bridge.stream import StreamHandle
from pennyweight.domain.cancel import Cancel

T = TypeVar("T")
OnError = Callable[[Exception], None]
_READERS = 6
"""A calibration, a load and a scan of the disk may each hold one for minutes; the pages need some besides."""


class TaskRunner(QObject):
    """Owns every worker thread of the window. Make it on the GUI thread and call `shutdown()` before the end."""

    problem = Signal(object)
    """An exception nobody else wanted: a `KnownError` is shown as its sentence, anything else is a bug of ours."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readers = ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="pennyweight-query")
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pennyweight-change")
        self._lock = threading.Lock()
        self._pending = 0
        self._streams: list[StreamHandle] = []
        self._cancels: set[Cancel] = set()
        self._closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def query(
        self,
        work: Callable[[], T],
        on_done: Callable[[T], None],
        on_error: OnError | None = None,
        *,
        owner: QObject | None = None,
        cancel: Cancel | None = None,
    ) -> None:
        """Run `work` on a worker thread, then `on_done(result)` here. With an `owner` that is gone by then: nothing.

        What takes long watches its `cancel`, which is cancelled at `shutdown`: the end of the program waits for it.
        """
        if cancel is not None:
            self._cancels.add(cancel)
        self._start(self._readers, work, on_done, on_error, owner, cancel)

    def change(
        self,
        work: Callable[[], T],
        on_done: Callable[[T], None] | None = None,
        on_error: OnError | None = None,
        *,
        owner: QObject | None = None,
    ) -> None:
        """As `query`, for work that writes: one at a time, in order."""
        self._start(self._writer, work, on_done or _nothing, on_error, owner)

    def stream(self, factory: Callable[[Cancel], Iterator[Event]]) -> StreamHandle:
        """Run the iterator on its own thread; its events arrive in batches through the handle. Call `start()` on it
        after connecting its signals."""
        handle = StreamHandle(factory, self)
        self._streams.append(handle)
        handle.finished.connect(lambda: self._forget(handle))
        handle.failed.connect(lambda _error: self._forget(handle))
        return handle

    @property
    def busy(self) -> bool:
        """True while any work or stream is under way."""
        with self._lock:
            return self._pending > 0 or bool(self._streams)

    def shutdown(self) -> None:
        """Stop the streams and what can be cancelled, finish the changes, drop the queries that have not begun, join
        every thread. Idempotent."""
        if self._closed:
            return
        self._closed = True
        for cancel in self._cancels:
            cancel.cancel()
        for handle in list(self._streams):
            handle.close()
        self._streams.clear()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)

    def _start(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[], T],
        on_done: Callable[[T], None],
        on_error: OnError | None,
        owner: QObject | None,
        cancel: Cancel | None = None,
    ) -> None:
        assert QThread.currentThread() is self.thread() or QCoreApplication.instance() is None
        if self._closed:
            return
        with self._lock:
            self._pending += 1

        def settle(future: Future[T]) -> None:
            if not future.cancelled() and not self._closed:
                self._arrived.emit(lambda: self._settle(future, on_done, on_error, owner, cancel))

        pool.submit(work).add_done_callback(settle)

    def _deliver(self, call: Callable[[], None]) -> None:
        with self._lock:
            self._pending -= 1
        if not self._closed:
            call()

    def _settle(
        self,
        future: Future[T],
        on_done: Callable[[T], None],
        on_error: OnError | None,
        owner: QObject | None,
        cancel: Cancel | None,
    ) -> None:
        if cancel is not None:
            self._cancels.discard(cancel)
        if owner is not None and not shiboken6.isValid(owner):
            return
        error = future.exception()
        if error is None:
            on_done(future.result())
        elif not isinstance(error, Exception):
            raise error
        elif on_error is not None:
            on_error(error)
        else:
            self.problem.emit(error)

    def _forget(self, handle: StreamHandle) -> None:
        if handle in self._streams:
            self._streams.remove(handle)
            handle.deleteLater()


def _nothing(_result: object) -> None:
    return None
