"""A provider's bill against the ledger, UTC day by UTC day; what cannot be explained is shown as such.

The difference of a day is explained in this order, each reason with the amount it can stand for at most:
`no rows` (the ledger has nothing for that day) and `no bill` (the provider has not) stand for all of it; `in the report
only` for what the provider's own usage report has above the calls that are counted in its place; `counted twice` for
what report and calls have in common where both are counted; `unpriced` for whatever is still missing where rows have no
price; `estimated` for at most what the estimated rows cost; `rounded` for half a thousandth of a cent. The rest is
unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pennyweight.services.imports.overlap import Overlap
from pennyweight.store.imports import DayOfLedger
from pennyweight.store.overlaps import Counting

_ROUNDING_NANO = 5_000
"""Providers round a day's bill: half a thousandth of a cent is no difference."""


@dataclass(frozen=True, slots=True)
class Day:
    """Nano-dollars. `explained`: reason -> the part of the difference it stands for."""

    utc_day: str
    billed_nano: int | None
    ledger_nano: int
    explained: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    unpriced: int = 0
    estimated: int = 0

    @property
    def difference_nano(self) -> int:
        return (self.billed_nano or 0) - self.ledger_nano

    @property
    def unexplained_nano(self) -> int:
        return self.difference_nano - sum(self.explained.values())

    @property
    def explanation(self) -> str:
        """`agrees`, the reason that stands for most, or empty where there is none."""
        if self.difference_nano == 0:
            return "agrees"
        return max(self.explained, key=lambda reason: abs(self.explained[reason]), default="")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    source: str
    days: tuple[Day, ...]
    counting: Counting = "both"

    @property
    def billed_nano(self) -> int:
        return sum(day.billed_nano or 0 for day in self.days)

    @property
    def ledger_nano(self) -> int:
        return sum(day.ledger_nano for day in self.days)

    @property
    def difference_nano(self) -> int:
        return sum(day.difference_nano for day in self.days)

    def explained(self) -> dict[str, int]:
        """Reason -> nano-dollars of difference it stands for."""
        sums: dict[str, int] = {}
        for day in self.days:
            for reason, nano in day.explained.items():
                sums[reason] = sums.get(reason, 0) + nano
        return sums

    @property
    def unexplained_nano(self) -> int:
        return sum(day.unexplained_nano for day in self.days)


def compare(
    source: str,
    bills: Mapping[str, int],
    ledger: Mapping[str, DayOfLedger],
    overlap: Overlap | None = None,
    counting: Counting = "both",
) -> Reconciliation:
    """Every day that has a bill or rows. `ledger` holds the rows that count, `overlap` the cells told twice."""
    shared = _shared(overlap or Overlap(), source, counting)
    days = []
    for utc_day in sorted({*bills, *ledger}):
        billed, rows = bills.get(utc_day), ledger.get(utc_day)
        days.append(
            Day(
                utc_day,
                billed,
                rows.nano if rows else 0,
                _why(billed, rows, shared.get(utc_day, 0)),
                rows.rows if rows else 0,
                rows.unpriced if rows else 0,
                rows.estimated if rows else 0,
            )
        )
    return Reconciliation(source, tuple(days), counting)


def _shared(overlap: Overlap, source: str, counting: Counting) -> dict[str, int]:
    """UTC day -> what the report has above the calls counted in its place; less than zero: what is counted twice."""
    sums: dict[str, int] = {}
    for cell in overlap.cells:
        if cell.source == source:
            above = max(0, cell.report_nano - cell.call_nano) if counting == "calls" else 0
            twice = min(cell.report_nano, cell.call_nano) if counting == "both" else 0
            sums[cell.utc_day] = sums.get(cell.utc_day, 0) + above - twice
    return sums


def _why(billed: int | None, rows: DayOfLedger | None, shared: int) -> dict[str, int]:
    if billed is None:
        return {"no bill": -rows.nano} if rows and rows.nano else {}
    if rows is None:
        return {"no rows": billed} if billed else {}
    found: dict[str, int] = {}
    rest = billed - rows.nano
    if 0 < abs(rest) <= _ROUNDING_NANO:
        return {"rounded": rest}
    if rest > 0 and shared > 0:
        found["in the report only"] = min(rest, shared)
    elif rest < 0 and shared < 0:
        found["counted twice"] = max(rest, shared)
    rest -= sum(found.values())
    if rest > 0 and rows.unpriced:
        found["unpriced"] = rest
    elif rest and rows.estimated_nano:
        found["estimated"] = min(rest, rows.estimated_nano) if rest > 0 else max(rest, -rows.estimated_nano)
    rest = billed - rows.nano - sum(found.values())
    if found and 0 < abs(rest) <= _ROUNDING_NANO:
        found["rounded"] = rest
    return found
