"""One call to a cloud: its record, our list price, and what was billed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.money import decimal_to_nano
from pennyweight.meter.prices import Price, price
from pennyweight.meter.usage import billed_usd, normalize


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    record: UsageRecord
    listed: Price
    """Our own figure from the price table; it stands beside what was billed."""
    billed_usd: Decimal | None
    """What the provider says it billed, None where it does not say."""

    @property
    def usd(self) -> Decimal | None:
        """The spend: as billed where the provider says so, else the list price; None if neither is known."""
        return self.listed.usd if self.billed_usd is None else self.billed_usd

    @property
    def nano(self) -> int | None:
        return None if self.usd is None else decimal_to_nano(self.usd)


def charge(
    provider: str, model: str, usage: Mapping[str, object], at: datetime, *, service_tier: str | None = None
) -> Charge:
    """What a usage object as the provider reports it costs; InputError if it is not usable."""
    record = normalize(provider, usage, service_tier=service_tier, at=at)
    return Charge(record=record, listed=price(provider, model, record, at), billed_usd=billed_usd(provider, usage))
