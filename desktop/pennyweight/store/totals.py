"""Sums over the ledger. Integers are summed by SQLite as 64-bit integers: exact, and an overflow is an error.

Sums of one conversation are made from its rows. Sums over time are made from the sums kept per day and per hour, and
from rows for the begun hours at both ends, so that they cost about the same for a thousand rows and for a million.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pennyweight.domain.ledger import LedgerTotals, TokenTotals
from pennyweight.store import codec
from pennyweight.store.handle import Database
from pennyweight.store.overlaps import Counting, uncounted
from pennyweight.store.schema_v2 import BILL_SUMS, GRAINS
from pennyweight.store.schema_v10 import SUMS

Condition = tuple[str, dict[str, object]]
_Sums = Counter[str]

_OF_CHAT = "SELECT DISTINCT {column} FROM ledger WHERE {column} IS NOT NULL AND {condition} ORDER BY 1"
# Jumps from one value to the next in the column's index instead of reading all of it: there are only a few.
_VALUES = """
known (value) AS (
    SELECT min({column}) FROM ledger WHERE {column} IS NOT NULL
    UNION ALL
    SELECT (SELECT min({column}) FROM ledger WHERE {column} > value) FROM known WHERE value IS NOT NULL
)
"""
_OF_ALL = f"""
WITH RECURSIVE {_VALUES}
SELECT value FROM known
WHERE value IS NOT NULL AND EXISTS (SELECT 1 FROM ledger WHERE {{column}} = value AND {{condition}})
"""  # noqa: S608 - our own text
SOURCES = _VALUES.format(column="energy_source")
"""Every energy source as `known (value)`, for a `WITH RECURSIVE`; the last value is NULL."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows: of one conversation (None: all), with start <= at < end (None: open)."""

    conversation_id: str | None
    start: datetime | None
    end: datetime | None

    def __post_init__(self) -> None:
        for at in (self.start, self.end):
            if at is not None and at.tzinfo is None:
                raise ValueError("the ends of a period need their zone")

    def condition(self) -> Condition:
        sql, values = period(self.start, self.end, "at")
        if self.conversation_id is not None:
            sql += " AND conversation_id = :conversation"
            values["conversation"] = self.conversation_id
        return sql, values

    def pieces(self) -> list[Piece]:
        """Whole days, whole hours and single rows that make up the scope, none of them twice."""
        if self.conversation_id is not None:
            return [Piece("", *self.condition())]
        return list(_cut(self.start, self.end, ["day", "hour", ""]))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the ledger that is summed from one table: `grain` is `day`, `hour` or empty for the rows."""

    grain: str
    sql: str
    values: dict[str, object]


def _cut(start: datetime | None, end: datetime | None, grains: list[str]) -> Iterator[Piece]:
    if start is not None and end is not None and start >= end:
        return
    grain, finer = grains[0], grains[1:]
    if not finer:
        yield Piece("", *period(start, end, "at"))
        return
    first = None if start is None else _round_up(start, grain)
    last = None if end is None else _round_down(end, grain)
    if first is not None and last is not None and first >= last:
        yield from _cut(start, end, finer)
        return
    if first is not None:
        yield from _cut(start, first, finer)
    if last is not None:
        yield from _cut(last, end, finer)
    sql, values = period(first, last, "span")
    spans: dict[str, object] = {name: str(text)[: GRAINS[grain]] for name, text in values.items()}
    yield Piece(grain, f"{sql} AND grain = :grain", spans | {"grain": grain})


def _round_down(at: datetime, grain: str) -> datetime:
    # In UTC, as the sums are; some zones are half an hour off.
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour if grain == "hour" else hour.replace(hour=0)


def _round_up(at: datetime, grain: str) -> datetime:
    below = _round_down(at, grain)
    return below if below == at else below + timedelta(**{f"{grain}s": 1})


def period(start: datetime | None, end: datetime | None, column: str) -> Condition:
    """SQL and values for start <= column < end."""
    parts, values = ["1"], dict[str, object]()
    if start is not None:
        parts.append(f"{column} >= :start")
        values["start"] = codec.time_to_text(start)
    if end is not None:
        parts.append(f"{column} < :end")
        values["end"] = codec.time_to_text(end)
    return " AND ".join(parts), values


def totals(
    db: Database, scope: Scope, reference: str | None, without: Collection[str] = (), counting: Counting = "both"
) -> LedgerTotals:
    """`without`: messages whose rows are left out, because somebody else is still adding them up. `counting`: what is
    left out of use that is told twice."""
    sums = {True: Counter[str](), False: Counter[str]()}
    for row in _rows(db, scope.pieces()):
        _add(sums[bool(row["is_local"])], row)
    bills = _bills(db, scope.pieces(), reference)
    if without:
        left_out = [_rows_of(scope, without)]
        for row in _rows(db, left_out):
            sums[bool(row["is_local"])].subtract(_known(row))
        bills.subtract(_bills(db, left_out, reference))
    if counting != "both":
        sums[False].subtract(_told_twice(db, scope, counting, without))
    local, cloud = sums[True], sums[False]
    return LedgerTotals(
        calls=local["calls"] + cloud["calls"],
        answers=local["answers"] + cloud["answers"],
        local=_tokens(local),
        cloud=_tokens(cloud),
        electric_nano=local["electric_nano"] + cloud["electric_nano"],
        electric_low_nano=local["electric_low_nano"] + cloud["electric_low_nano"],
        electric_high_nano=local["electric_high_nano"] + cloud["electric_high_nano"],
        hardware_nano=local["hardware_nano"] + cloud["hardware_nano"],
        billed_nano=local["billed_nano"] + cloud["billed_nano"],
        equivalent_nano=bills["expected_nano"],
        equivalent_low_nano=bills["low_nano"],
        equivalent_high_nano=bills["high_nano"],
        energy_joules=float(local["energy_joules"] + cloud["energy_joules"]),
        seconds=float(local["seconds"] + cloud["seconds"]),
        unpriced_rows=cloud["unbilled"] + max(0, local["calls"] - bills["priced"]),
        estimated_rows=local["estimated_rows"] + cloud["estimated_rows"],
        energy_sources=energy_sources(db, scope),
        kwh_prices=kwh_prices(db, scope),
    )


def _told_twice(db: Database, scope: Scope, counting: Counting, without: Collection[str]) -> dict[str, Any]:
    condition, values = scope.condition()
    rows, days = uncounted(counting, str(values.get("start", "")), str(values.get("end", "")))
    sql = (
        f"WITH {rows} SELECT {_of_rows(SUMS)} FROM ledger"  # noqa: S608 - our own text
        f" WHERE number IN (SELECT number FROM uncounted) AND {condition}"
        " AND coalesce(message_id, '') NOT IN (SELECT value FROM json_each(:without))"
    )
    row = dict(db.execute(sql, values | days | {"without": json.dumps(list(without))}).fetchone())
    return {name: value or 0 for name, value in row.items()}


def sums_match_rows(db: Database) -> bool:
    """True if the whole numbers kept per day and per hour are those of the rows. Reads every row."""
    exact = {name: expression for name, expression in SUMS.items() if name not in ("energy_joules", "seconds")}
    rows = tuple(db.execute(f"SELECT {_of_rows(exact)} FROM ledger").fetchone())  # noqa: S608
    bills = tuple(db.execute(f"SELECT {_of_rows(BILL_SUMS)} FROM equivalents WHERE source = 'local'").fetchone())  # noqa: S608
    return all(
        rows == tuple(db.execute(f"SELECT {_of_sums(exact)} FROM ledger_sums WHERE grain = ?", [grain]).fetchone())  # noqa: S608
        and bills
        == tuple(
            db.execute(
                f"SELECT {_of_sums(BILL_SUMS)} FROM equivalent_sums WHERE grain = ? AND reference <> ''",  # noqa: S608
                [grain],
            ).fetchone()
        )
        for grain in GRAINS
    )


def _of_sums(names: Iterable[str]) -> str:
    return ", ".join(f"sum({name}) AS {name}" for name in names)


def _of_rows(sums: dict[str, str]) -> str:
    return ", ".join(f"sum({expression.format(row='')}) AS {name}" for name, expression in sums.items())


def _rows_of(scope: Scope, message_ids: Collection[str]) -> Piece:
    sql, values = scope.condition()
    # By their numbers, which `ledger` and `equivalents` share; both have the columns of the condition.
    numbers = "SELECT number FROM ledger WHERE message_id IN (SELECT value FROM json_each(:messages))"
    return Piece("", f"{sql} AND {{number}} IN ({numbers})", values | {"messages": json.dumps(list(message_ids))})


def _rows(db: Database, pieces: Iterable[Piece]) -> Iterator[dict[str, Any]]:
    """Sums by `is_local`, several rows to be added up."""
    for piece in pieces:
        if piece.grain:
            sql = f"SELECT is_local, {_of_sums(SUMS)} FROM ledger_sums WHERE {piece.sql} GROUP BY is_local"  # noqa: S608
        else:
            columns = f"source = 'local' AS is_local, {_of_rows(SUMS)}"
            where = piece.sql.format(number="number")
            sql = f"SELECT {columns} FROM ledger WHERE {where} GROUP BY is_local"  # noqa: S608
        for row in db.execute(sql, piece.values):
            yield dict(row)


def _bills(db: Database, pieces: Iterable[Piece], reference: str | None) -> _Sums:
    sums: _Sums = Counter()
    chosen = "came_with_row = 1" if reference is None else "reference = :reference"
    for piece in pieces:
        if piece.grain:
            sql = f"SELECT {_of_sums(BILL_SUMS)} FROM equivalent_sums WHERE reference = :reference AND {piece.sql}"  # noqa: S608
        else:
            columns = _of_rows(BILL_SUMS)
            where = piece.sql.format(number="ledger_number")
            sql = f"SELECT {columns} FROM equivalents WHERE source = 'local' AND {chosen} AND {where}"  # noqa: S608
        _add(sums, dict(db.execute(sql, piece.values | {"reference": reference or ""}).fetchone()))
    return sums


def _add(sums: _Sums, row: dict[str, Any]) -> None:
    sums.update(_known(row))


def _known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value or 0 for name, value in row.items()}


def energy_sources(db: Database, scope: Scope) -> tuple[str, ...]:
    return _distinct(db, scope, "energy_source")


def kwh_prices(db: Database, scope: Scope) -> tuple[str, ...]:
    """What the electricity of the rows was priced at, US dollars per kWh, the cheapest first."""
    return tuple(sorted(_distinct(db, scope, "usd_per_kwh"), key=Decimal))


def _distinct(db: Database, scope: Scope, column: str) -> tuple[str, ...]:
    """The values of an indexed column of few values."""
    condition, values = scope.condition()
    sql = _OF_ALL if scope.conversation_id is None else _OF_CHAT
    return tuple(row[0] for row in db.execute(sql.format(column=column, condition=condition), values))


def _tokens(sums: _Sums) -> TokenTotals:
    return TokenTotals(
        input_total=sums["input_total"],
        resent=sums["resent"],
        reused=sums["reused"],
        output_total=sums["output_total"],
        reasoning=sums["reasoning"],
    )
