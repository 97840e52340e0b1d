"""The price table's own sum, worked out once per set of rates, so that a million rows need no million runs of it.

genai-prices charges each priced unit for its count less the counts of the more specific units that are priced too,
and adds up. Whole numbers can do the same exactly: a weight for each count, one set of weights per context tier. Where
the units' definitions do not show that this is the same sum, `weights` says None and the caller asks genai-prices.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

from pennyweight.domain.usage import UsageRecord

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, TieredPrices
    from genai_prices.units import UnitDef

    _Priced = dict[str, tuple[UnitDef, Decimal | TieredPrices]]

COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "input_tool_tokens",
    "output_reasoning_tokens",
    "web_searches",
)
"""What a record counts, by genai-prices' names, in the order of `counts`."""
_REQUESTS = "requests"
_EXACT_BELOW = 10**27
"""genai-prices sums with 28 digits: up to here it rounds nothing."""


def counts(record: UsageRecord) -> tuple[int, ...]:
    return (
        record.input_total,
        record.output_total,
        record.cache_read,
        record.cache_write_5m + record.cache_write_1h,
        record.cache_write_1h,
        record.tool_prompt,
        record.reasoning,
        record.web_searches,
    )


@dataclass(frozen=True, slots=True)
class Weights:
    """Steps of 10**-digits US dollars per count, in the order of `COUNTS`."""

    starts: tuple[int, ...]
    """Above so many input tokens the next of `tiers` applies, to the whole request."""
    tiers: tuple[tuple[int, ...], ...]
    fixed: int
    """Steps per request."""
    digits: int
    within: tuple[tuple[int, tuple[int, ...]], ...]
    """(a count, the counts inside it)."""

    def tier(self, input_total: int) -> int:
        return bisect_left(self.starts, input_total)

    def usd(self, counted: tuple[int, ...]) -> Decimal | None:
        """US dollars, exactly; None for a sum so large that genai-prices rounds. ValueError as genai-prices' own."""
        if min(counted) < 0:
            raise ValueError("a count is negative")
        for whole, parts in self.within:
            if counted[whole] < sum([counted[part] for part in parts]):
                raise ValueError("more inside than the whole")
        steps = self.fixed
        for count, weight in zip(counted, self.tiers[self.tier(counted[0])], strict=True):
            if count:
                steps += count * weight
        return Decimal(steps).scaleb(-self.digits) if steps < _EXACT_BELOW else None


def weights(rates: ModelPrice) -> Weights | None:
    """The sum that genai-prices would make at these rates; None where it is not known to be a weighted sum."""
    priced = _priced(rates)
    if priced is None:
        return None
    starts = sorted({start for _, price in priced.values() for start in _starts(price)})
    exact = {name: [_exact(price, unit.per, total) for total in (0, *(start + 1 for start in starts))]
             for name, (unit, price) in priced.items()}  # fmt: skip
    digits = max([0, *(-_exponent(price) for prices in exact.values() for price in prices)])
    steps = {name: [int(price.scaleb(digits)) for price in prices] for name, prices in exact.items()}
    fixed = steps.pop(_REQUESTS, [0])
    shares = {name: _share(name, priced) for name in steps}
    if len(set(fixed)) > 1 or any(part < -1 for share in shares.values() for part in share.values()):
        return None
    return Weights(
        starts=tuple(starts),
        tiers=tuple(
            tuple(sum(steps[unit][tier] * share.get(name, 0) for unit, share in shares.items()) for name in COUNTS)
            for tier in range(len(starts) + 1)
        ),
        fixed=fixed[0],
        digits=digits,
        within=tuple(
            (COUNTS.index(name), tuple(COUNTS.index(part) for part in share if part != name))
            for name, share in shares.items()
            if len(share) > 1
        ),
    )


def _priced(rates: ModelPrice) -> _Priced | None:
    """The priced units that can have a count; None if any of the others might, or if the rates are contradictory."""
    from genai_prices import Usage
    from genai_prices.types import ModelPrice as Plain
    from genai_prices.units import _get_registry

    registry = _get_registry()  # the package is pinned exactly, and the tests compare with its own sums
    known = [registry.units[name] for name in COUNTS]
    if type(rates) is not Plain or any(_may_join(one, other) for one, other in combinations(known, 2)):
        return None
    try:
        rates.calc_price(Usage())
    except ValueError:
        return None
    found: _Priced = {}
    for key, price in rates.__dict__.items():
        if price is None:
            continue
        unit = registry.unit_for_price_key(key)
        if unit.usage_key in COUNTS or unit.usage_key == _REQUESTS:
            if str(unit.per).strip("0") != "1":
                return None
            found[unit.usage_key] = unit, price
        elif any(_inside(one, unit) for one in known):
            return None  # genai-prices would look for its count in the more specific ones
    return found


def _inside(one: UnitDef, other: UnitDef) -> bool:
    return one is not other and other.dimensions.items() <= one.dimensions.items()


def _may_join(one: UnitDef, other: UnitDef) -> bool:
    return one.is_compatible_with(other) and not _inside(one, other) and not _inside(other, one)


def _share(name: str, priced: _Priced) -> dict[str, int]:
    """What of each count is charged as `name`: its own, less what more specific units are charged for."""
    share = {name: 1}
    for other, (unit, _) in priced.items():
        if _inside(unit, priced[name][0]):
            for part, times in _share(other, priced).items():
                share[part] = share.get(part, 0) - times
    return {part: times for part, times in share.items() if times}


def _starts(price: Decimal | TieredPrices) -> list[int]:
    return [] if isinstance(price, Decimal) else [tier.start for tier in price.tiers]


def _exact(price: Decimal | TieredPrices, per: int, input_total: int) -> Decimal:
    """US dollars for one, of a request with so many input tokens."""
    if not isinstance(price, Decimal):
        applied = price.base
        for tier in price.tiers:
            if input_total > tier.start:
                applied = tier.price
        price = applied
    return price.scaleb(1 - len(str(per)))


def _exponent(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    assert isinstance(exponent, int)  # a finite number: genai-prices has checked
    return exponent
