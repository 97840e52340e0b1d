"""What the person's choices say, per task, local model and other model; and the choices as a preference data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pennyweight.domain.comparison import Comparison, Side
from pennyweight.meter.wilson import wilson
from pennyweight.services.comparison import Advice, Statistics

_HALF = 0.5


@dataclass(slots=True)
class _Tally:
    since: datetime
    compared: int = 0
    local_kept: int = 0
    other_kept: int = 0
    local_costs: list[int | None] = field(default_factory=list)
    other_costs: list[int | None] = field(default_factory=list)


def statistics(chosen: Sequence[Comparison]) -> list[Statistics]:
    """The most compared first. A comparison counts once for each pair of a local and a cloud answer in it."""
    tallies: dict[tuple[str, str, str], _Tally] = {}
    for comparison in chosen:
        for local_at, local, other_at, other in _pairs(comparison):
            key = (comparison.task.value, local.model, f"{other.source}/{other.model}")
            tally = tallies.setdefault(key, _Tally(comparison.at))
            tally.since = min(tally.since, comparison.at)
            tally.compared += 1
            tally.local_kept += local_at in comparison.kept
            tally.other_kept += other_at in comparison.kept
            tally.local_costs.append(local.cost_nano)
            tally.other_costs.append(other.cost_nano)
    found = [_statistics(key, tally) for key, tally in tallies.items()]
    return sorted(found, key=lambda row: (-row.compared, row.task, row.local_model, row.other))


def _pairs(comparison: Comparison) -> Iterator[tuple[int, Side, int, Side]]:
    sides = list(enumerate(comparison.sides))
    for local_at, local in sides:
        for other_at, other in sides:
            if local.is_local and not other.is_local and local.text and other.text:
                yield local_at, local, other_at, other


def _statistics(key: tuple[str, str, str], tally: _Tally) -> Statistics:
    low, high = wilson(tally.local_kept, tally.compared)
    return Statistics(
        task=key[0],
        local_model=key[1],
        other=key[2],
        compared=tally.compared,
        good_enough=tally.local_kept,
        share=tally.local_kept / tally.compared,
        low=low,
        high=high,
        local_per_kept=_per_kept(tally.local_costs, tally.local_kept),
        other_per_kept=_per_kept(tally.other_costs, tally.other_kept),
        advice=_advice(low, high, tally),
        since=tally.since,
    )


def _advice(low: float, high: float, tally: _Tally) -> Advice:
    """Only where the whole interval is above or below one half, and the other side did better."""
    if low > _HALF:
        return "stay local"
    return "worth the tokens" if high < _HALF and tally.other_kept > tally.local_kept else ""


def _per_kept(costs: Sequence[int | None], kept: int) -> int | None:
    """What one kept answer cost, those that were not kept included; None where a price or a kept answer is missing."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) // kept if kept and len(known) == len(costs) else None


def preferences(comparison: Comparison, prompt: str) -> Iterator[dict[str, Any]]:
    """One row per kept and rejected pair. The person's own wording stands in `edited`, and is chosen over all sides
    where none was good enough."""
    kept = [comparison.sides[at] for at in comparison.kept]
    rejected = [side for at, side in enumerate(comparison.sides) if at not in comparison.kept and side.text]
    edited = comparison.edited or None
    winners = [(side.text, f"{side.source}/{side.model}") for side in kept]
    if edited is not None and not kept:
        winners = [(edited, "person")]
    if edited is not None and kept and not rejected:
        rejected = kept
        winners = [(edited, "person")]
    for text, model in winners:
        for side in rejected:
            yield {
                "prompt": prompt,
                "chosen": text,
                "rejected": side.text,
                "edited": edited,
                "task": comparison.task.value,
                "chosen_model": model,
                "rejected_model": f"{side.source}/{side.model}",
                "note": comparison.note,
                "at": (comparison.chosen_at or comparison.at).isoformat(),
            }
