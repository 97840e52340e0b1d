"""The periods of the audit, in days of the person's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from pennyweight.domain.errors import InputError
from pennyweight.meter.periods import local_day, start_of_day
from pennyweight.store.audit import Span

PeriodKind = Literal["week", "month", "year", "all", "custom"]
_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditPeriod:
    """Whole local days, both ends included. InputError if the last comes before the first, or for days of no computer's
    clock."""

    first: date
    last: date
    kind: PeriodKind = "custom"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError("The period ends before it begins.", advice="Give the earlier day first.")
        # The first week and the zones west of Greenwich begin in the year before.
        if self.first.year < _FIRST_YEAR - 1 or self.last.year > _LAST_YEAR:
            raise InputError(f"A period lies between the years {_FIRST_YEAR} and {_LAST_YEAR}.")

    @classmethod
    def week(cls, day: date) -> AuditPeriod:
        """Monday to Sunday."""
        first = day - timedelta(days=day.weekday())
        return cls(first, first + timedelta(days=6), "week")

    @classmethod
    def month(cls, day: date) -> AuditPeriod:
        first = day.replace(day=1)
        return cls(first, _next_month(first) - _DAY, "month")

    @classmethod
    def year(cls, day: date) -> AuditPeriod:
        return cls(date(day.year, 1, 1), date(day.year, 12, 31), "year")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def title(self) -> str:
        """ "November 2026", "2026", "16 to 22 November 2026"."""
        if self.kind == "all":
            return "All time"
        if self.kind == "year":
            return str(self.first.year)
        if self.kind == "month":
            return f"{MONTHS[self.first.month - 1]} {self.first.year}"
        end = f"{self.last.day} {MONTHS[self.last.month - 1]} {self.last.year}"
        if self.first == self.last:
            return end
        begin = f"{self.first.day}"
        if self.first.month != self.last.month or self.first.year != self.last.year:
            begin += f" {MONTHS[self.first.month - 1]}"
        if self.first.year != self.last.year:
            begin += f" {self.first.year}"
        return f"{begin} to {end}"

    def shifted(self, steps: int) -> AuditPeriod:
        """So many weeks, months or years later (a custom period: its own length); all time stays as it is."""
        if self.kind == "all" or not steps:
            return self
        if self.kind == "month":
            months = self.first.year * 12 + self.first.month - 1 + steps
            return AuditPeriod.month(date(months // 12, months % 12 + 1, 1))
        if self.kind == "year":
            return AuditPeriod.year(date(self.first.year + steps, 1, 1))
        move = timedelta(days=self.days * steps)
        return AuditPeriod(self.first + move, self.last + move, self.kind)

    def bounds(self, zone: tzinfo | None = None) -> tuple[datetime, datetime]:
        """(start, end) as instants in UTC, end not included."""
        return start_of_day(self.first, zone), start_of_day(self.last + _DAY, zone)

    def dates(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]

    def spans(self, zone: tzinfo | None = None) -> list[Span]:
        """One for each local day, named by its ISO date; 23 or 25 hours long at a clock change."""
        starts = [start_of_day(day, zone) for day in [*self.dates(), self.last + _DAY]]
        return [
            Span(day.isoformat(), start, end)
            for day, start, end in zip(self.dates(), starts, starts[1:], strict=False)
            if start < end  # a day that a zone skipped when it crossed the date line
        ]

    def whole(self, zone: tzinfo | None = None) -> Span:
        return Span("", *self.bounds(zone))


def all_time(reach: tuple[datetime, datetime] | None, now: datetime, zone: tzinfo | None = None) -> AuditPeriod:
    """From the day of the first row to today, or to the last row if that lies in the future."""
    today = local_day(now, zone)
    if reach is None:
        return AuditPeriod(today, today, "all")
    first, last = (local_day(at, zone) for at in reach)
    return AuditPeriod(first, max(last, today), "all")


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
