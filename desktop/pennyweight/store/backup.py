"""Copies of the database: whole, private, checked, and in place only when complete."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import StoreError
from pennyweight.domain.progress import Progress, untold
from pennyweight.store.problems import backups_folder, cannot_write, damaged, is_damage

KEEP_DAYS = 7
_PAGES_AT_ONCE = 2_048
_INSTRUCTIONS_AT_ONCE = 100_000
_DAILY = re.compile(r"pennyweight-\d{4}-\d{2}-\d{2}\.db")


def private_folder(folder: Path) -> None:
    """Make `folder` for this user alone; one that exists already keeps its permissions."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def copy_to(path: Path, target: Path, cancel: Cancel | None = None, progress: Progress = untold) -> None:
    """Write a checked copy of the database at `path` to `target`, replacing it at once when the copy is complete.

    Raises StoreError if the copy cannot be written, the database is damaged or it is cancelled; `target` is then as
    before.
    """
    try:
        private_folder(target.parent)
        _copy(path, target, cancel or Cancel(), progress)
    except OSError as error:
        raise cannot_write(target, error) from error


def _copy(path: Path, target: Path, cancel: Cancel, progress: Progress) -> None:
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    descriptor = os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        try:
            _fill(path, half, cancel, progress)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        half.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        with suppress(OSError):
            half.unlink()
        raise


def _fill(path: Path, half: Path, cancel: Cancel, progress: Progress) -> None:
    def step(_status: int, remaining: int, total: int) -> None:
        if cancel.cancelled:
            raise _stopped()
        progress("Copying", 1 - remaining / total if total else None)

    try:
        with (
            closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=5.0)) as source,
            closing(sqlite3.connect(half)) as copy,
        ):
            # All steps read one state: a change in between would have the copy begin anew.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES_AT_ONCE, progress=step)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, no companions
            progress("Checking", None)
            copy.set_progress_handler(lambda: cancel.cancelled, _INSTRUCTIONS_AT_ONCE)
            problem = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            if cancel.cancelled:
                raise _stopped()
    except sqlite3.Error as error:
        if cancel.cancelled:
            raise _stopped() from error
        if is_damage(error):  # of what was copied
            raise damaged(path, str(error)) from error
        raise StoreError(
            f"The backup of {path} could not be written ({error}).", kept="The database was not changed."
        ) from error
    if problem != "ok":
        raise damaged(path, str(problem))


def _stopped() -> StoreError:
    return StoreError("Stopped.", kept="Nothing was written.")


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def daily(path: Path, today: date, cancel: Cancel | None = None) -> Path | None:
    """Today's backup, if there is none yet; older daily ones than the last seven are removed. None if it was there.

    StoreError where it is cancelled: there is none today, then.
    """
    folder = backups_folder(path)
    target = folder / f"pennyweight-{today.isoformat()}.db"
    if target.exists():
        return None
    copy_to(path, target, cancel)
    dated = sorted(file for file in folder.glob("pennyweight-*.db") if _DAILY.fullmatch(file.name))
    for old in dated[:-KEEP_DAYS]:
        with suppress(OSError):
            old.unlink()
    return target


def before_migration(path: Path, version: int, target_version: int, stamp: str) -> Path:
    """The copy that is made before a migration; these are never removed by the program."""
    target = backups_folder(path) / f"before-v{target_version}-from-v{version}-{stamp}.db"
    copy_to(path, target)
    return target
