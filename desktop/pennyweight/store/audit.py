"""Questions of the audit: sums of a stretch of the ledger by where the work ran, on what and for what. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

from pennyweight.domain.ledger import OWN_ORIGIN, LedgerEntry
from pennyweight.store import codec, totals
from pennyweight.store.connection import ReaderPool
from pennyweight.store.ledger import ENTRIES
from pennyweight.store.overlaps import Counting, uncounted
from pennyweight.store.schema_v10 import RESENT

Only = Literal["all", "unpriced", "estimated"]
Split = Literal["", "conversation", "project"]

IMPORT_KIND = (
    f"CASE WHEN l.origin = '{OWN_ORIGIN}' THEN '' ELSE substr(l.origin, 1, instr(l.origin || ':', ':') - 1) END"
)
"""The origin of an imported row begins with the kind of the import and a colon; empty for rows of this program."""
_UNBILLED = "l.source <> 'local' AND l.billed_nano IS NULL AND l.kind <> 'correction'"
_NO_BILL = "l.source = 'local' AND e.expected_nano IS NULL AND l.kind <> 'correction'"
_NO_BILL_AT = """l.source = 'local' AND l.kind <> 'correction' AND NOT EXISTS (
    SELECT 1 FROM equivalents o WHERE o.reference = coalesce(:reference, l.equivalent_reference)
    AND o.ledger_number = l.number AND o.expected_nano IS NOT NULL)"""
_ENDED = "{row}.kind IN ('answer', 'join') AND {row}.stop_reason IN ('end', 'length', 'stop_text')"
# An answer counts at the call that opened it. One of many calls (parts and joins) has ended if the last of them has:
# the joins before it ended too, and are not the answer.
_FINISHED = f"""CASE WHEN NOT l.opens_answer THEN 0 WHEN l.kind = 'answer' THEN {_ENDED.format(row="l")} ELSE coalesce((
    SELECT {_ENDED.format(row="n")} FROM ledger n WHERE n.message_id = l.message_id AND n.kind <> 'correction'
    ORDER BY n.number DESC LIMIT 1), 0) END"""  # noqa: S608 - our own text
_USABLE = f"CASE v.verdict WHEN 'kept' THEN l.opens_answer WHEN 'not useful' THEN 0 ELSE {_FINISHED} END"

_SUMS = {
    "calls": "sum(l.kind <> 'correction')",
    "answers": "sum(l.opens_answer)",
    "usable_answers": f"sum(l.origin = '{OWN_ORIGIN}' AND ({_FINISHED}))",
    "input_total": "sum(l.input_total)",
    "resent": f"sum({RESENT.format(row='l.')})",
    "cache_read": "sum(l.cache_read)",
    "cache_write": "sum(l.cache_write_5m + l.cache_write_1h)",
    "output_total": "sum(l.output_total)",
    "reasoning": "sum(l.reasoning)",
    "billed_nano": "sum(coalesce(l.billed_nano, 0))",
    "electric_nano": "sum(coalesce(l.electric_nano, 0))",
    "electric_low_nano": "sum(coalesce(l.electric_low_nano, 0))",
    "electric_high_nano": "sum(coalesce(l.electric_high_nano, 0))",
    "hardware_nano": "sum(coalesce(l.hardware_nano, 0))",
    "equivalent_nano": "sum(coalesce(e.expected_nano, 0))",
    "equivalent_low_nano": "sum(coalesce(e.low_nano, 0))",
    "equivalent_high_nano": "sum(coalesce(e.high_nano, 0))",
    "joules": "total(l.energy_joules)",
    "measured_joules": "total(l.energy_joules * l.energy_measured)",
    "seconds": "total(l.seconds)",
    "unpriced_rows": f"sum({_UNBILLED})",
    "uncompared_rows": f"sum({_NO_BILL})",
    "estimated_rows": "sum(l.usage_state <> 'reported')",
}
_SOMETHING = " OR ".join(_SUMS[name] for name in ("calls", "billed_nano", "input_total", "output_total"))
_COLUMNS = ", ".join(f"{expression} AS {name}" for name, expression in _SUMS.items())
_JUDGED_COLUMNS = ", ".join(
    f"{expression} AS {name}"
    for name, expression in (_SUMS | {"usable_answers": f"sum(l.origin = '{OWN_ORIGIN}' AND ({_USABLE}))"}).items()
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, start <= at < end, with a name of the caller's."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSums:
    """Exact sums over some rows: tokens, integer nano-dollars, joules, seconds. Add two with `+`."""

    calls: int = 0
    answers: int = 0
    usable_answers: int = 0
    """Answers made here that came to their end, and those stopped ones that the person keeps; never one that is not
    useful to them. The others have cost, too. At most as many as `answers`."""
    input_total: int = 0
    resent: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output_total: int = 0
    reasoning: int = 0
    billed_nano: int = 0
    electric_nano: int = 0
    electric_low_nano: int = 0
    electric_high_nano: int = 0
    hardware_nano: int = 0
    equivalent_nano: int = 0
    """Local work at the reference model's list price, with its band."""
    equivalent_low_nano: int = 0
    equivalent_high_nano: int = 0
    joules: float = 0.0
    measured_joules: float = 0.0
    """The part of `joules` that a counter measured."""
    seconds: float = 0.0
    unpriced_rows: int = 0
    """Cloud rows without a price: counted, never zero."""
    uncompared_rows: int = 0
    """Local rows that have no bill at the reference model."""
    estimated_rows: int = 0

    @property
    def new_input(self) -> int:
        """Input tokens that were sent for the first time."""
        return max(0, self.input_total - self.resent)

    @classmethod
    def of(cls, many: Iterable[AuditSums]) -> AuditSums:
        """All of them added up; five times as fast as `+` for each."""
        columns = zip(*map(_VALUES, many), strict=True)
        return cls(**dict(zip(_SUMS, map(sum, columns), strict=False)))  # no column where there was none to add

    def __add__(self, other: AuditSums) -> AuditSums:
        return AuditSums(**{name: getattr(self, name) + getattr(other, name) for name in _SUMS})


