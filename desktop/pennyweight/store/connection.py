"""Connections to the one database file: a pool for reading, one thread for writing."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pennyweight.domain.errors import StoreError
from pennyweight.store.handle import Database
from pennyweight.store.problems import MissingRowError, readable

_log = logging.getLogger(__name__)
BUSY_SECONDS = 5.0
"""How long a change waits for another process (the command line beside the window) before it gives up."""

Result = TypeVar("Result")
Work = Callable[[Database], Result]


def connect(path: Path, *, reading: bool = False) -> Database:
    """Open an existing file. Raises sqlite3.Error; never creates a file."""
    connection = sqlite3.connect(
        path.absolute().as_uri() + "?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,  # transactions are ours alone
        check_same_thread=False,  # the pool hands one connection to one thread at a time
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # A commit survives a power cut, not only a killed process; at a few changes per second it costs nothing.
        connection.execute("PRAGMA synchronous = FULL")
        if reading:
            connection.execute("PRAGMA query_only = ON")
        connection.row_factory = sqlite3.Row
        return Database(connection)
    except BaseException:
        connection.close()
        raise


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """One change, all or nothing. Takes the write lock at once, so that the busy timeout applies to waiting for it."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


@contextmanager
def told_readably(path: Path) -> Iterator[None]:
    """SQLite's failures of the environment become `StoreError`; mistakes of ours stay what they are."""
    try:
        yield
    except sqlite3.Error as error:
        known = readable(error, path)
        if known is None:
            raise
        raise known from error


def closed_error() -> StoreError:
    return StoreError("The database is closed.", kept="Everything saved before is still there.")


class ReaderPool:
    """Read-only connections; each is used by one thread at a time and sees one consistent state per `borrow`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._free: list[Database] = []
        self._closed = False

    @contextmanager
    def borrow(self) -> Iterator[Database]:
        with told_readably(self._path):
            db = self._take()
            try:
                db.conn.execute("BEGIN")
                yield db
            finally:
                if db.conn.in_transaction:
                    db.conn.execute("ROLLBACK")
                self._give_back(db)

    def _take(self) -> Database:
        with self._lock:
            if self._closed:
                raise closed_error()
            if self._free:
                return self._free.pop()
        return connect(self._path, reading=True)

    def _give_back(self, db: Database) -> None:
        with self._lock:
            if not self._closed:
                self._free.append(db)
                return
        db.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for db in free:
            db.close()


@dataclass(frozen=True, slots=True)
class Owed:
    """A change that could not be made, and why."""

    work: Work[None]
    error: StoreError


class Writer:
    """The only thread that changes the database. Each piece of work is one transaction, in the order of asking."""

    def __init__(self, path: Path, db: Database) -> None:
        self._path = path
        self._db = db
        self._lock = threading.Lock()
        self._closed = False
        self.owed: tuple[Owed, ...] = ()
        """Changed by the writer's thread alone, and as a whole: to be read by any."""
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="pennyweight-store", daemon=True)
        self._thread.start()

    def submit(self, work: Work[Result]) -> Future[Result]:
        """Queue `work(db)`; the future holds its result or its exception. Raises StoreError after `close`."""
        return self._submit(work)

    def write(self, work: Work[Result]) -> Result:
        """Do `work(db)` in one transaction and wait for it; what it raises is raised here."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a change may not wait for another change")
        return self.submit(work).result()

    def write_or_owe(self, work: Work[None]) -> None:
        """As `write`, for what must not be lost: where the disk is full or locked, the StoreError is raised here, and
        `work` is `owed` until it succeeds. That is tried after each change that succeeds, and at the end.
        """
        self._submit(work, self._owe).result()

    def empty_log(self) -> None:
        """Move the write-ahead log into the file and empty it, as far as no reader holds it."""
        self._submit(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone(), alone=True).result()

    def _owe(self, work: Work[None], error: BaseException) -> None:
        if isinstance(error, StoreError) and not isinstance(error, MissingRowError):
            self.owed = (*self.owed, Owed(work, error))

    def _submit(
        self,
        work: Work[Result],
        failed: Callable[[Work[Result], BaseException], None] | None = None,
        *,
        alone: bool = False,
    ) -> Future[Result]:
        """`alone`: outside of a transaction."""
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                raise closed_error()
            self._queue.put(lambda: self._do(work, future, failed, alone))
        return future

    def _do(
        self,
        work: Work[Result],
        future: Future[Result],
        failed: Callable[[Work[Result], BaseException], None] | None,
        alone: bool,
    ) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = self._commit(work, alone)
        except BaseException as error:  # noqa: BLE001 - it travels to whoever asked
            if failed is not None:
                failed(work, error)
            future.set_exception(error)
        else:
            self._pay()
            future.set_result(result)

    def _commit(self, work: Work[Result], alone: bool = False) -> Result:
        with told_readably(self._path), nullcontext() if alone else transaction(self._db):
            return work(self._db)

    def _pay(self) -> None:
        """Make what is owed, as far as it can be made now."""
        while self.owed:
            owed, *later = self.owed
            try:
                self._commit(owed.work)
            except StoreError:
                return
            except Exception:  # noqa: BLE001 - a mistake of ours, in a change that nobody waits for any more
                _log.exception("a change that was put off")
            self.owed = tuple(later)

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            job()
            del job  # a job holds its caller's data; none may outlive it in this frame
        self._pay()
        if self.owed:
            _log.warning("changes that could not be written: %d", len(self.owed))
        self._db.close()

    def close(self) -> None:
        """Finish everything that is queued, then end. Safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
