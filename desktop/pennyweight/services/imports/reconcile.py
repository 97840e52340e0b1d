"""A provider's bill against the ledger, UTC day by UTC day; what cannot be explained is shown as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pennyweight.store.imports import DayOfLedger

_ROUNDING_NANO = 5_000
"""Providers round a day's bill: half a thousandth of a cent is no difference."""


@dataclass(frozen=True, slots=True)
class Day:
    """Nano-dollars. `explanation` is one of `agrees`, `rounded`, `no rows`, `no bill`, `unpriced`, `estimated`, ``."""

    utc_day: str
    billed_nano: int | None
    ledger_nano: int
    explanation: str

    @property
    def difference_nano(self) -> int:
        return (self.billed_nano or 0) - self.ledger_nano


@dataclass(frozen=True, slots=True)
class Reconciliation:
    source: str
    days: tuple[Day, ...]

    @property
    def billed_nano(self) -> int:
        return sum(day.billed_nano or 0 for day in self.days)

    @property
    def difference_nano(self) -> int:
        return sum(day.difference_nano for day in self.days)

    def explained(self) -> dict[str, int]:
        """Reason -> nano-dollars of difference it stands for."""
        sums: dict[str, int] = {}
        for day in self.days:
            if day.difference_nano and day.explanation:
                sums[day.explanation] = sums.get(day.explanation, 0) + day.difference_nano
        return sums

    @property
    def unexplained_nano(self) -> int:
        return sum(day.difference_nano for day in self.days if not day.explanation)


def compare(source: str, bills: Mapping[str, int], ledger: Mapping[str, DayOfLedger]) -> Reconciliation:
    days = []
    for utc_day in sorted({*bills, *ledger}):
        billed, rows = bills.get(utc_day), ledger.get(utc_day)
        days.append(Day(utc_day, billed, rows.nano if rows else 0, _why(billed, rows)))
    return Reconciliation(source, tuple(days))


def _why(billed: int | None, rows: DayOfLedger | None) -> str:
    if rows is None:
        return "no rows"
    if billed is None:
        return "no bill"
    difference = billed - rows.nano
    if difference == 0:
        return "agrees"
    if abs(difference) <= _ROUNDING_NANO:
        return "rounded"
    if rows.unpriced and difference > 0:
        return "unpriced"
    return "estimated" if rows.estimated else ""
