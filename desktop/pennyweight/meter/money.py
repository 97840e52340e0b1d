"""Integer nano-dollars, exactly, and how amounts are written for a person.

One US dollar is 1,000,000,000 nano-dollars. No binary float ever holds money.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

NANO = 1_000_000_000
UNPRICED = "unpriced"
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_TEN_CENTS = Decimal("0.1")
_ONE_CENT = Decimal("0.01")


def decimal_to_nano(usd: Decimal) -> int:
    """US dollars to the nearest nano-dollar (half to even). ValueError if not a finite number."""
    if not usd.is_finite():
        raise ValueError(f"not an amount of money: {usd}")
    return int(_WIDE.to_integral_value(_WIDE.multiply(usd, Decimal(NANO))))


def nano_to_decimal(nano: int) -> Decimal:
    """Nano-dollars to US dollars, exactly, without an exponent and without trailing zeros ("0.005615", "3")."""
    usd = Decimal(nano).scaleb(-9, context=_WIDE)
    return _plain(usd)


def usd_text(usd: Decimal) -> str:
    """A decimal string for JSON: no exponent, no trailing zeros."""
    return format(_plain(usd), "f")


def format_usd(nano: int | None) -> str:
    """An amount as a person reads it: "0.0007¢", "1.4¢", "$0.24", "$1,234.56", "-0.3¢"; "unpriced" for None.

    Below ten cents: cents with two significant digits. Only an amount of exactly zero is "$0.00".
    """
    if nano is None:
        return UNPRICED
    if nano == 0:
        return "$0.00"
    sign, usd = _split(nano)
    small = significant(usd, 2)
    if small < _TEN_CENTS:
        return f"{sign}{usd_text(small * 100)}¢"
    return f"{sign}${usd.quantize(Decimal('0.01'), context=_WIDE):,f}"


def format_range(low: int | None, high: int | None) -> str:
    """ "$0.20 to $0.31"; one amount where both read the same."""
    first, last = format_usd(low), format_usd(high)
    return first if first == last else f"{first} to {last}"


def format_dollars(nano: int | None) -> str:
    """An amount for the large figures of the meter: "$0.2395", "0.04¢", "0.0000032¢", "$13.82"; "unpriced" for None.

    Below a cent: as `format_usd`, so that the figure and the lines under the answers are in one unit and tiny amounts
    have two zeros less. From there to one dollar: four decimals.
    """
    if nano is None:
        return UNPRICED
    sign, usd = _split(nano)
    four = usd.quantize(Decimal("0.0001"), context=_WIDE)
    if four < _ONE_CENT:
        return format_usd(nano)
    if four < 1:
        return f"{sign}${four:f}"
    return f"{sign}${usd.quantize(Decimal('0.01'), context=_WIDE):,f}"


def significant(value: Decimal, digits: int) -> Decimal:
    """`value` rounded to so many significant digits."""
    return Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(value)


def _split(nano: int) -> tuple[str, Decimal]:
    return ("-" if nano < 0 else ""), nano_to_decimal(abs(nano))


def _plain(value: Decimal) -> Decimal:
    stripped = value.normalize(context=_WIDE)
    if stripped == 0:
        return Decimal(0)
    exponent = stripped.as_tuple().exponent
    return stripped.quantize(Decimal(1), context=_WIDE) if isinstance(exponent, int) and exponent > 0 else stripped
