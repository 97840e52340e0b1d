"""Chats of exports without token counts, at a reference model's list price: an estimate with a band, never spend.

Each answer is priced alone, at its own moment. Low: the low token counts, with all that an earlier turn of the chat had
sent priced as cached. High: the high counts, nothing cached. Expected: the expected counts, the mean of cached and not
cached, as for local work (`meter.equivalent`). Answers of branches that were left cost too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.equivalent import SMALLEST_CACHED_PREFIX
from pennyweight.meter.prices import price
from pennyweight.meter.reference import split_reference
from pennyweight.store.imports import Estimate

_TELL_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateSum:
    """One export's answers at `reference`; nano-dollars, tokens as expected."""

    source: str
    """`chatgpt` or `claude-ai`."""
    reference: str
    answers: int
    left_answers: int
    """Of branches that the person left."""
    input_tokens: int
    output_tokens: int
    low_nano: int
    expected_nano: int
    high_nano: int
    unpriced: int
    """Answers the reference model has no price for at their moment: in no sum."""


def priced(
    estimates: Iterable[Estimate],
    reference: str,
    cancel: Cancel,
    on_progress: Callable[[int], None] = lambda _: None,
    *,
    since: datetime | None = None,
) -> tuple[EstimateSum, ...]:
    """A sum for each export, by name, of the answers from `since` on. Give all answers of a chat, oldest first: what
    was sent before may be cached. Empty if cancelled."""
    sums: dict[str, _Sum] = {}
    for done, one in enumerate(estimates, start=1):
        if cancel.cancelled:
            return ()
        each = sums.setdefault(one.source, _Sum(one.source, reference))
        each.add(one, counts=since is None or one.at >= since)
        if done % _TELL_EVERY == 0:
            on_progress(done)
    return tuple(sums[source].total() for source in sorted(sums) if sums[source].answers)


class _Sum:
    def __init__(self, source: str, reference: str) -> None:
        self._source, self._reference = source, reference
        self._provider, self._model = split_reference(reference)
        self._sent: dict[str, list[tuple[int, int, int]]] = {}
        self._counts = [0, 0, 0, 0, 0]
        self._nano = [0, 0, 0]

    @property
    def answers(self) -> int:
        return self._counts[0]

    def add(self, one: Estimate, *, counts: bool) -> None:
        prefix = self._prefix(one)
        if not counts:
            return
        self._counts[0] += 1
        self._counts[1] += not one.kept
        self._counts[2] += one.input_tokens[1]
        self._counts[3] += one.output_tokens[1]
        bill = self._bill(one, prefix)
        if bill is None:
            self._counts[4] += 1
        else:
            self._nano = [total + nano for total, nano in zip(self._nano, bill, strict=True)]

    def _bill(self, one: Estimate, prefix: tuple[int, int]) -> tuple[int, int, int] | None:
        low = self._price(one.at, one.input_tokens[0], one.output_tokens[0], prefix[0])
        cached = self._price(one.at, one.input_tokens[1], one.output_tokens[1], prefix[1])
        whole = self._price(one.at, one.input_tokens[1], one.output_tokens[1], 0)
        high = self._price(one.at, one.input_tokens[2], one.output_tokens[2], 0)
        if low is None or cached is None or whole is None or high is None:
            return None
        return low, (cached + whole) // 2, high

    def _prefix(self, one: Estimate) -> tuple[int, int]:
        """(low, expected) tokens of the longest earlier turn of the chat that this one's input may begin with."""
        earlier = self._sent.setdefault(one.conversation, [])
        fits = [each for each in earlier if each[1] <= one.input_tokens[1]]
        longest = max(fits, key=lambda each: each[1], default=(0, 0, 0))
        earlier.append(_both(one.input_tokens, one.output_tokens))
        return longest[0], longest[1]

    def _price(self, at: datetime, taken: int, made: int, prefix: int) -> int | None:
        prefix = min(prefix, taken)
        cached = prefix if prefix >= SMALLEST_CACHED_PREFIX else 0
        record = UsageRecord(input_total=taken, cache_read=cached, output_total=made, at=at)
        return price(self._provider, self._model, record, at).nano

    def total(self) -> EstimateSum:
        answers, left, taken, made, unpriced = self._counts
        low, expected, high = self._nano
        return EstimateSum(
            source=self._source,
            reference=self._reference,
            answers=answers,
            left_answers=left,
            input_tokens=taken,
            output_tokens=made,
            low_nano=low,
            expected_nano=expected,
            high_nano=high,
            unpriced=unpriced,
        )


def _both(one: Sequence[int], two: Sequence[int]) -> tuple[int, int, int]:
    return one[0] + two[0], one[1] + two[1], one[2] + two[2]
