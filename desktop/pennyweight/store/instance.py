"""One window per database. The command line needs no lock: SQLite lets both write."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from pennyweight.domain.errors import StoreError
from pennyweight.store.backup import private_folder
from pennyweight.store.problems import cannot_write

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class WindowLock:
    """Held by the window for as long as it runs; the system takes it back when the process ends, however it ends."""

    def __init__(self, database: Path) -> None:
        """Raises StoreError if another window has this database open."""
        path = database.with_name(database.name + ".window")
        try:
            private_folder(path.parent)
            # The file stays: removing it would let two windows lock two files of the same name.
            self._descriptor: int | None = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise cannot_write(path, error) from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            self.release()
            raise StoreError(
                "Pennyweight is already open with these chats.",
                advice="Use the window that is open, or close it first.",
            ) from error

    def release(self) -> None:
        """Let another window open the database. Safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> WindowLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
