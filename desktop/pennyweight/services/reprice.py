"""The same use at other models' prices: every call priced alone, at its own moment. The ledger is only read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter import prices
from pennyweight.meter.band import Band
from pennyweight.meter.equivalent import DEFAULT_RATIO, equivalent_bill
from pennyweight.meter.reference import split_reference
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.imports.overlap import counting
from pennyweight.store import Store

_SAME_TOKENS = Band(1.0, 1.0, 1.0)
_TELL_EVERY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RepricedRow:
    """A period's use at one model's list price, with its band; nano-dollars."""

    model: str
    name: str
    calls: int
    expected_nano: int
    low_nano: int
    high_nano: int
    unpriced_rows: int
    """Calls this model has no price for at their moment: in no sum."""


class RepriceService:
    """Thread-safe. `zone` is the person's zone, by default this computer's."""

    def __init__(self, store: Store, zone: tzinfo | None = None) -> None:
        self._store = store
        self._zone = zone

    def at_prices_of(
        self,
        period: AuditPeriod,
        models: Sequence[str],
        cancel: Cancel,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> tuple[RepricedRow, ...]:
        """All calls of the period, local ones and cloud ones, at each `provider/model`. Empty if cancelled.

        Takes some tenths of a millisecond for a call and a model. InputError for a name of another form.
        """
        sums = [_Sum(model) for model in models]
        twice = self._store.overlaps.uncounted(counting(self._store))
        for done, entry in enumerate(self._store.ledger.iterate(*period.bounds(self._zone)), start=1):
            if cancel.cancelled:
                return ()
            if entry.id not in twice and (entry.kind != "correction" or entry.usage.total):
                for each in sums:
                    each.add(entry)
            if done % _TELL_EVERY == 0:
                on_progress(done)
        return tuple(each.row() for each in sums)


class _Sum:
    def __init__(self, model: str) -> None:
        self._model = model
        self._provider, name = split_reference(model)
        known = prices.find(model)
        self._name = known.name if known else name
        self._calls = self._unpriced = 0
        self._nano = [0, 0, 0]

    def add(self, entry: LedgerEntry) -> None:
        """A correction adds what its call turned out to have used above what was known, and is no call of its own."""
        self._calls += entry.kind != "correction"
        # A provider counts alike for its own models; others, and this computer, cut the text into other tokens.
        ratio = _SAME_TOKENS if entry.source == self._provider else DEFAULT_RATIO
        bill = equivalent_bill(entry.usage, self._model, entry.usage.at or entry.at, ratio=ratio, resent=entry.resent)
        amounts = (bill.low_nano, bill.expected_nano, bill.high_nano)
        if None in amounts:
            self._unpriced += 1
            return
        self._nano = [total + (amount or 0) for total, amount in zip(self._nano, amounts, strict=True)]

    def row(self) -> RepricedRow:
        low, expected, high = self._nano
        return RepricedRow(
            model=self._model,
            name=self._name,
            calls=self._calls,
            expected_nano=expected,
            low_nano=low,
            high_nano=high,
            unpriced_rows=self._unpriced,
        )
