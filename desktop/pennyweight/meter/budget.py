"""Budgets: what is left of a monthly cap, whether a request fits, and when a stream has to stop. Nano-dollars.

A cap belongs to a month of the person's own calendar and to one provider, or to all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.money import NANO
from pennyweight.meter.prices import price

WARN_PERCENT = 80
_SLOPE_TOKENS = 1_000_000


class BudgetState(StrEnum):
    OK = "ok"
    WARN = "warn"
    """80 % or more is spent."""
    REACHED = "reached"
    """Nothing is left: nothing is sent."""


class Fit(StrEnum):
    """How a request with a price range stands to what is left."""

    FITS = "fits"
    MAY_EXCEED = "may_exceed"
    """Its high figure does not fit: it can be sent, and is stopped at the cap."""
    EXCEEDS = "exceeds"
    """Not even its low figure fits: it is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A cap and what was spent against it (estimates of aborted answers included)."""

    cap_nano: int
    spent_nano: int

    def __post_init__(self) -> None:
        if self.cap_nano < 0:
            raise ValueError("a budget is not negative")

    @property
    def left_nano(self) -> int:
        """Never below zero."""
        return max(0, self.cap_nano - self.spent_nano)

    @property
    def over_nano(self) -> int:
        return max(0, self.spent_nano - self.cap_nano)

    @property
    def state(self) -> BudgetState:
        if self.spent_nano >= self.cap_nano:
            return BudgetState.REACHED
        return BudgetState.WARN if self.spent_nano * 100 >= self.cap_nano * WARN_PERCENT else BudgetState.OK

    def after(self, nano: int) -> Standing:
        """The standing once that has been spent as well."""
        return Standing(cap_nano=self.cap_nano, spent_nano=self.spent_nano + nano)

    def fit(self, low_nano: int, high_nano: int) -> Fit:
        """Whether a request that costs between these fits into what is left."""
        if not 0 <= low_nano <= high_nano:
            raise ValueError("a price range rises from zero")
        if self.state is BudgetState.REACHED or low_nano > self.left_nano:
            return Fit.EXCEEDS
        return Fit.FITS if high_nano <= self.left_nano else Fit.MAY_EXCEED


def tightest(standings: list[Standing]) -> Standing | None:
    """Of a provider's cap and the common one, the one with less left; None without any."""
    return min(standings, key=lambda standing: standing.left_nano, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCost:
    """What one answer costs while it grows: a fixed part for the input, then so much per output token."""

    input_usd: Decimal
    usd_per_output_token: Decimal

    def nano(self, output_tokens: int) -> int:
        """Rounded up: a cap is kept, not missed by a fraction."""
        usd = self.input_usd + self.usd_per_output_token * output_tokens
        return int((usd * NANO).to_integral_value(rounding=ROUND_CEILING))

    def most_output_tokens(self, left_nano: int) -> int | None:
        """How many output tokens the money pays for; None if they are free and the input is paid."""
        left = Decimal(left_nano) / NANO - self.input_usd
        if left < 0:
            return 0
        if self.usd_per_output_token <= 0:
            return None
        return int((left / self.usd_per_output_token).to_integral_value(rounding=ROUND_FLOOR))


def stream_cost(
    provider: str, model: str, input_tokens: int, at: datetime, *, cache_read: int = 0
) -> StreamCost | None:
    """From the price table, with the tier that this much input falls into; None if the model has no price.

    The input is taken at its full rate but for `cache_read`, where the provider has told that already.
    """
    usage = UsageRecord(input_total=input_tokens, cache_read=cache_read)
    bare = price(provider, model, usage, at)
    full = price(provider, model, replace(usage, output_total=_SLOPE_TOKENS), at)
    if bare.usd is None or full.usd is None:
        return None
    return StreamCost(input_usd=bare.usd, usd_per_output_token=(full.usd - bare.usd) / _SLOPE_TOKENS)


@dataclass(frozen=True, slots=True)
class StreamGuard:
    """Watches one stream: ask after each piece, and stop the stream at the first no."""

    cost: StreamCost
    left_nano: int

    def allows(self, output_tokens: int) -> bool:
        """False as soon as what has streamed costs what was left: the overshoot is at most one piece."""
        return self.cost.nano(output_tokens) < self.left_nano

    def output_limit(self, wanted: int) -> int:
        """`max_output_tokens` to ask for: the provider then stops hidden reasoning at the cap as well."""
        most = self.cost.most_output_tokens(self.left_nano)
        return wanted if most is None else max(0, min(wanted, most))


def floor_nano(provider: str, model: str, usage: UsageRecord, at: datetime) -> int | None:
    """What an answer that ended early costs at least. Never zero where there is a price; None where there is none."""
    found = price(provider, model, usage, at)
    if found.nano is None:
        return None
    return max(found.nano, 1) if usage.total and (found.usd or 0) > 0 else found.nano