_VALUES = attrgetter(*_SUMS)
assert tuple(_SUMS) == tuple(field.name for field in fields(AuditSums))


@dataclass(frozen=True, slots=True)
class AuditGroup:
    """Sums of the rows that have all of this in common. `imported` is the kind of import, empty for our own rows."""

    span: str
    source: str
    imported: str
    model: str
    task: str
    conversation_id: str | None
    """None where it is not asked for and where there is none."""
    project: str
    """Empty where it is not asked for and where there is none."""
    sums: AuditSums


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows of a period; None: any. An empty chat or project: the rows that have none."""

    source: str | None = None
    imported: str | None = None
    model: str | None = None
    task: str | None = None
    conversation_id: str | None = None
    project: str | None = None
    only: Only = "all"


class Audit:
    """All methods may be called from any thread."""

    def __init__(self, readers: ReaderPool) -> None:
        self._readers = readers

    def groups(
        self,
        spans: Sequence[Span],
        reference: str | None = None,
        *,
        split: Split = "",
        counting: Counting = "both",
    ) -> list[AuditGroup]:
        """Sums of each span by source, import, model and task, and by chat or project if asked for.

        Notes of changed budgets are in no group. The spans may not overlap. Equivalent bills are those at `reference`,
        or of the moment of each row if None. `counting` leaves out what is told twice.
        """
        if not spans:
            return []
        with self._readers.borrow() as db:
            judged = db.execute("SELECT 1 FROM answer_verdicts LIMIT 1").fetchone() is not None
            sql, values = _groups_sql(spans, reference, split, counting, judged=judged)
            return [_group(dict(row)) for row in db.execute(sql, values)]

    def energy_sources(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """The energy sources of the period's rows, sorted."""
        with self._readers.borrow() as db:
            return totals.energy_sources(db, totals.Scope(None, start, end))

    def kwh_prices(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """What a kWh cost in the period's rows, US dollars, the cheapest first."""
        with self._readers.borrow() as db:
            return totals.kwh_prices(db, totals.Scope(None, start, end))

    def reach(self) -> tuple[datetime, datetime] | None:
        """The time of the first row and of the last; None for an empty ledger."""
        with self._readers.borrow() as db:
            first = db.execute("SELECT at FROM ledger ORDER BY at LIMIT 1").fetchone()
            last = db.execute("SELECT at FROM ledger ORDER BY at DESC LIMIT 1").fetchone()
        return None if first is None else (codec.text_to_time(first[0]), codec.text_to_time(last[0]))

    def rows(
        self,
        start: datetime,
        end: datetime,
        chosen: RowFilter | None = None,
        reference: str | None = None,
        *,
        limit: int = 200,
        offset: int = 0,
    ) -> list[LedgerEntry]:
        """The rows with start <= at < end that pass, newest first.

        Local work is unpriced if it has no bill at `reference`, or, if that is None, at the one of its moment.
        """
        sql, values = _where(start, end, chosen or RowFilter())
        values["reference"] = reference
        values |= {"limit": max(0, limit), "offset": max(0, offset)}
        with self._readers.borrow() as db:
            found = db.execute(
                f"{ENTRIES} WHERE {sql} ORDER BY l.at DESC, l.number DESC LIMIT :limit OFFSET :offset", values
            ).fetchall()
        return [codec.entry(row) for row in found]

    def calls_of(self, conversation_id: str) -> list[LedgerEntry]:
        """All calls of a chat, oldest first; the chat itself may be deleted."""
        with self._readers.borrow() as db:
            found = db.execute(
                f"{ENTRIES} WHERE l.conversation_id = ? AND l.kind <> 'correction' ORDER BY l.at, l.number",
                [conversation_id],
            ).fetchall()
        return [codec.entry(row) for row in found]

    def chats(self, limit: int) -> list[tuple[str, datetime]]:
        """(conversation, its last call) of chats and imported sessions, newest first."""
        with self._readers.borrow() as db:
            rows = db.execute(
                "SELECT conversation_id, max(at) AS last FROM ledger WHERE conversation_id IS NOT NULL"
                " GROUP BY conversation_id ORDER BY last DESC LIMIT ?",
                [limit],
            ).fetchall()
        return [(row[0], codec.text_to_time(row[1])) for row in rows]

    def titles(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        """The titles of those chats that still exist."""
        return self._texts("SELECT id, title FROM conversations WHERE deleted_at IS NULL AND id IN", conversation_ids)

    def compared(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        """How the prompts of those that are comparisons begin."""
        select = "SELECT conversation_id, substr(prompt, 1, 400) FROM comparisons WHERE conversation_id IN"
        return self._texts(select, conversation_ids)

    def _texts(self, select_in: str, ids: Sequence[str]) -> dict[str, str]:
        """What is selected for those of the ids that are there."""
        marks = ", ".join("?" for _ in ids)
        with self._readers.borrow() as db:
            rows = db.execute(f"{select_in} ({marks})", list(ids)).fetchall()
        return {row[0]: row[1] for row in rows}

    def average(self, *, task: str | None = None, conversation_id: str | None = None) -> tuple[int, float, float]:
        """(calls, mean input tokens, mean output tokens) of a task or a chat; zeros where there is no call."""
        column, value = ("task", task) if conversation_id is None else ("conversation_id", conversation_id)
        with self._readers.borrow() as db:
            row = db.execute(
                f"SELECT count(*), avg(input_total), avg(output_total) FROM ledger"  # noqa: S608
                f" WHERE kind <> 'correction' AND {column} = ?",
                [value],
            ).fetchone()
        return row[0], row[1] or 0.0, row[2] or 0.0


def _groups_sql(
    spans: Sequence[Span], reference: str | None, split: Split, counting: Counting, *, judged: bool
) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {
        "reference": reference,
        "spans": codec.to_json(
            [[span.name, codec.time_to_text(span.start), codec.time_to_text(span.end)] for span in spans]
        ),
    }
    bill = "e.reference = :reference" if reference is not None else "e.reference = l.equivalent_reference"
    chat = "l.conversation_id" if split == "conversation" else "NULL"
    project, tags = "''", ""
    if split == "project":
        project = "coalesce(p.project, '')"
        tags = "LEFT JOIN project_tags p ON p.conversation_id = l.conversation_id"
    told_twice, once = "", ""
    if counting != "both":
        first, last = min(span.start for span in spans), max(span.end for span in spans)
        rows, days = uncounted(counting, codec.time_to_text(first), codec.time_to_text(last))
        told_twice, once = f", {rows}", "WHERE l.number NOT IN (SELECT number FROM uncounted)"
        values |= days
    columns, verdicts = _COLUMNS, ""
    if judged:
        columns, verdicts = _JUDGED_COLUMNS, "LEFT JOIN answer_verdicts v ON v.message_id = l.message_id"
    sql = f"""
WITH spans AS MATERIALIZED (
    SELECT value ->> 0 AS name, value ->> 1 AS first, value ->> 2 AS past FROM json_each(:spans)
){told_twice}
SELECT spans.name AS span, l.source, {IMPORT_KIND} AS imported, l.model, l.task, {chat} AS conversation_id,
    {project} AS project, {columns}
FROM spans CROSS JOIN ledger l ON l.at >= spans.first AND l.at < spans.past
LEFT JOIN equivalents e ON l.source = 'local' AND {bill} AND e.ledger_number = l.number
{tags} {verdicts} {once}
GROUP BY span, l.source, imported, l.model, l.task, 6, 7
HAVING {_SOMETHING}
"""  # noqa: S608 - our own text
    return sql, values


def _group(row: dict[str, Any]) -> AuditGroup:
    names = ("span", "source", "imported", "model", "task", "conversation_id", "project")
    shared = {name: row.pop(name) for name in names}
    return AuditGroup(**shared, sums=AuditSums(**row))


def _where(start: datetime, end: datetime, chosen: RowFilter) -> tuple[str, dict[str, Any]]:
    parts = ["l.at >= :start", "l.at < :end"]
    values: dict[str, Any] = {"start": codec.time_to_text(start), "end": codec.time_to_text(end)}
    columns = {
        "source": "l.source",
        "imported": f"({IMPORT_KIND})",
        "model": "l.model",
        "task": "l.task",
        "conversation_id": "coalesce(l.conversation_id, '')",
        "project": "coalesce(p.project, '')",
    }
    for name, column in columns.items():
        wanted = getattr(chosen, name)
        if wanted is not None:
            parts.append(f"{column} = :{name}")
            values[name] = wanted
    if chosen.only == "unpriced":
        parts.append(f"({_UNBILLED} OR {_NO_BILL_AT})")
    elif chosen.only == "estimated":
        parts.append("l.usage_state <> 'reported'")
    return " AND ".join(parts), values
