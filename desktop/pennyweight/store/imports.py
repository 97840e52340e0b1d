"""Imports: their rows in the ledger, the bills and estimates beside it, and the undo of a whole import."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.store import codec
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.corrections import correction_of
from pennyweight.store.handle import Database
from pennyweight.store.ledger import insert_entries, insert_imported
from pennyweight.store.overlaps import Counting, uncounted
from pennyweight.store.put_back import put_back
from pennyweight.store.schema_v10 import SUMS
from pennyweight.store.totals import period

_MOST_VALUES = 10_000
"""In one statement; SQLite takes some 32,000."""


@dataclass(frozen=True, slots=True)
class ImportRun:
    id: str
    kind: str
    path: str
    started_at: datetime
    state: str
    """`running` (also one that was broken off), `done` or `undone`."""
    report: dict[str, Any]
    put_back_as: str = ""
    """The import that has the rows again after they were taken back; empty where there is none."""


@dataclass(frozen=True, slots=True)
class ProviderBill:
    """What a provider says it billed on one UTC day, `YYYY-MM-DD`, for one item."""

    key: str
    source: str
    utc_day: str
    item: str
    amount_nano: int
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One answer of a chat export; tokens as (low, expected, high)."""

    key: str
    at: datetime
    source: str
    model: str
    conversation: str
    input_tokens: tuple[int, int, int]
    output_tokens: tuple[int, int, int]
    kept: bool = True
    origin: str = ""


@dataclass(frozen=True, slots=True)
class DayOfLedger:
    """A provider's rows of one UTC day."""

    utc_day: str
    rows: int
    nano: int
    unpriced: int
    estimated: int
    """Rows whose tokens, or whose share of a sum, are not as a provider counted them."""
    estimated_nano: int = 0


class Imports:
    """All methods may be called from any thread."""

    def __init__(self, readers: ReaderPool, writer: Writer, clock: Any) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def begin(self, run_id: str, kind: str, path: str) -> None:
        values = [run_id, kind, codec.clean(path), codec.time_to_text(self._clock())]
        self._writer.write(
            lambda db: db.execute(
                "INSERT INTO imports (id, kind, path, started_at, state, report) VALUES (?, ?, ?, ?, 'running', '{}')",
                values,
            )
        )

    def finish(self, run_id: str, report: dict[str, Any]) -> None:
        text = codec.to_json(report)
        self._writer.write(
            lambda db: db.execute("UPDATE imports SET state = 'done', report = ? WHERE id = ?", [text, run_id])
        )

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that the ledger, the bills or the estimates hold."""
        with self._readers.borrow() as db:
            return set().union(*(_known(db, table, keys) for table in ("ledger", "provider_bills", "import_estimates")))

    def add(
        self,
        run_id: str,
        entries: Iterable[LedgerEntry],
        bills: Iterable[ProviderBill] = (),
        estimates: Iterable[Estimate] = (),
    ) -> tuple[set[str], int]:
        """Add in one transaction; (keys that were new, corrections written).

        A row that is known with fewer tokens (it was imported while it was still being written) gets a correction.
        """
        return self.submit(run_id, entries, bills, estimates).result()

    def submit(
        self,
        run_id: str,
        entries: Iterable[LedgerEntry],
        bills: Iterable[ProviderBill] = (),
        estimates: Iterable[Estimate] = (),
    ) -> Future[tuple[set[str], int]]:
        """As `add`, without waiting: the caller may work out the next rows while these are written."""
        rows = [(entry, codec.entry_values(entry)) for entry in entries]
        charged, guessed = list(bills), list(estimates)

        def work(db: Database) -> tuple[set[str], int]:
            known = _known(db, "ledger", [entry.dedup_key for entry, _ in rows])
            fresh: dict[str, tuple[LedgerEntry, codec.Values]] = {}
            again: list[LedgerEntry] = []
            for entry, values in rows:
                if entry.dedup_key in known or entry.dedup_key in fresh:
                    again.append(entry)
                else:
                    fresh[entry.dedup_key] = entry, values
            insert_imported(db, list(fresh.values()))
            corrected = sum(_correct(db, entry) for entry in again)
            new = set(fresh)
            new |= {bill.key for bill in charged if _add_bill(db, run_id, bill)}
            new |= {estimate.key for estimate in guessed if _add_estimate(db, run_id, estimate)}
            return new, corrected

        return self._writer.submit(work)

    def undo(self, run_id: str) -> int:
        """Take the whole import out of the ledger; its rows are kept in `ledger_undone`. Returns how many they were."""
        now = codec.time_to_text(self._clock())
        return self._writer.write(lambda db: _undo(db, run_id, now))

    def put_back(self, run_id: str, new_id: str) -> int:
        """Take an undo back: what the import had is there again, as the import `new_id`. Returns how many rows."""
        now = codec.time_to_text(self._clock())
        return self._writer.write(lambda db: put_back(db, run_id, new_id, now))

    def runs(self) -> list[ImportRun]:
        """Newest first."""
        with self._readers.borrow() as db:
            rows = db.execute("SELECT * FROM imports ORDER BY number DESC").fetchall()
        return [
            ImportRun(
                row["id"],
                row["kind"],
                row["path"],
                codec.text_to_time(row["started_at"]),
                row["state"],
                json.loads(row["report"]),
                row["put_back_as"],
            )
            for row in rows
        ]

    def bills(self, source: str) -> dict[str, int]:
        """UTC day -> nano-dollars the provider billed."""
        with self._readers.borrow() as db:
            rows = db.execute(
                "SELECT utc_day, sum(amount_nano) FROM provider_bills WHERE source = ? GROUP BY utc_day", [source]
            ).fetchall()
        return {row[0]: row[1] for row in rows}

    def days(
        self, source: str, first: str = "0000", last: str = "9999", counting: Counting = "both"
    ) -> dict[str, DayOfLedger]:
        """The ledger's rows of a provider, by UTC day, from `first` to `last` (`YYYY-MM-DD`, included)."""
        told_twice, once = "", ""
        values: dict[str, object] = {"source": source, "first": first, "past": f"{last}U"}
        if counting != "both":
            rows, days = uncounted(counting, first, last)
            told_twice, once = f"WITH {rows}", "AND number NOT IN (SELECT number FROM uncounted)"
            values |= days
        sql = f"""
{told_twice} SELECT substr(at, 1, 10), sum(kind <> 'correction'), sum(coalesce(billed_nano, 0)),
    sum(billed_nano IS NULL AND kind <> 'correction'), sum(usage_state <> 'reported'),
    sum(CASE WHEN usage_state <> 'reported' THEN coalesce(billed_nano, 0) ELSE 0 END)
FROM ledger WHERE source = :source AND at >= :first AND at < :past {once} GROUP BY 1
"""  # noqa: S608 - our own text
        with self._readers.borrow() as db:
            found = db.execute(sql, values).fetchall()
        return {row[0]: DayOfLedger(*row) for row in found}

    def bill_days(self) -> list[tuple[str, str, str, int]]:
        """(source, first UTC day, last UTC day, nano-dollars) of each provider with bills, by name."""
        with self._readers.borrow() as db:
            rows = db.execute(
                "SELECT source, min(utc_day), max(utc_day), sum(amount_nano) FROM provider_bills GROUP BY source"
            ).fetchall()
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def estimates(self, start: datetime | None = None, end: datetime | None = None) -> list[Estimate]:
        """Those with start <= at < end, oldest first."""
        condition, values = period(start, end, "at")
        with self._readers.borrow() as db:
            rows = db.execute(
                f"SELECT * FROM import_estimates WHERE {condition} ORDER BY at, number",  # noqa: S608
                values,
            ).fetchall()
        return [
            Estimate(
                row["dedup_key"],
                codec.text_to_time(row["at"]),
                row["source"],
                row["model"],
                row["conversation"],
                (row["input_low"], row["input_tokens"], row["input_high"]),
                (row["output_low"], row["output_tokens"], row["output_high"]),
                bool(row["kept"]),
                row["origin"],
            )
            for row in rows
        ]


