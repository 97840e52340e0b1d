from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.meter import quantities


def test_tokens_and_rates() -> None:
    assert quantities.format_tokens(92410) == "92,410"
    assert quantities.format_rate(21.44) == "21.4 tok/s"
    assert quantities.format_rate(99.96) == "100 tok/s"
    assert quantities.format_rate(1012.96) == "1,013 tok/s"


@pytest.mark.parametrize(
    ("joules", "text"),
    [
        (0, "0 J"),
        (0.00004, "0.00004 J"),
        (0.43, "0.43 J"),
        (0.97, "1 J"),
        (7.25, "7.2 J"),
        (412.4, "412 J"),
        (3599, "3,599 J"),
        (3599.7, "1 Wh"),
        (8640, "2.4 Wh"),
        (3_600_000, "1 kWh"),
        (4_680_000, "1.3 kWh"),
        (-8640, "-2.4 Wh"),
    ],
)
def test_energy(joules: float, text: str) -> None:
    assert quantities.format_energy(joules) == text


@pytest.mark.parametrize(("watts", "text"), [(0, "0 W"), (0.4, "0.4 W"), (22.3, "22 W"), (1250, "1,250 W")])
def test_power(watts: float, text: str) -> None:
    assert quantities.format_watts(watts) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.26, "0.26 s"),
        (8, "8 s"),
        (9.97, "10 s"),
        (59.6, "1 min"),
        (80, "1 min 20 s"),
        (3599.9, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_time(seconds: float, text: str) -> None:
    assert quantities.format_seconds(seconds) == text


@given(st.floats(1e-9, 1e12))
def test_nothing_real_reads_as_nothing(value: float) -> None:
    for text in (quantities.format_energy(value), quantities.format_watts(value)):
        assert any(digit in text for digit in "123456789")
        assert "e" not in text
