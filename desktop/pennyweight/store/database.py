"""Opening the database, and the `Store` that everything is reached through."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import StoreError
from pennyweight.domain.progress import Progress, untold
from pennyweight.store import backup, schema
from pennyweight.store.audit import Audit
from pennyweight.store.calibrations import Calibrations
from pennyweight.store.comparisons import Comparisons
from pennyweight.store.connection import BUSY_SECONDS, ReaderPool, Writer, connect, told_readably, transaction
from pennyweight.store.conversations import Conversations
from pennyweight.store.handle import Database
from pennyweight.store.imports import Imports
from pennyweight.store.ledger import Ledger
from pennyweight.store.overlaps import Overlaps
from pennyweight.store.problems import cannot_write, damaged, not_a_database, too_new
from pennyweight.store.projects import Projects
from pennyweight.store.running import RunningCalls
from pennyweight.store.settings import Drafts, Settings
from pennyweight.store.verdicts import Verdicts

Clock = Callable[[], datetime]

_MAGIC = b"SQLite format 3\0"
_CHECK_UP_TO_BYTES = 16 * 1024 * 1024
"""A database up to this size is checked at each start (some milliseconds); any size once a day, with the backup."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """One SQLite file: conversations, ledger, comparisons, settings, drafts.

    Two processes (the window and the command line) may have it open at once: SQLite's write-ahead log keeps readers
    and the writer apart, and a change waits up to five seconds for the other process's change.
    """

    def __init__(self, path: Path, db: Database, clock: Clock) -> None:
        """Use `Store.open`."""
        self.path = path
        self._clock = clock
        self._writer = Writer(path, db)
        self._readers = ReaderPool(path)
        self.conversations = Conversations(self._readers, self._writer, clock)
        self.ledger = Ledger(self._readers, self._writer)
        self.comparisons = Comparisons(self._readers, self._writer)
        self.calibrations = Calibrations(self._readers, self._writer)
        self.audit = Audit(self._readers)
        self.overlaps = Overlaps(self._readers)
        self.imports = Imports(self._readers, self._writer, clock)
        self.projects = Projects(self._readers, self._writer, clock)
        self.verdicts = Verdicts(self._readers, self._writer, clock)
        self.settings = Settings(self._readers, self._writer, clock)
        self.running = RunningCalls(self._readers, self._writer)
        self.drafts = Drafts(self._readers, self._writer, clock)

    @classmethod
    def open(cls, path: Path, *, clock: Clock = _utc_now) -> Store:
        """Open or create the database and bring its schema up to date, with a backup before that.

        `clock` returns the time with its zone. Raises StoreError if it cannot be opened, is damaged, not ours, or
        newer than this program.
        """
        _make_private_file(path)
        _refuse_foreign_file(path)
        with told_readably(path):
            db = connect(path)
            try:
                _prepare(db, path, clock)
            except BaseException:
                db.close()
                raise
            try:
                # From here on the connection belongs to the writer's thread alone.
                return cls(path, db, clock)
            except BaseException:
                db.close()
                raise

    def check(self) -> None:
        """Read the whole file, whatever its size. DamagedError if SQLite finds something wrong with it."""
        with self._readers.borrow() as db:
            _check_whole(db, self.path)

    def backup_daily(self, cancel: Cancel | None = None) -> Path | None:
        """Today's backup if there is none yet (None if there is); keeps seven days.

        Raises StoreError, also where it is cancelled; DamagedError if it is not worth keeping.
        """
        return backup.daily(self.path, self._clock().astimezone().date(), cancel)

    def copy_to(
        self,
        target: Path,
        cancel: Cancel | None = None,
        progress: Progress = untold,
    ) -> None:
        """Write a checked copy of the whole database to `target`. Raises StoreError, also where it is cancelled:
        `target` is then as it was."""
        if target.exists() and target.samefile(self.path):
            raise StoreError("The database cannot be copied onto itself.", advice="Choose another file.")
        backup.copy_to(self.path, target, cancel, progress)

    def close(self) -> None:
        """Finish what is queued and close the file. Safe to call twice."""
        self._writer.close()
        self._readers.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _make_private_file(path: Path) -> None:
    """The file exists afterwards and only its owner can read it. The permissions come before the content."""
    try:
        backup.private_folder(path.parent)
        if path.exists() and not path.is_file():  # a folder, or a pipe that would make us wait for ever
            raise not_a_database(path)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise cannot_write(path, error) from error


def _refuse_foreign_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise cannot_write(path, error) from error
    if head and head != _MAGIC:
        raise not_a_database(path)


def _prepare(db: Database, path: Path, clock: Clock) -> None:
    if not schema.is_ours(db):
        raise not_a_database(path)
    version = schema.version_of(db)
    if version > schema.CURRENT_VERSION:
        raise too_new(path, version, schema.CURRENT_VERSION)
    _check(db, path)
    if version == schema.CURRENT_VERSION:
        missing = schema.missing_part(db)
        if missing:
            raise damaged(path, missing)
    _use_write_ahead_log(db)
    if version < schema.CURRENT_VERSION:
        if version > 0:
            stamp = clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
            backup.before_migration(path, version, schema.CURRENT_VERSION, stamp)
        _migrate(db, path)


def _check(db: Database, path: Path) -> None:
    if path.stat().st_size > _CHECK_UP_TO_BYTES:
        return
    _check_whole(db, path)


def _check_whole(db: Database, path: Path) -> None:
    problem = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise damaged(path, str(problem))


def _use_write_ahead_log(db: Database) -> None:
    # SQLite does not wait by itself here while another process makes the same switch.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "lock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(db: Database, path: Path) -> None:
    """All pending migrations in one transaction: the file has the old schema or the new one, nothing between."""
    from pennyweight.store import migrations

    with transaction(db):
        migrations.apply(db.conn)
        version = schema.version_of(db)
    if version != schema.CURRENT_VERSION:
        raise StoreError(f"The database {path} could not be brought up to date.", kept="It was not changed.")
