from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.meter.periods import bounds, day_bounds, local_day, start_of_day

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 20), 24)]
)
def test_a_day_has_the_hours_its_clock_gives_it(day: date, hours: int) -> None:
    start, end = day_bounds(day, BERLIN)
    assert end - start == timedelta(hours=hours)


def test_today_is_the_persons_day() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    start, end = bounds("today", late, BERLIN)
    assert (start, end) == (datetime(2026, 11, 20, 23, tzinfo=UTC), datetime(2026, 11, 21, 23, tzinfo=UTC))
    assert local_day(late, BERLIN) == date(2026, 11, 21)


def test_this_month_spans_a_clock_change() -> None:
    start, end = bounds("month", datetime(2026, 10, 10, tzinfo=UTC), BERLIN)
    assert (start, end) == (datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))


def test_december_ends_with_the_year() -> None:
    _, end = bounds("month", datetime(2026, 12, 31, tzinfo=UTC), UTC)
    assert end == datetime(2027, 1, 1, tzinfo=UTC)


def test_all_time_has_no_bounds() -> None:
    assert bounds("all", datetime(2026, 12, 31, tzinfo=UTC), UTC) == (None, None)


def test_a_day_whose_midnight_is_skipped_starts_at_its_first_instant() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # clocks went from 00:00 to 01:00 on 28 April 2023
    start = start_of_day(date(2023, 4, 28), cairo)
    assert start == datetime(2023, 4, 27, 22, tzinfo=UTC)
    assert local_day(start, cairo) == date(2023, 4, 28)
    assert local_day(start - timedelta(seconds=1), cairo) == date(2023, 4, 27)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "Pacific/Apia", "UTC"]),
)
def test_every_instant_lies_in_its_own_day_and_month(naive: datetime, zone_name: str) -> None:
    zone, now = ZoneInfo(zone_name), naive.replace(tzinfo=UTC)
    for period in ("today", "month"):
        start, end = bounds(period, now, zone)
        assert start is not None
        assert end is not None
        assert start <= now < end


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        bounds("today", datetime(2026, 1, 1))


@pytest.fixture
def clock_in(request: pytest.FixtureRequest) -> Iterator[ZoneInfo]:
    """This computer's zone for one test."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield ZoneInfo(request.param)
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("clock_in", "day"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("Europe/Berlin", date(2026, 7, 1)),
        ("America/Santiago", date(2026, 9, 6)),  # its midnight does not exist
        ("America/Santiago", date(2026, 9, 5)),
        ("Africa/Cairo", date(2026, 4, 24)),  # nor this one's
        ("America/Havana", date(2026, 11, 1)),  # its midnight comes twice
    ],
    indirect=["clock_in"],
)
def test_without_a_zone_it_is_the_computers_own(clock_in: ZoneInfo, day: date) -> None:
    assert day_bounds(day) == day_bounds(day, clock_in)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert bounds("month", noon) == bounds("month", noon, clock_in)
    last_minute = day_bounds(day)[1] - timedelta(minutes=1)
    start, end = bounds("today", last_minute)
    assert start is not None
    assert end is not None
    assert start <= last_minute < end
