"""The ledger: append-only rows, one per model call, and their equivalent cloud bills."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median

from pennyweight.domain.ledger import EquivalentBill, LedgerEntry, LedgerTotals
from pennyweight.store import codec, projects, totals
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.corrections import changes_something, correction_of
from pennyweight.store.handle import Database
from pennyweight.store.overlaps import Counting

_INSERT_BILL = """
INSERT INTO equivalents (reference, ledger_number, at, source, conversation_id, came_with_row, reference_name,
    expected_nano, low_nano, high_nano, price_source, rate_card)
SELECT :reference, number, at, source, conversation_id, :came_with_row, :reference_name,
    :expected_nano, :low_nano, :high_nano, :equivalent_price_source, :equivalent_rate_card
FROM ledger WHERE id = :ledger_id
"""
ENTRIES = """
SELECT l.*, e.reference_name, e.expected_nano, e.low_nano, e.high_nano, e.price_source AS equivalent_price_source,
       e.rate_card AS equivalent_rate_card, p.project
FROM ledger l
LEFT JOIN equivalents e ON e.reference = l.equivalent_reference AND e.ledger_number = l.number
LEFT JOIN project_tags p ON p.conversation_id = l.conversation_id
"""
_UNPRICED = f"""
{ENTRIES}
WHERE l.source = 'local' AND l.kind <> 'correction' AND (l.at, l.number) > (:after_at, :after_number)
    AND NOT EXISTS (SELECT 1 FROM equivalents o WHERE o.reference = :reference AND o.ledger_number = l.number)
ORDER BY l.at, l.number LIMIT :page
"""  # noqa: S608 - our own text
# By source, whose index is in order of time: rows without energy, a million imported ones perhaps, are not read.
_WITH_ENERGY = f"""
WITH RECURSIVE {totals.SOURCES},
newest AS MATERIALIZED (
    SELECT n.number FROM known JOIN ledger n ON n.number IN (
        SELECT number FROM ledger WHERE energy_source = known.value ORDER BY at DESC, number DESC LIMIT :limit)
)
{ENTRIES}
WHERE l.number IN (SELECT number FROM newest) ORDER BY l.at DESC, l.number DESC LIMIT :limit
"""  # noqa: S608 - our own text
_OUTPUTS = """
SELECT output_total FROM ledger WHERE model = ? AND task = ? AND kind IN ('answer', 'join')
    AND stop_reason IN ('end', 'length', 'stop_text') ORDER BY number DESC LIMIT ?
