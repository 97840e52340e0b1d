"""Today and this month of the person's own clock, as instants in UTC (`metering.md` rule 2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

Period = Literal["today", "month", "all"]


def bounds(period: Period, now: datetime, zone: tzinfo | None = None) -> tuple[datetime | None, datetime | None]:
    """(start, end) of the period that holds `now`, in UTC, start included and end not; (None, None) for all time.

    `zone` is the person's zone, by default this computer's. A day has 23 or 25 hours at the clock change.
    `now` must carry a zone.
    """
    if period == "all":
        return None, None
    today = _local(now, zone).date()
    if period == "today":
        return day_bounds(today, zone)
    first = today.replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    return start_of_day(first, zone), start_of_day(next_month, zone)


def day_bounds(day: date, zone: tzinfo | None = None) -> tuple[datetime, datetime]:
    return start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)


def start_of_day(day: date, zone: tzinfo | None = None) -> datetime:
    """The first instant of a local day, in UTC; where midnight is skipped by a clock change, the first that exists."""
    midnight = datetime.combine(day, time.min)
    if zone is None:  # by its timestamp: `astimezone` takes a skipped midnight for an hour of the day before
        return datetime.fromtimestamp(midnight.timestamp(), UTC)
    return midnight.replace(tzinfo=zone).astimezone(UTC)


def local_day(at: datetime, zone: tzinfo | None = None) -> date:
    """The local date of an instant."""
    return _local(at, zone).date()


def _local(at: datetime, zone: tzinfo | None) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(zone)
