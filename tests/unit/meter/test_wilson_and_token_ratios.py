"""The Wilson interval against a table worked out by hand, and the ratios learned from texts counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.comparison import TokenSample
from pennyweight.meter.calibration import UNMEASURED, ratios
from pennyweight.meter.wilson import wilson

# p = k/n, z = 1.96; centre (p + z²/2n)/(1 + z²/n), half z/(1 + z²/n)·√(p(1-p)/n + z²/4n²), worked out on paper
TABLE = [
    (29, 31, 0.793, 0.982),
    (17, 22, 0.566, 0.899),
    (4, 11, 0.152, 0.646),
    (0, 10, 0.0, 0.278),
    (10, 10, 0.722, 1.0),
    (5, 10, 0.237, 0.763),
    (1, 1, 0.207, 1.0),
    (0, 0, 0.0, 1.0),
]


@pytest.mark.parametrize(("kept", "of", "low", "high"), TABLE)
def test_the_interval_is_that_of_the_table(kept: int, of: int, low: float, high: float) -> None:
    assert wilson(kept, of) == pytest.approx((low, high), abs=0.0006)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_share_lies_in_its_interval(kept: int, more: int) -> None:
    low, high = wilson(kept, kept + more)
    assert 0 <= low <= high <= 1
    if kept + more:
        assert low <= kept / (kept + more) <= high


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


def test_two_samples_are_not_enough_to_replace_the_usual_band() -> None:
    assert ratios([TokenSample(100, 120)] * 2) == UNMEASURED


def test_the_measured_ratio_is_all_cloud_tokens_over_all_local_ones() -> None:
    found = ratios([TokenSample(100, 110, 50, 60), TokenSample(200, 240, 50, 40), TokenSample(100, 130, 100, 200)])
    assert found.input.expected == pytest.approx(480 / 400)
    assert (found.input.low, found.input.high) == (1.1, 1.3)
    assert found.output.expected == pytest.approx(300 / 200)
    assert (found.samples, found.output_samples) == (3, 3)


def test_very_short_prompts_and_nonsense_teach_nothing() -> None:
    assert ratios([TokenSample(5, 12)] * 9 + [TokenSample(100, 5_000)] * 9) == UNMEASURED
