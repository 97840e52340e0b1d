"""What a request to a provider will cost: low, expected and high, from the lengths of the person's own answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from pennyweight.domain.recipe import Recipe
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.band import Band
from pennyweight.meter.calibration import Ratios
from pennyweight.meter.prices import price
from pennyweight.services.escalation import PriceRange
from pennyweight.store import Store

ENOUGH = 3
_ROUGH_INPUT = Band(0.8, 1.0, 1.3)
"""Around an estimate from the length of the text."""
_COUNTED_INPUT = 0.05
"""The share a measured ratio is taken to be off at least."""


def price_range(
    store: Store, recipe: Recipe, ratios: Ratios, provider: str, model: str, input_tokens: int, limit: int, local: str
) -> PriceRange:
    """`local` is the id of the local model, whose answers tell the length where this model has written too few."""
    own = store.ledger.output_lengths(recipe.task.value, model)
    samples = len(own)
    if samples >= ENOUGH:
        low, expected, high = _spread(own)
    else:
        lengths = store.ledger.output_lengths(recipe.task.value, local)
        samples = len(lengths) if len(lengths) >= ENOUGH else 0
        low, expected, high = _spread(lengths) if samples else _guess(recipe.expected_output_tokens)
        low, expected, high = (
            round(low * ratios.output.low),
            round(expected * ratios.output.expected),
            round(high * ratios.output.high),
        )
    output = Band(*(min(limit, max(1, tokens)) for tokens in (low, expected, high)))
    around = _input_band(ratios)
    at = datetime.now(UTC)

    def nano(share: float, tokens: float) -> int | None:
        record = UsageRecord(input_total=round(input_tokens * share), output_total=round(tokens))
        return price(provider, model, record, at).nano

    return PriceRange(
        low_nano=nano(around.low, output.low),
        expected_nano=nano(around.expected, output.expected),
        high_nano=nano(around.high, output.high),
        samples=samples,
        low_output=round(output.low),
        expected_output=round(output.expected),
        high_output=round(output.high),
    )


def most_input(input_tokens: int, ratios: Ratios) -> int:
    """The high edge of an estimate of a prompt, rounded up."""
    return math.ceil(input_tokens * _input_band(ratios).high)


def _spread(lengths: Sequence[int]) -> tuple[int, int, int]:
    """The tenth, the half and the nine tenths of the answers."""
    each = sorted(lengths)
    cut = len(each) // 10
    return each[cut], each[len(each) // 2], each[-1 - cut]


def _guess(expected: int) -> tuple[int, int, int]:
    return expected // 2, expected, expected * 2


def _input_band(ratios: Ratios) -> Band:
    if not ratios.samples:
        return _ROUGH_INPUT
    middle = ratios.input.expected
    low = min(ratios.input.low / middle, 1 - _COUNTED_INPUT)
    return Band(low, 1.0, max(ratios.input.high / middle, 1 + _COUNTED_INPUT))
