"""One window for each data folder: a second start brings it to the front."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from types import TracebackType

from pennyweight.domain.errors import KnownError

_WAIT_SECONDS = 3.0
_LOOK_SECONDS = 0.05


class AlreadyOpenError(KnownError):
    """Another process has the window of this data folder."""


class WindowLock:
    """A lock that the system gives back when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / "window.lock"
        self._requests = home / "window.show"
        self._handle: int | None = None

    def __enter__(self) -> WindowLock:
        """AlreadyOpenError if another window has it; KnownError if the folder cannot be written."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise KnownError(
                f"Pennyweight cannot write to {self._path.parent}: {error.strerror or type(error).__name__}.",
                advice="Check the permissions of the folder, or set PENNYWEIGHT_HOME to another one.",
            ) from error
        if not _lock(handle):
            owner = os.read(handle, 32).decode("ascii", "replace").strip()
            os.close(handle)
            process = f" (process {owner})" if owner.isdigit() else ""
            raise AlreadyOpenError(f"Pennyweight is already open{process}.", advice="Its window has your chats.")
        self._handle = handle
        with contextlib.suppress(OSError):
            os.truncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
        self.asked()  # what was asked of a window that is gone
        return self

    def asked(self) -> bool:
        """Whether another start wants this window in front; costs a look at a file, and is true once for each."""
        try:
            if self._requests.stat().st_size == 0:
                return False
            os.truncate(self._requests, 0)
        except OSError:
            return False
        return True

    def ask(self) -> bool:
        """From another process: wants the open window in front. Whether it answered within some seconds."""
        try:
            self._requests.write_bytes(b"1")
            end = time.monotonic() + _WAIT_SECONDS
            while self._requests.stat().st_size and time.monotonic() < end:
                time.sleep(_LOOK_SECONDS)
            return self._requests.stat().st_size == 0
        except OSError:
            return False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            # A byte far behind the text, so that the process number can still be read.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
