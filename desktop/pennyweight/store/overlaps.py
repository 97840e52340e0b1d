"""The same use told twice: by a provider's own report, in sums per day, and call by call.

A report's rows and a call's rows meet in a cell: one provider, one UTC day, one model as the price table names it.
Both stay in the ledger; which of them the audit counts is a choice (`Counting`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pennyweight.store.connection import ReaderPool

Counting = Literal["calls", "reports", "both"]
"""Which rows count where a report and calls meet. The others are `report, not counted` or `call, not counted`."""
REPORT_KINDS = ("openai", "anthropic", "openrouter")
"""Kinds of import that are a provider's own report of what other logs, or this program, hold call by call."""

KIND = "substr(l.origin, 1, instr(l.origin || ':', ':') - 1)"
_MODEL = "coalesce(l.priced_as, l.model)"
_NAMES = ", ".join(f"'{kind}'" for kind in REPORT_KINDS)
# The ids of an import's rows begin with its own id: reports are found without reading the whole ledger.
_REPORT_ROWS = f"""
FROM imports i CROSS JOIN ledger l ON l.id > i.id || '-' AND l.id < i.id || '.'
WHERE i.state <> 'undone' AND i.kind IN ({_NAMES}, 'auto') AND {KIND} IN ({_NAMES}) AND l.source <> 'local'
  AND substr(l.at, 1, 10) BETWEEN :first_day AND :last_day
"""
_CALLS_OF_DAY = (
    "l.at >= {cell}.utc_day || 'T' AND l.at < {cell}.utc_day || 'U'"
    f" AND l.source <> 'local' AND l.source = {{cell}}.source AND {KIND} NOT IN ({_NAMES})"
)
_UNCOUNTED = {
    "calls": f"""
reports AS MATERIALIZED (
    SELECT l.number, l.source, substr(l.at, 1, 10) AS utc_day, {_MODEL} AS model {_REPORT_ROWS}
), cells AS MATERIALIZED (SELECT DISTINCT source, utc_day, model FROM reports),
shared AS MATERIALIZED (
    SELECT * FROM cells WHERE EXISTS (
        SELECT 1 FROM ledger l WHERE {_CALLS_OF_DAY.format(cell="cells")} AND {_MODEL} = cells.model)
), uncounted AS MATERIALIZED (SELECT number FROM reports JOIN shared USING (source, utc_day, model))
""",  # noqa: S608 - our own text
    "reports": f"""
cells AS MATERIALIZED (
    SELECT DISTINCT l.source, substr(l.at, 1, 10) AS utc_day, {_MODEL} AS model {_REPORT_ROWS}
), uncounted AS MATERIALIZED (
    SELECT l.number FROM cells CROSS JOIN ledger l ON {_CALLS_OF_DAY.format(cell="cells")} AND {_MODEL} = cells.model
)
""",  # noqa: S608
}


def uncounted(counting: Counting, first: str = "", last: str = "") -> tuple[str, dict[str, object]]:
    """Common table expressions that end in `uncounted (number)`, the ledger rows that do not count, and their values.

    `first` and `last` are times or UTC days as the ledger writes them: what lies outside need not be found.
    """
    return _UNCOUNTED[counting], {"first_day": first[:10], "last_day": last[:10] or "9999"}


@dataclass(frozen=True, slots=True)
class Side:
    """Rows of one cell that came the same way. `imported` is the kind of import, empty for this program's calls."""

    source: str
    utc_day: str
    model: str
    imported: str
    rows: int
    nano: int

    @property
    def is_report(self) -> bool:
        return self.imported in REPORT_KINDS


class Overlaps:
    """All methods may be called from any thread."""

    def __init__(self, readers: ReaderPool) -> None:
        self._readers = readers

    def any_reports(self) -> bool:
        """False where nothing can be told twice, which is quick to say."""
        with self._readers.borrow() as db:
            sql = f"SELECT EXISTS (SELECT 1 FROM imports WHERE state <> 'undone' AND kind IN ({_NAMES}, 'auto'))"  # noqa: S608
            return bool(db.execute(sql).fetchone()[0])

    def report_days(self, first: str, last: str) -> list[tuple[str, str]]:
        """(source, UTC day) of the reports' rows from `first` to `last`, both `YYYY-MM-DD` and included."""
        sql = f"SELECT DISTINCT l.source, substr(l.at, 1, 10) {_REPORT_ROWS} ORDER BY 2, 1"
        with self._readers.borrow() as db:
            return [(row[0], row[1]) for row in db.execute(sql, {"first_day": first, "last_day": last})]

    def sides(self, days: Iterable[tuple[str, str]]) -> list[Side]:
        """What the ledger holds for these (source, UTC day), by model and by where the rows came from."""
        wanted = json.dumps([list(day) for day in days])
        sql = f"""
WITH days AS MATERIALIZED (SELECT DISTINCT value ->> 0 AS source, value ->> 1 AS utc_day FROM json_each(?))
SELECT days.source, days.utc_day, {_MODEL} AS model,
       CASE WHEN {KIND} = 'pennyweight' THEN '' ELSE {KIND} END AS imported,
       sum(l.kind <> 'correction'), sum(coalesce(l.billed_nano, 0))
FROM days CROSS JOIN ledger l
  ON l.at >= days.utc_day || 'T' AND l.at < days.utc_day || 'U' AND l.source <> 'local' AND l.source = days.source
GROUP BY 1, 2, 3, 4 ORDER BY 2, 1, 3, 4
"""  # noqa: S608
        with self._readers.borrow() as db:
            return [Side(*row) for row in db.execute(sql, [wanted])]

    def uncounted(self, counting: Counting) -> set[str]:
        """The ids of the rows that do not count."""
        if counting == "both" or not self.any_reports():
            return set()
        told_twice, values = uncounted(counting)
        sql = f"WITH {told_twice} SELECT l.id FROM uncounted u JOIN ledger l ON l.number = u.number"  # noqa: S608
        with self._readers.borrow() as db:
            return {row[0] for row in db.execute(sql, values)}
