"""What Keep and Not useful say of the local models: the share of judged answers that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pennyweight.meter.wilson import wilson
from pennyweight.store.verdicts import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptShare:
    """For one task and local model. An answer that nobody judged says nothing and is not in it. Shares in 0..1."""

    task: str
    model: str
    kept: int
    judged: int
    share: float
    low: float
    high: float
    """95 % Wilson interval."""


def kept_shares(judged: Sequence[Judged]) -> list[KeptShare]:
    """One for each row, in their order."""
    found = []
    for row in judged:
        low, high = wilson(row.kept, row.judged)
        share = row.kept / row.judged
        found.append(
            KeptShare(task=row.task, model=row.model, kept=row.kept, judged=row.judged, share=share, low=low, high=high)
        )
    return found
