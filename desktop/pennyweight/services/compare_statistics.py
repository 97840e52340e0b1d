"""What the person's choices say, per task and pair of models; and the choices as a preference data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, count
from typing import Any

from pennyweight.domain.comparison import Comparison, Side
from pennyweight.meter.wilson import wilson
from pennyweight.services.comparison import Advice, PairKind, Statistics

_HALF = 0.5


@dataclass(slots=True)
class _Part:
    """One model of a pair: how often its answer was good enough, and what its answers cost."""

    source: str
    model: str
    name: str
    kept: int = 0
    costs: list[int | None] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.source}/{self.model}"

    @property
    def is_local(self) -> bool:
        return self.source == "local"

    @property
    def per_kept(self) -> int | None:
        """What one kept answer cost, the others included; None where a price or a kept answer is missing."""
        known = [cost for cost in self.costs if cost is not None]
        return sum(known) // self.kept if self.kept and len(known) == len(self.costs) else None


@dataclass(slots=True)
class _Tally:
    parts: tuple[_Part, _Part]
    since: datetime
    compared: int = 0


def statistics(chosen: Sequence[Comparison]) -> list[Statistics]:
    """The most compared first. A comparison counts once for each pair of different models in it.

    Of a local and a cloud model the local one is the first; of two of a kind, the one whose answers cost less.
    """
    tallies: dict[tuple[str, str, str], _Tally] = {}
    for comparison in chosen:
        for pair in combinations(enumerate(comparison.sides), 2):
            _count(tallies, comparison, sorted(pair, key=lambda side: (not side[1].is_local, _id(side[1]))))
    found = [_statistics(task, tally) for (task, _, _), tally in tallies.items()]
    return sorted(found, key=lambda row: (-row.compared, row.task, row.first, row.second))


def _id(side: Side) -> str:
    return f"{side.source}/{side.model}"


def _count(
    tallies: dict[tuple[str, str, str], _Tally], comparison: Comparison, pair: Sequence[tuple[int, Side]]
) -> None:
    (_, one), (_, other) = pair
    if _id(one) == _id(other) or not (one.text and other.text):
        return
    key = (comparison.task.value, _id(one), _id(other))
    if key not in tallies:
        first, second = (_Part(side.source, side.model, side.model_name or side.model) for _, side in pair)
        tallies[key] = _Tally((first, second), comparison.at)
    tally = tallies[key]
    tally.since = min(tally.since, comparison.at)
    tally.compared += 1
    for part, (position, side) in zip(tally.parts, pair, strict=True):
        part.kept += position in comparison.kept
        part.costs.append(side.cost_nano)


def _statistics(task: str, tally: _Tally) -> Statistics:
    first, second = tally.parts
    kind: PairKind = "mixed" if first.is_local != second.is_local else "local" if first.is_local else "cloud"
    if kind != "mixed":
        first, second = sorted(tally.parts, key=lambda part: (sum(cost or 0 for cost in part.costs), part.id))
    low, high = wilson(first.kept, tally.compared)
    return Statistics(
        task=task,
        kind=kind,
        first=first.id,
        second=second.id,
        first_name=first.name,
        second_name=second.name,
        compared=tally.compared,
        good_enough=first.kept,
        second_good_enough=second.kept,
        share=first.kept / tally.compared,
        low=low,
        high=high,
        first_per_kept=first.per_kept,
        second_per_kept=second.per_kept,
        advice=_advice(kind, first.kept, second.kept, tally.compared),
        more=_more(first.kept, second.kept, tally.compared),
        since=tally.since,
    )


def _settled(first: int, second: int, compared: int) -> int:
    """1 or 2: which one the record speaks for. 0 unless the whole interval is on one side of one half; for the second
    it must also have done better."""
    low, high = wilson(first, compared)
    if low > _HALF:
        return 1
    return 2 if high < _HALF and second > first else 0


def _advice(kind: PairKind, first: int, second: int, compared: int) -> Advice:
    settled = _settled(first, second, compared)
    if not settled:
        return ""
    if kind == "mixed":
        return "stay local" if settled == 1 else "worth the tokens"
    return "the first will do" if settled == 1 else "the second is better"


def _more(first: int, second: int, compared: int) -> int:
    """The fewest further choices, all for the same one alone, after which there would be advice; 0 if there is."""
    if _settled(first, second, compared):
        return 0
    return next(
        more
        for more in count(1)
        if _settled(first + more, second, compared + more) or _settled(first, second + more, compared + more)
    )


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
