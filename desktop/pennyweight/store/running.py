"""What running answers have cost so far, for the other process: the window and the command line share the budgets.

Rows live in `settings` under a prefix of their own: they last for the length of a stream, and the ledger's row of the
answer takes their place in its transaction.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime

from pennyweight.domain.errors import StoreError
from pennyweight.store import codec
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.handle import Database
from pennyweight.store.owner import Owner

_PREFIX = "running.cost."
_PUT = (
    "INSERT INTO settings (key, value, updated_at) VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at"
)


class RunningCosts:
    """A row belongs to the process that wrote it, and counts for nothing when that is gone."""

    def __init__(self, readers: ReaderPool, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock
        self._owner = Owner.this_process()

    def put(self, message_id: str, provider: str, nano: int) -> None:
        """`nano`: dollars so far, at list price."""
        value = {"provider": provider, "nano": nano, "pid": self._owner.pid, "started": self._owner.started}
        row = [_PREFIX + message_id, codec.to_json(value), codec.time_to_text(self._clock())]
        self._writer.write(lambda db: db.execute(_PUT, row))

    def drop(self, message_id: str) -> None:
        """For an answer that will have no row in the ledger."""
        self._writer.write(lambda db: give_way(db, message_id))

    def unbooked(self, running: Collection[str]) -> dict[str, int]:
        """Nano-dollars by provider that answers have cost which are not in the ledger yet.

        Those of other processes, and of this one's those that have ended: not `running`, whose owner knows better.
        """
        with self._readers.borrow() as db:
            rows = db.execute(
                "SELECT key, value FROM settings WHERE key >= ? AND key < ?", [_PREFIX, _PREFIX + "\uffff"]
            ).fetchall()
        found: dict[str, int] = defaultdict(int)
        left: list[str] = []
        for key, value in rows:
            message_id = key.removeprefix(_PREFIX)
            provider, nano, owner = _read(value)
            if owner is None or (owner != self._owner and not owner.lives()):
                left.append(message_id)
            elif owner != self._owner or message_id not in running:
                found[provider] += nano
        for message_id in left:
            with suppress(StoreError):  # the next look will do
                self.drop(message_id)
        return dict(found)


def give_way(db: Database, message_id: str) -> None:
    """Inside the caller's transaction: the answer is booked now."""
    db.execute("DELETE FROM settings WHERE key = ?", [_PREFIX + message_id])


def _read(value: str) -> tuple[str, int, Owner | None]:
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        found = json.loads(value)
        return str(found["provider"]), int(found["nano"]), Owner(int(found["pid"]), float(found["started"]))
    return "", 0, None
