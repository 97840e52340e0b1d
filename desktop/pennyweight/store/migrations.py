"""One migration per version of the schema, applied by sqlite-utils. Imported only where one is due."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from pennyweight.store.schema import APPLICATION_ID
from pennyweight.store.schema_v1 import VERSION_1
from pennyweight.store.schema_v2 import VERSION_2
from pennyweight.store.schema_v3 import VERSION_3
from pennyweight.store.schema_v4 import VERSION_4
from pennyweight.store.schema_v5 import VERSION_5
from pennyweight.store.schema_v6 import VERSION_6
from pennyweight.store.schema_v7 import VERSION_7
from pennyweight.store.schema_v8 import VERSION_8

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


def apply(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date, inside the transaction that the caller has begun."""
    # sqlite-utils unpacks rows of its own.
    factory, connection.row_factory = connection.row_factory, None
    try:
        migrations.apply(Database(connection, execute_plugins=False))
    finally:
        connection.row_factory = factory


def _set_version(db: Database, version: int) -> None:
    # PRAGMA takes no parameters; both values are integers of ours.
    db.execute(f"PRAGMA user_version = {version:d}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
