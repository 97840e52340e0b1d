"""Turns what SQLite and the file system say into sentences a person can act on."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from pennyweight.domain.errors import StoreError

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_REFUSED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")
_LEAST_FREE_BYTES = 64 * 1024
_COMMITTED_STAYS = "Everything saved before is still there."


class MissingRowError(StoreError):
    """A chat or a message that was asked for is not in the database (any more)."""


class DamagedError(StoreError):
    """The database cannot be read, or not all of it."""


def backups_folder(path: Path) -> Path:
    """The folder beside the database that holds its backups."""
    return path.parent / "backups"


def newest_backup(path: Path) -> Path | None:
    """The newest backup of the database at `path`, of any kind; None if there is none."""
    try:
        found = [file for file in backups_folder(path).glob("*.db") if file.is_file()]
    except OSError:
        return None
    return max(found, key=lambda file: file.stat().st_mtime, default=None)


def damaged(path: Path, detail: str) -> DamagedError:
    """The file is there but cannot be read as our database. Nothing is moved or changed."""
    detail = detail.splitlines()[-1] if detail else "unreadable"  # SQLite puts a heading above what it found
    backup = newest_backup(path)
    if backup is None:
        advice = f"There is no backup. To start with an empty database, close the program and {_moved_away(path)}."
    else:
        advice = (
            f"The newest backup is {backup}. Close the program, {_moved_away(path)}, and put the backup in its place."
        )
    return DamagedError(f"The database {path} is damaged ({detail}).", kept="Nothing in it was changed.", advice=advice)


def not_a_database(path: Path) -> StoreError:
    backup = newest_backup(path)
    advice = "Move it away, or choose another data folder."
    if backup is not None:
        advice = (
            f"If it should be one, the newest backup is {backup}: close the program, {_moved_away(path)}, and put the"
            " backup in its place."
        )
    return StoreError(f"{path} is not a Pennyweight database.", kept="It was not changed.", advice=advice)


def _moved_away(path: Path) -> str:
    # SQLite would write what a crash left in the old file's log into the backup that was put in its place.
    return f"move the file away together with {path.name}-wal and {path.name}-shm, if they are beside it"


def too_new(path: Path, found: int, known: int) -> StoreError:
    return StoreError(
        f"The database {path} was written by a newer Pennyweight: it has version {found}, this program knows version"
        f" {known}.",
        kept="It was not changed.",
        advice="Start the newer program, or choose another data folder.",
    )


def cannot_write(path: Path, error: OSError) -> StoreError:
    reason = error.strerror or type(error).__name__
    return StoreError(
        f"Pennyweight cannot write to {path}: {reason}.",
        kept=_COMMITTED_STAYS,
        advice="Check the permissions of the folder, or choose another data folder.",
    )


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_FREE_BYTES
    except OSError:
        return False


def is_damage(error: sqlite3.Error) -> bool:
    return str(getattr(error, "sqlite_errorname", "")).startswith(_DAMAGED)


def readable(error: sqlite3.Error, path: Path) -> StoreError | None:
    """What a failure of the environment means; None if `error` is a mistake of ours."""
    name = getattr(error, "sqlite_errorname", "")
    if is_damage(error):
        return damaged(path, str(error))
    # Our own SQL is checked against our own schema by the tests: a part that is not there was taken out of the file.
    if str(error).startswith(("no such table", "no such column")):
        return damaged(path, str(error))
    # Without room for its shared memory SQLite tells of an error of the disk.
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _is_full(path)):
        return StoreError(
            f"The disk that holds {path} is full: the last change could not be saved.",
            kept=_COMMITTED_STAYS,
            advice="Free some space and try again.",
        )
    if name.startswith(_BUSY):
        return StoreError(
            f"Another program is using the database {path}: the last change could not be saved.",
            kept=_COMMITTED_STAYS,
            advice="Close the other program and try again.",
        )
    if name.startswith(_REFUSED):
        return StoreError(
            f"Pennyweight cannot open or write {path} ({error}).",
            kept=_COMMITTED_STAYS,
            advice="Check the permissions of the file and its folder.",
        )
    if name.startswith("SQLITE_IOERR"):
        return StoreError(
            f"The disk failed while {path} was read or written ({error}).",
            kept=_COMMITTED_STAYS,
            advice="Check the disk, then start the program again.",
        )
    return None
