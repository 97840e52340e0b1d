"""When a provider's own ratio replaces the default, and what it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.comparison import TokenSample
from pennyweight.meter.calibration import ENOUGH, UNMEASURED, measured_since, ratios

START = datetime(2026, 11, 1, tzinfo=UTC)
SAMPLES = st.lists(st.builds(TokenSample, st.integers(0, 4000), st.integers(0, 4000)), max_size=12)


def test_the_ratio_is_measured_from_the_third_usable_sample_on() -> None:
    good, short, absurd = TokenSample(100, 108), TokenSample(5, 9), TokenSample(100, 900)
    dated = [(START + timedelta(hours=at), each) for at, each in enumerate([good, short, good, absurd, good, good])]
    assert measured_since(dated[:4]) is None
    assert measured_since(dated) == START + timedelta(hours=4)
    assert ratios([good, short, good, absurd]) == UNMEASURED
    assert ratios([good, good, good, absurd]).samples == ENOUGH
    assert round(ratios([good, good, good, good]).input.expected, 2) == 1.08


@given(SAMPLES)
def test_a_ratio_has_a_beginning_exactly_where_it_has_samples(samples: list[TokenSample]) -> None:
    dated = [(START + timedelta(minutes=at), each) for at, each in enumerate(samples)]
    assert (measured_since(dated) is not None) == (ratios(samples).samples > 0)
