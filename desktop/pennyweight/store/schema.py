"""The schema, one migration per version, applied by sqlite-utils.

Times are UTC text of fixed width, `2026-11-21T05:45:26.000000Z`, so that they sort, compare and read as they are.
Money is INTEGER nano-dollars (1 USD = 1,000,000,000). JSON columns hold one object or list as text.
"""

from __future__ import annotations

import re

from sqlite_utils import Database, Migrations

from pennyweight.store.schema_v1 import VERSION_1
from pennyweight.store.schema_v2 import VERSION_2
from pennyweight.store.schema_v3 import VERSION_3
from pennyweight.store.schema_v4 import VERSION_4
from pennyweight.store.schema_v5 import VERSION_5
from pennyweight.store.schema_v6 import VERSION_6
from pennyweight.store.schema_v7 import VERSION_7
from pennyweight.store.schema_v8 import VERSION_8

APPLICATION_ID = 0x50574754
"""`PWGT`: marks the file as ours, also for `file(1)`."""

migrations = Migrations("pennyweight")


@migrations(name="v1")
def _v1(db: Database) -> None:
    db.executescript(VERSION_1)
    _set_version(db, 1)


@migrations(name="v2")
def _v2(db: Database) -> None:
    db.executescript(VERSION_2)
    _set_version(db, 2)


@migrations(name="v3")
def _v3(db: Database) -> None:
    db.executescript(VERSION_3)
    _set_version(db, 3)


@migrations(name="v4")
def _v4(db: Database) -> None:
    db.executescript(VERSION_4)
    _set_version(db, 4)


@migrations(name="v5")
def _v5(db: Database) -> None:
    db.executescript(VERSION_5)
    _set_version(db, 5)


@migrations(name="v6")
def _v6(db: Database) -> None:
    db.executescript(VERSION_6)
    _set_version(db, 6)


@migrations(name="v7")
def _v7(db: Database) -> None:
    db.executescript(VERSION_7)
    _set_version(db, 7)


@migrations(name="v8")
def _v8(db: Database) -> None:
    db.executescript(VERSION_8)
    _set_version(db, 8)


CURRENT_VERSION = 8
_ALL = (VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6, VERSION_7, VERSION_8)
_NAMED = re.compile(r"^(CREATE|DROP)(?: VIRTUAL)? (TABLE|TRIGGER) (?:IF (?:NOT )?EXISTS )?(\w+)", re.MULTILINE)


def _set_version(db: Database, version: int) -> None:
    # PRAGMA takes no parameters; both values are integers of ours.
    db.execute(f"PRAGMA user_version = {version:d}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")


def missing_part(db: Database) -> str:
    """The first table or trigger of the current schema that `db` lacks, as words; empty if it has all."""
    wanted: dict[str, str] = {}
    for verb, kind, name in _NAMED.findall("".join(_ALL)):
        if verb == "CREATE":
            wanted[name] = kind.lower()
        else:
            wanted.pop(name, None)
    there = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    return next((f"the {kind} {name} is missing" for name, kind in wanted.items() if name not in there), "")


def version_of(db: Database) -> int:
    """The schema version of a database; 0 for an empty one."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def is_ours(db: Database) -> bool:
    """True for a database of this program and for one without any table."""
    if int(db.execute("PRAGMA application_id").fetchone()[0]) == APPLICATION_ID:
        return True
    return db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
