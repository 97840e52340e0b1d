"""A blocking call that reports progress through a callback, as a generator of its progress."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

from pennyweight.domain.cancel import Cancel

Result = TypeVar("Result")
Work = Callable[[Cancel, Callable[[float], None]], Result]


def progress_of(work: Work[Result], cancel: Cancel) -> Generator[float, None, Result]:
    """Run `work(cancel, on_progress)` in a thread and yield its progress; returns its result or raises its error.

    The thread has ended when this ends, also when it is closed early: the work is then cancelled.
    """
    told: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    inner = Cancel()
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work(inner, told.put))
        except BaseException as error:  # noqa: BLE001  raised again in the caller's thread
            errors.append(error)
        finally:
            told.put(None)

    forget = cancel.on_cancel(inner.cancel)
    thread = threading.Thread(target=run, name="pennyweight-load", daemon=True)
    thread.start()
    finished = False
    try:
        while (fraction := told.get()) is not None:
            yield fraction
        finished = True
    finally:
        forget()
        if not finished:
            inner.cancel()
        thread.join()
    if errors:
        raise errors[0]
    return results[0]
