"""A private table on disk where an import collects its rows: the best row of each key stays. Gone when closed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

_PUT = """
INSERT INTO staged VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET rank = excluded.rank, at = excluded.at, place = excluded.place,
    payload = excluded.payload
WHERE excluded.rank >= staged.rank
"""
_BATCH = 2_000


class Staging:
    """One thread's. SQLite keeps some megabytes in memory and the rest in a nameless temporary file."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA cache_size = -32768")
        self._db.execute(
            "CREATE TABLE staged (key TEXT PRIMARY KEY, rank INTEGER, at TEXT, place TEXT, payload BLOB) WITHOUT ROWID"
        )
        self._waiting: list[tuple[str, int, str, str, bytes]] = []

    def put(self, key: str, rank: int, at: str, place: str, payload: bytes) -> None:
        """Keep this row if none of its key ranks higher; of equals the last stays."""
        self._waiting.append((key, rank, at, place, payload))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._db.execute("BEGIN")
            self._db.executemany(_PUT, self._waiting)
            self._db.execute("COMMIT")
            self._waiting.clear()

    def count(self) -> int:
        self._flush()
        return int(self._db.execute("SELECT count(*) FROM staged").fetchone()[0])

    def rows(self) -> Iterator[tuple[str, str, bytes]]:
        """(key, place, payload), oldest first."""
        self._flush()
        yield from self._db.execute("SELECT key, place, payload FROM staged ORDER BY at, key")

    def close(self) -> None:
        self._db.close()