def _known(db: Database, table: str, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for first in range(0, len(keys), _MOST_VALUES):
        some = keys[first : first + _MOST_VALUES]
        sql = f"SELECT dedup_key FROM {table} WHERE dedup_key IN ({', '.join('?' * len(some))})"  # noqa: S608
        found.update(row[0] for row in db.execute(sql, some))
    return found


def _correct(db: Database, entry: LedgerEntry) -> int:
    correction = correction_of(db, entry, "The row was still being written when it was first imported.")
    if (correction.usage.output_total, correction.usage.input_total) <= (0, 0):
        return 0
    return insert_entries(db, [correction])


def _add_bill(db: Database, run_id: str, bill: ProviderBill) -> bool:
    values = [bill.key, run_id, bill.source, bill.utc_day, bill.item, bill.amount_nano, bill.origin]
    return (
        db.execute(
            "INSERT OR IGNORE INTO provider_bills (dedup_key, import_id, source, utc_day, item, amount_nano, origin)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [codec.clean(value) if isinstance(value, str) else value for value in values],
        ).rowcount
        == 1
    )


def _add_estimate(db: Database, run_id: str, one: Estimate) -> bool:
    values = [one.key, run_id, codec.time_to_text(one.at), one.source, one.model, one.conversation]
    values = [codec.clean(value) for value in values]
    counts = [*one.input_tokens, *one.output_tokens, int(one.kept)]
    return (
        db.execute(
            "INSERT OR IGNORE INTO import_estimates (dedup_key, import_id, at, source, model, conversation, input_low,"
            " input_tokens, input_high, output_low, output_tokens, output_high, kept, origin)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*values, *counts, codec.clean(one.origin)],
        ).rowcount
        == 1
    )


def _undo(db: Database, run_id: str, now: str) -> int:
    values = {"run": run_id, "now": now}
    # A correction that a later import wrote goes with the row it corrects.
    db.execute("CREATE TEMP TABLE IF NOT EXISTS leaving (number INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM leaving")
    db.execute(
        "INSERT INTO leaving SELECT number FROM ledger WHERE id > :run || '-' AND id < :run || '.'"
        " UNION SELECT number FROM ledger WHERE kind = 'correction' AND instr(dedup_key, '#') > 0 AND"
        " substr(dedup_key, 1, instr(dedup_key, '#') - 1) IN"
        " (SELECT dedup_key FROM ledger WHERE id > :run || '-' AND id < :run || '.')",
        values,
    )
    db.execute(
        "INSERT INTO ledger_undone SELECT l.*, :run, :now FROM ledger l WHERE number IN (SELECT number FROM leaving)",
        values,
    )
    gone = db.execute("DELETE FROM ledger WHERE number IN (SELECT number FROM leaving)").rowcount
    db.execute("DELETE FROM ledger_sums WHERE " + " AND ".join(f"{name} = 0" for name in SUMS))  # noqa: S608
    for table in ("provider_bills", "import_estimates"):
        db.execute(f"INSERT INTO {table}_undone SELECT *, :now FROM {table} WHERE import_id = :run", values)  # noqa: S608
        gone += db.execute(f"DELETE FROM {table} WHERE import_id = :run", values).rowcount  # noqa: S608
    db.execute("UPDATE imports SET state = 'undone', undone_at = :now WHERE id = :run", values)
    return gone
