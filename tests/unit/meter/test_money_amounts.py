from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.meter.money import (
    NANO,
    decimal_to_nano,
    format_dollars,
    format_range,
    format_usd,
    nano_to_decimal,
    usd_text,
)


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (None, "unpriced"),
        (0, "$0.00"),
        (1, "0.0000001¢"),
        (7_000, "0.0007¢"),
        (20_000, "0.002¢"),
        (14_300_000, "1.4¢"),
        (18_400_000, "1.8¢"),
        (-3_000_000, "-0.3¢"),
        (99_400_000, "9.9¢"),
        (99_600_000, "$0.10"),
        (239_500_000, "$0.24"),
        (13_820_000_000, "$13.82"),
        (-1_234_567_890_123, "-$1,234.57"),
        (10**18, "$1,000,000,000.00"),
    ],
)
def test_amounts_as_a_person_reads_them(nano: int | None, text: str) -> None:
    assert format_usd(nano) == text


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (None, "unpriced"),
        (0, "$0.00"),
        (400_000, "0.04¢"),
        (13_400, "0.0013¢"),
        (32, "0.0000032¢"),
        (2_391_000, "0.24¢"),
        (9_949_999, "0.99¢"),
        (9_960_000, "$0.0100"),
        (18_400_000, "$0.0184"),
        (239_512_000, "$0.2395"),
        (999_960_000, "$1.00"),
        (-239_100_000, "-$0.2391"),
        (1_234_567_890_123, "$1,234.57"),
    ],
)
def test_amounts_in_the_large_figures(nano: int | None, text: str) -> None:
    assert format_dollars(nano) == text


@given(st.integers(-(10**24), 10**24))
def test_no_nano_dollar_is_lost(nano: int) -> None:
    assert decimal_to_nano(nano_to_decimal(nano)) == nano
    assert Decimal(usd_text(nano_to_decimal(nano))) == Decimal(nano) / NANO
    assert "E" not in usd_text(nano_to_decimal(nano))


@given(st.integers(-(10**20), 10**20).filter(bool))
def test_only_zero_reads_as_zero(nano: int) -> None:
    for text in (format_usd(nano), format_dollars(nano)):
        assert any(digit in text for digit in "123456789")
        assert text.startswith("-") == (nano < 0)


@given(st.integers(1, 10**9 // 12))
def test_small_amounts_keep_two_significant_digits(nano: int) -> None:
    cents = Decimal(format_usd(nano).removesuffix("¢"))
    exact = Decimal(nano) / NANO * 100
    assert abs(cents - exact) <= exact / 20


def test_half_a_nano_dollar_goes_to_the_even_side() -> None:
    assert decimal_to_nano(Decimal("0.0000000005")) == 0
    assert decimal_to_nano(Decimal("0.0000000015")) == 2


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_amount_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        decimal_to_nano(Decimal(bad))


def test_a_range_is_written_with_to_and_is_one_amount_where_both_ends_read_the_same() -> None:
    assert format_range(1_400_000, 3_100_000) == "0.14¢ to 0.31¢"
    assert format_range(1_400_000, 1_400_001) == "0.14¢"
    assert format_range(0, 0) == "$0.00"
    assert format_range(None, None) == "unpriced"
