"""One migration per version of the schema, applied by sqlite-utils. Imported only where one is due."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from pennyweight.store.schema import APPLICATION_ID, SCRIPTS

migrations = Migrations("pennyweight")


def _add(version: int, script: str) -> None:
    @migrations(name=f"v{version}")
    def step(db: Database) -> None:
        db.executescript(script)
        _set_version(db, version)


for _version, _script in enumerate(SCRIPTS, 1):
    _add(_version, _script)


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
