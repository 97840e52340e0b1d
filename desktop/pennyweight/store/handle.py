"""A connection as the rest of the store uses it.

Of sqlite-utils the store needs its migrations alone, and only where one is due (`migrations.py`): reading its code, and
numpy's with it, is a quarter of a second of every start.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

Values = Sequence[object] | Mapping[str, object]


class Database:
    """`execute` and `executemany` on the connection `conn`."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        # Or a REPLACE would take rows away without the triggers that forbid it: the ledger is append-only.
        conn.execute("PRAGMA recursive_triggers = ON")

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        return self.conn.execute(sql, values)

    def executemany(self, sql: str, values: Iterable[Values]) -> sqlite3.Cursor:
        return self.conn.executemany(sql, values)

    def close(self) -> None:
        self.conn.close()
