"""The same local work at a reference model's list price, with a band (`metering.md` rule 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pennyweight.domain.ledger import EquivalentBill
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.band import Band
from pennyweight.meter.prices import Price, find, price
from pennyweight.meter.reference import split_reference

DEFAULT_RATIO = Band(1.0, 1.15, 1.35)
"""Input tokens of a cloud model per local token, until it has been measured on the same texts."""
SAME_LENGTH = Band(1.0, 1.0, 1.0)
"""Output tokens of a cloud model per local token, until it has been measured on the same questions."""
SMALLEST_CACHED_PREFIX = 1024
"""Providers cache prompts from about this length on."""


def equivalent_bill(
    record: UsageRecord,
    reference: str,
    at: datetime,
    *,
    ratio: Band = DEFAULT_RATIO,
    output_ratio: Band = SAME_LENGTH,
    resent: int = 0,
) -> EquivalentBill:
    """What the work in `record` would have cost at `reference` ("provider/model") at the moment `at`.

    `resent` is how many prompt tokens an earlier turn had sent already. Low edge: the fewest tokens, with the prefix
    that was sent before at the provider's cached rate. High edge: the most tokens, nothing cached. Expected: the mean
    of cached and not cached at the expected ratio. Amounts are None where the reference has no price; InputError if
    `reference` is not of the form provider/model.
    """
    provider, model = split_reference(reference)
    prefix = min(max(record.cache_read, resent), record.input_total)
    if prefix < SMALLEST_CACHED_PREFIX:
        prefix = 0

    def at_ratio(factor: float, longer: float, *, cached: bool) -> Price:
        return price(provider, model, _in_the_cloud(record, factor, longer, prefix if cached else 0), at)

    high = at_ratio(ratio.high, output_ratio.high, cached=False)
    known = find(reference, at)
    low = at_ratio(ratio.low, output_ratio.low, cached=True).nano
    middle = tuple(at_ratio(ratio.expected, output_ratio.expected, cached=cached).nano for cached in (True, False))
    expected = None if None in middle else sum(nano for nano in middle if nano is not None) // 2
    return EquivalentBill(
        reference=reference,
        reference_name=known.name if known else model,
        expected_nano=expected,
        low_nano=low,
        high_nano=high.nano,
        price_source=high.price_source,
        rate_card=high.rate_card,
    )


def _in_the_cloud(record: UsageRecord, factor: float, longer: float, prefix: int) -> UsageRecord:
    """The local counts as a cloud model would have reported them."""
    return replace(
        record,
        input_total=round(record.input_total * factor),
        cache_read=round(prefix * factor),
        cache_write_5m=0,
        cache_write_1h=0,
        tool_prompt=0,
        output_total=round(record.output_total * longer),
        reasoning=round(record.reasoning * longer),
        web_searches=0,
        service_tier=None,
        processing="interactive",
        geo=None,
    )
