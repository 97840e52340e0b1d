"""How many tokens a provider counts for each local token, learned from texts that both have counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pennyweight.domain.comparison import TokenSample
from pennyweight.meter.band import Band
from pennyweight.meter.equivalent import DEFAULT_RATIO, SAME_LENGTH

ENOUGH = 3
"""Samples before the measured figure replaces the default."""
_SMALLEST_PROMPT = 20
"""Local tokens; below, a provider's own frame around the turns is most of what it counts."""
_WIDEST = (0.2, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Cloud tokens per local token of the same text, and cloud answers per local answer in tokens."""

    input: Band
    output: Band
    samples: int
    """Prompts the input ratio rests on; 0 where the default band is used."""
    output_samples: int


UNMEASURED = Ratios(input=DEFAULT_RATIO, output=SAME_LENGTH, samples=0, output_samples=0)


def ratios(samples: Sequence[TokenSample]) -> Ratios:
    """The expected ratio is all cloud tokens over all local ones; the band holds the middle 80 % of the samples."""
    inputs = [(s.local_input, s.cloud_input) for s in samples if _usable(s)]
    outputs = [(s.local_output, s.cloud_output) for s in samples if s.local_output and s.cloud_output]
    counted = _band(inputs)
    lengths = _band(outputs)
    return Ratios(
        input=counted or DEFAULT_RATIO,
        output=lengths or SAME_LENGTH,
        samples=len(inputs) if counted else 0,
        output_samples=len(outputs) if lengths else 0,
    )


def measured_since(dated: Iterable[tuple[datetime, TokenSample]]) -> datetime | None:
    """When the measured input ratio replaced the default; None until it does. `dated`: oldest first."""
    usable = 0
    for at, sample in dated:
        usable += _usable(sample)
        if usable == ENOUGH:
            return at
    return None


def _usable(sample: TokenSample) -> bool:
    if sample.local_input < _SMALLEST_PROMPT or not sample.cloud_input:
        return False
    low, high = _WIDEST
    return low <= sample.cloud_input / sample.local_input <= high


def _band(pairs: Sequence[tuple[int, int]]) -> Band | None:
    low_limit, high_limit = _WIDEST
    usable = [(local, cloud) for local, cloud in pairs if low_limit <= cloud / local <= high_limit]
    if len(usable) < ENOUGH:
        return None
    each = sorted(cloud / local for local, cloud in usable)
    cut = len(each) // 10
    expected = sum(cloud for _, cloud in usable) / sum(local for local, _ in usable)
    return Band(min(each[cut], expected), expected, max(each[-1 - cut], expected))
