"""Calls to providers that are under way: what would stand in the ledger if their process were killed at this moment.

A call is here before its request leaves, and until its row is in the ledger: both change in one transaction. When its
process is gone the row goes into the ledger as it stands; it has the key that the process would have used, so that
there is one row however the call ended, and what is told of the call later is a correction of it. Other processes read
here what is not booked yet: they share the budgets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress

from pennyweight.domain.errors import StoreError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.store import codec, comparisons, messages
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.handle import Database
from pennyweight.store.ledger import insert_entries
from pennyweight.store.owner import Owner
from pennyweight.store.tree import INTERRUPTED_NOTE

_ALL = "SELECT *, NULL AS project FROM running_calls ORDER BY at"


class RunningCalls:
    """A call belongs to the process that makes it. Thread-safe; changes wait until they are committed."""

    def __init__(self, readers: ReaderPool, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer
        self._owner = Owner.this_process()

    def put(self, entry: LedgerEntry, *, sent: bool, held_nano: int) -> None:
        """The call as it stands; replaces what was there. `sent`: the provider may have it, and bill it.

        `held_nano` is what it may have cost so far, for the budgets of other processes.
        """
        values = codec.entry_values(entry) | {
            "owner_pid": self._owner.pid,
            "owner_started": self._owner.started,
            "sent": int(sent),
            "held_nano": held_nano,
        }
        columns, marks = ", ".join(values), ", ".join(f":{column}" for column in values)
        sql = f"INSERT OR REPLACE INTO running_calls ({columns}) VALUES ({marks})"  # noqa: S608
        self._writer.write(lambda db: db.execute(sql, values))

    def drop(self, call_id: str) -> None:
        """For a call that will have no row in the ledger: it was never sent, or was turned down."""
        self._writer.write(lambda db: db.execute("DELETE FROM running_calls WHERE id = ?", [call_id]))

    def unbooked(self, running: Collection[str]) -> dict[str, int]:
        """Nano-dollars by provider that calls have cost which are not in the ledger yet.

        Those of other processes, and of this one's those that have ended: not `running`, whose owner knows better.
        Calls of processes that are gone are settled first.
        """
        rows = self._rows()
        if any(self._gone(row) for row in rows):
            with suppress(StoreError):  # then they count as unbooked, and the next look settles them
                self.settle()
                rows = self._rows()
        found: dict[str, int] = defaultdict(int)
        for row in rows:
            if row["id"] not in running or not self._own(row):
                found[row["source"]] += row["held_nano"]
        return dict(found)

    def settle(self) -> int:
        """Book each call whose process is gone, and forget those that were never sent; returns how many were booked.

        Any number of processes may do this at once: the first one finds them.
        """
        return self._writer.write(self._settle)

    def _settle(self, db: Database) -> int:
        gone = [row for row in db.execute(_ALL).fetchall() if self._gone(row)]
        entries = [codec.entry(row) for row in gone if row["sent"]]
        new = insert_entries(db, entries)
        for entry in entries:
            comparisons.interrupt_side(db, entry)
        if gone:
            messages.interrupt_orphans(db, INTERRUPTED_NOTE)
        for row in gone:
            db.execute("DELETE FROM running_calls WHERE id = ?", [row["id"]])
        return new

    def _rows(self) -> list[codec.Row]:
        with self._readers.borrow() as db:
            return db.execute(_ALL).fetchall()

    def _own(self, row: codec.Row) -> bool:
        return _owner(row) == self._owner

    def _gone(self, row: codec.Row) -> bool:
        return not self._own(row) and not _owner(row).lives()


def _owner(row: codec.Row) -> Owner:
    return Owner(row["owner_pid"], row["owner_started"])
