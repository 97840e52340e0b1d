"""Tokens, energy, power and time as a person reads them."""

from __future__ import annotations

_WATT_HOUR = 3600.0


def format_tokens(count: int) -> str:
    """ "92,410"."""
    return f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 call", "2,000 calls"; `many` where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def format_energy(joules: float) -> str:
    """ "0.4 J", "412 J", "2.4 Wh", "1.3 kWh": joules below one watt-hour."""
    size = abs(joules)
    if size < _WATT_HOUR and round(size) < _WATT_HOUR:
        return f"{_short(joules)} J"
    hours = joules / _WATT_HOUR
    if round(abs(hours)) < 1000:
        return f"{_short(hours)} Wh"
    return f"{_short(hours / 1000)} kWh"


def format_watts(watts: float) -> str:
    """ "0.4 W", "22 W"."""
    return f"{_short(watts)} W"


def format_seconds(seconds: float) -> str:
    """ "0.3 s", "8 s", "1 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if seconds < 9.95:
        return f"{_short(seconds)} s"
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def format_span(seconds: float) -> str:
    """As `format_seconds`, with days and years for long work: "61 days", "3.2 years"."""
    days = seconds / 86_400
    if days < 2:
        return format_seconds(seconds)
    return f"{days:,.0f} days" if days < 730 else f"{_short(days / 365.25)} years"


def format_rate(tokens_per_second: float) -> str:
    """ "21.4 tok/s", "1,013 tok/s"."""
    return f"{tokens_per_second:,.{0 if tokens_per_second >= 99.95 else 1}f} tok/s"


def _short(value: float) -> str:
    """Two significant digits below ten, whole numbers above; never "0" for what is not zero."""
    if value == 0:
        return "0"
    if abs(value) >= 9.95:
        return f"{value:,.0f}"
    if abs(value) >= 0.95:
        return f"{value:.1f}".removesuffix(".0")
    text = f"{value:.2g}"
    return text if "e" not in text else f"{value:.12f}".rstrip("0").rstrip(".")
