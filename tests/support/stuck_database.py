"""A database that cannot be written for a while, as SQLite itself says it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.open_window import answered_services

from pennyweight.services.container import Services
from pennyweight.store import Store, connection


@contextmanager
def impatient() -> Iterator[None]:
    """Stores opened in here do not wait for another program's change."""
    before, connection.BUSY_SECONDS = connection.BUSY_SECONDS, 0.01
    try:
        yield
    finally:
        connection.BUSY_SECONDS = before


def impatient_services(home: Path) -> Services:
    with impatient():
        return answered_services(home)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the database."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=20, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


@contextmanager
def full(store: Store) -> Iterator[None]:
    """The file cannot grow: SQLite says that the disk is full."""
    db = store._writer._db  # it does nothing at this moment
    db.execute("PRAGMA max_page_count = 1")  # as it is: less than there are is not possible
    try:
        yield
    finally:
        db.execute("PRAGMA max_page_count = 1000000")
