"""Runs foreign Python (a chat template) with a time limit on every system, and a memory limit where there is one."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import psutil

T = TypeVar("T")


class TookTooLongError(Exception):
    """The time limit was reached."""


class _Interrupt(BaseException):
    """Raised inside the thread that is to end; not an Exception, so that nothing in between swallows it."""


@contextlib.contextmanager
def growth_limit(size_bytes: int) -> Iterator[None]:
    """While it holds, this process gets no more than `size_bytes` of further memory: MemoryError beyond.

    It counts for all threads. Only Linux keeps such a limit; elsewhere this does nothing.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = psutil.Process().memory_info().vms + size_bytes
    ceilings = [ceiling for ceiling in (soft, hard) if ceiling != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([limit, *ceilings]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def call_with_limit(action: Callable[[], T], seconds: float) -> T:
    """The result of `action`, run in a thread that is interrupted after `seconds`. Its exceptions come through.

    Raises TookTooLongError. The interrupt takes effect at the next Python instruction; a thread that is deep inside one
    long C call outlives this function, and is a daemon so that it cannot outlive the process.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(action())
        except BaseException as error:  # noqa: BLE001  handed to the caller
            errors.append(error)

    thread = threading.Thread(target=run, name="pennyweight-watchdog", daemon=True)
    thread.start()
    thread.join(seconds)
    for _attempt in range(10):
        if not thread.is_alive():
            break
        identity = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, ctypes.py_object(_Interrupt))
        thread.join(0.1)
    if results:
        return results[0]
    if errors and not isinstance(errors[0], _Interrupt):
        raise errors[0]
    raise TookTooLongError
