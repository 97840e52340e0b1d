"""A comparison: one prompt, several answers side by side, and what the person chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pennyweight.domain.comparison import Choice, Comparison, Earlier, Side
from pennyweight.domain.errors import KnownError

__all__ = [
    "Advice", "Choice", "CompareDone", "CompareEvent", "CompareStarted", "Comparison", "Earlier", "PairKind", "Side",
    "SideDelta", "SideDone", "SideFailed", "SideLive", "SideStatus", "Statistics", "Target",
]  # fmt: skip

Advice = Literal["", "stay local", "worth the tokens", "the first will do", "the second is better"]
"""The last two are for two models of a kind."""
PairKind = Literal["mixed", "local", "cloud"]
"""A local and a cloud model, two local ones, two in the cloud."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked: `local` and a model id (None: the chosen one), or a provider's id and one of its models."""

    source: str = "local"
    model: str | None = None

    @classmethod
    def parse(cls, text: str) -> Target:
        """`local`, `local/MODEL` or `PROVIDER/MODEL`."""
        source, _, model = text.partition("/")
        return cls(source or "local", model or None)


@dataclass(frozen=True, slots=True)
class CompareStarted:
    """Sides in the order they are shown (shuffled where it is blind); `position` in all events is their index."""

    comparison: Comparison


@dataclass(frozen=True, slots=True)
class SideStatus:
    position: int
    text: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class SideDelta:
    position: int
    text: str
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class SideLive:
    """At most ten a second per side. `cost_nano` is electricity or the bill so far; None where there is no price."""

    position: int
    input_total: int
    output_total: int
    seconds: float
    first_token_seconds: float | None
    cost_nano: int | None


@dataclass(frozen=True, slots=True)
class SideDone:
    position: int
    side: Side


@dataclass(frozen=True, slots=True)
class SideFailed:
    position: int
    side: Side
    error: KnownError


@dataclass(frozen=True, slots=True)
class CompareDone:
    """All sides have ended and are stored; `CompareService.choose` is next."""

    comparison: Comparison


CompareEvent = CompareStarted | SideStatus | SideDelta | SideLive | SideDone | SideFailed | CompareDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What the choices say about one task and two models. Shares in 0..1, nano-dollars."""

    task: str
    kind: PairKind
    first: str
    """`local/model` or `provider/model`. Of two of a kind the one whose answers cost less."""
    second: str
    first_name: str
    second_name: str
    compared: int
    good_enough: int
    """Answers of the first that were chosen, alone or together with the other."""
    second_good_enough: int
    share: float
    """Of the first: `good_enough` of `compared`."""
    low: float
    high: float
    """95 % Wilson interval of `share`."""
    first_per_kept: int | None
    """Cost of all its answers over those kept; None without a kept one, or where a price is missing."""
    second_per_kept: int | None
    advice: Advice
    """Only where the whole interval lies on one side of one half."""
    more: int
    """Without advice: the fewest further choices, all for the same one, after which there would be some."""
    since: datetime