"""
_ESTIMATED_BEFORE = "The call had been taken for ended, and booked as an estimate: the difference to what it was."
_PAGE = 500
_STATS_ROWS = 200
_SPEED_ROWS = 20


@dataclass(frozen=True, slots=True)
class OutputStats:
    """Output tokens of earlier answers of one task and model; zeros where there is none."""

    count: int
    median: float
    mean: float


@dataclass(frozen=True, slots=True)
class SpeedStats:
    """Speed of the last local answers of a model; None where nothing was measured. Tokens per second, watts."""

    count: int
    prefill_tokens_per_second: float | None
    decode_tokens_per_second: float | None
    watts: float | None


def insert_entries(db: Database, entries: Iterable[LedgerEntry]) -> int:
    """Add rows inside the caller's transaction; returns how many were new.

    A cloud call of this program that is known with other figures (it was taken for ended and booked as an estimate)
    gets a correction.
    """
    return sum(_insert_entry(db, entry) for entry in entries)


def insert_imported(db: Database, rows: Sequence[tuple[LedgerEntry, codec.Values]]) -> None:
    """Add rows, each with its `codec.entry_values`, that are new, come from outside and belong to no message of ours.

    Does what `insert_entries` does, three times as fast.
    """
    if not rows:
        return
    columns = rows[0][1]
    db.conn.executemany(
        f"INSERT INTO ledger ({', '.join(columns)}, opens_answer) VALUES ({'?, ' * len(columns)}1)",  # noqa: S608
        [tuple(values.values()) for _, values in rows],
    )
    tagged: set[str] = set()
    for entry, values in rows:
        chat = entry.conversation_id
        if chat and entry.project and chat not in tagged:
            tagged.add(chat)
            projects.tag_from_import(db, chat, entry.project, values["at"])


def _insert_entry(db: Database, entry: LedgerEntry) -> int:
    values = codec.entry_values(entry) | {"opens_answer": int(_opens_answer(db, entry))}
    columns, marks = ", ".join(values), ", ".join(f":{column}" for column in values)
    if entry.source != "local":  # the call is booked, by whomever: it is not under way any more
        db.execute("DELETE FROM running_calls WHERE id = ?", [entry.id])
    if db.execute(f"INSERT INTO ledger ({columns}) VALUES ({marks})", values).rowcount != 1:  # noqa: S608
        if entry.source != "local" and entry.origin == "pennyweight" and entry.kind != "correction":
            _correct(db, entry)
        return 0
    if entry.equivalent is not None:
        _insert_bill(db, entry.id, entry.equivalent, came_with_row=True)
    if entry.project and entry.conversation_id:
        projects.tag_from_import(db, entry.conversation_id, entry.project, values["at"])
    return 1


def _correct(db: Database, entry: LedgerEntry) -> None:
    correction = correction_of(db, entry, _ESTIMATED_BEFORE)
    if changes_something(correction):
        _insert_entry(db, correction)


def _opens_answer(db: Database, entry: LedgerEntry) -> bool:
    if entry.kind == "correction":
        return False
    if entry.message_id is None:  # a summary of the chat, made to go along with a question, is nobody's answer
        return entry.kind == "answer"
    known = db.execute(
        "SELECT 1 FROM ledger WHERE message_id = ? AND opens_answer = 1 LIMIT 1", [entry.message_id]
    ).fetchone()
    return known is None


def _insert_bill(db: Database, ledger_id: str, bill: EquivalentBill, *, came_with_row: bool) -> bool:
    values = codec.equivalent_values(bill) | {"ledger_id": ledger_id, "came_with_row": int(came_with_row)}
    return db.execute(_INSERT_BILL, values).rowcount == 1


class Ledger:
    """All methods may be called from any thread; changes wait until they are committed."""

    def __init__(self, readers: ReaderPool, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def add(self, entries: Iterable[LedgerEntry]) -> int:
        """Add rows in one transaction; those whose `dedup_key` is known are left out. Returns how many were new."""
        rows = list(entries)
        return self._writer.write(lambda db: insert_entries(db, rows))

    def for_message(self, message_id: str) -> list[LedgerEntry]:
        """All calls of one answer, in the order they were made."""
        with self._readers.borrow() as db:
            rows = db.execute(ENTRIES + "WHERE l.message_id = ? ORDER BY l.number", [message_id]).fetchall()
        return [codec.entry(row) for row in rows]

    def recent(self, limit: int = 50) -> list[LedgerEntry]:
        """The newest rows by time, newest first."""
        with self._readers.borrow() as db:
            rows = db.execute(ENTRIES + "ORDER BY l.at DESC, l.number DESC LIMIT ?", [max(limit, 0)]).fetchall()
        return [codec.entry(row) for row in rows]

    def recent_with_energy(self, limit: int) -> list[LedgerEntry]:
        """The newest rows that have an energy reading, newest first."""
        with self._readers.borrow() as db:
            rows = db.execute(_WITH_ENERGY, {"limit": max(limit, 0)}).fetchall()
        return [codec.entry(row) for row in rows]

    def iterate(self, start: datetime | None = None, end: datetime | None = None) -> Iterator[LedgerEntry]:
        """All rows with start <= at < end, oldest first. Reads in pages: rows added meanwhile may or may not appear."""
        condition, values = totals.period(start, end, "l.at")
        sql = (
            ENTRIES + f"WHERE {condition} AND (l.at, l.number) > (:after_at, :after_number)"
            " ORDER BY l.at, l.number LIMIT :page"
        )
        yield from self._pages(sql, values)

    def count(self, start: datetime | None = None, end: datetime | None = None) -> int:
        """How many rows `iterate` gives."""
        condition, values = totals.period(start, end, "at")
        with self._readers.borrow() as db:
            return int(db.execute(f"SELECT count(*) FROM ledger WHERE {condition}", values).fetchone()[0])  # noqa: S608

    def last_number(self) -> int:
        """The number of the row that was added last, by any process; 0 while there is none."""
        with self._readers.borrow() as db:
            return int(db.execute("SELECT coalesce(max(number), 0) FROM ledger").fetchone()[0])

    def missing_equivalents(self, reference: str) -> Iterator[LedgerEntry]:
        """Local rows that have no bill yet for the reference model `provider/model`, oldest first."""
        yield from self._pages(_UNPRICED, {"reference": reference})

    def _pages(self, sql: str, values: dict[str, object]) -> Iterator[LedgerEntry]:
        # No connection is held between pages: the caller may take as long as it likes, and may write in between.
        after: tuple[str, int] = ("", -1)
        while True:
            page = values | {"after_at": after[0], "after_number": after[1], "page": _PAGE}
            with self._readers.borrow() as db:
                rows = db.execute(sql, page).fetchall()
            for row in rows:
                yield codec.entry(row)
            if len(rows) < _PAGE:
                return
            after = (rows[-1]["at"], rows[-1]["number"])

    def add_equivalents(self, ledger_id: str, bill: EquivalentBill) -> bool:
        """Record what a row would have cost at another reference model; False if that was known already."""
        return self.add_all_equivalents([(ledger_id, bill)]) == 1

    def add_all_equivalents(self, bills: Iterable[tuple[str, EquivalentBill]]) -> int:
        """Many (ledger id, bill) pairs in one transaction; returns how many were new."""
        pairs = list(bills)
        return self._writer.write(
            lambda db: sum(_insert_bill(db, ledger_id, bill, came_with_row=False) for ledger_id, bill in pairs)
        )

    def totals(
        self,
        *,
        conversation_id: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        reference: str | None = None,
        without: Collection[str] = (),
        counting: Counting = "both",
    ) -> LedgerTotals:
        """Exact sums over rows with start <= at < end, of one conversation or of all.

        `reference` chooses the reference model `provider/model`; None takes, row by row, the one of its moment.
        `counting` leaves out what a provider's report and calls both tell.
        `without` leaves out the rows of these messages: of answers that are being written and counted elsewhere.
        """
        with self._readers.borrow() as db:
            return totals.totals(db, totals.Scope(conversation_id, start, end), reference, without, counting)

    def cloud_spend(self, start: datetime | None, end: datetime | None, source: str | None = None) -> int:
        """Nano-dollars this program's own cloud calls were billed (or are estimated at), of one source or of all.

        Rows with start <= at < end; imported rows and rows without a price do not count.
        """
        condition, values = totals.period(start, end, "at")
        with self._readers.borrow() as db:
            row = db.execute(
                f"SELECT coalesce(sum(billed_nano), 0) FROM ledger WHERE source <> 'local' AND origin = 'pennyweight'"  # noqa: S608
                f" AND {condition} AND (:source IS NULL OR source = :source)",
                values | {"source": source},
            ).fetchone()
        return int(row[0])

    def output_lengths(self, task: str, model: str) -> list[int]:
        """Output tokens of the last finished answers of this task and model, newest first."""
        with self._readers.borrow() as db:
            rows = db.execute(_OUTPUTS, [model, task, _STATS_ROWS]).fetchall()
        return [row[0] for row in rows]

    def sums_match_rows(self) -> bool:
        """True if the sums kept per day and hour are those of the rows. Reads every row: a check for `doctor`."""
        with self._readers.borrow() as db:
            return totals.sums_match_rows(db)

    def output_stats(self, task: str, model: str) -> OutputStats:
        """Output tokens of the last finished answers of this task and model."""
        counts = self.output_lengths(task, model)
        return OutputStats(len(counts), median(counts), fmean(counts)) if counts else OutputStats(0, 0.0, 0.0)

    def speed_stats(self, model: str) -> SpeedStats:
        """Tokens per second and marginal watts over the last local answers of this model."""
        with self._readers.borrow() as db:
            row = db.execute(
                """
                SELECT count(*) AS count,
                       sum(prompt_evaluated) FILTER (WHERE prefill_seconds > 0) AS evaluated,
                       sum(prefill_seconds) AS prefill,
                       sum(output_total) FILTER (WHERE decode_seconds > 0) AS output,
                       sum(decode_seconds) AS decode,
                       sum(energy_joules) FILTER (WHERE energy_seconds > 0) AS joules,
                       sum(energy_seconds) FILTER (WHERE energy_joules IS NOT NULL) AS powered
                FROM (SELECT * FROM ledger WHERE model = ? AND source = 'local' AND kind <> 'correction'
                      ORDER BY number DESC LIMIT ?)
                """,
                [model, _SPEED_ROWS],
            ).fetchone()
        return SpeedStats(
            row["count"],
            _rate(row["evaluated"], row["prefill"]),
            _rate(row["output"], row["decode"]),
            _rate(row["joules"], row["powered"]),
        )


def _rate(amount: float | None, seconds: float | None) -> float | None:
    return amount / seconds if amount is not None and seconds else None
