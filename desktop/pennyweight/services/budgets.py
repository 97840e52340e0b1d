"""Budgets: a cap per calendar month, for all providers together and for each one. None is set at first.

Raising or removing a cap is a deliberate act: it is noted in the ledger.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from pennyweight.domain.errors import InputError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.budget import BudgetState, Fit, Standing, StreamCost, StreamGuard
from pennyweight.meter.money import format_usd
from pennyweight.meter.periods import bounds
from pennyweight.store import Store

__all__ = ["BudgetService", "BudgetState", "BudgetView", "Fit"]
OVERALL = ""
_KEY = "budget.caps"
_MOST_NANO = 10**15
_LOOK_EVERY_SECONDS = 1.0
"""Another process (the window, the command line) may spend at the same time: so often it is looked at, and told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """One cap as it stands this month."""

    provider: str
    """A provider's id; "" for all together."""
    month: str
    """"November 2026"."""
    cap_nano: int
    spent_nano: int
    left_nano: int
    state: BudgetState
    """OK, WARN from 80 % on, REACHED."""
    sentence: str
    """For a person when it is not OK; else empty."""

    @property
    def standing(self) -> Standing:
        return Standing(cap_nano=self.cap_nano, spent_nano=self.spent_nano)


class BudgetService:
    """Thread-safe. Spend is that of this program's own requests, estimates of aborted answers included."""

    def __init__(self, store: Store, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now
        self._lock = threading.Lock()
        self._running: list[BudgetWatch] = []

    def all(self) -> list[BudgetView]:
        """Every cap that is set, the common one first."""
        caps = self._caps()
        return [self._view(provider, caps[provider]) for provider in sorted(caps)]

    def get(self, provider: str = OVERALL) -> BudgetView | None:
        """The cap of a provider ("" for all together); None if none is set."""
        cap = self._caps().get(provider)
        return None if cap is None else self._view(provider, cap)

    def tightest(self, provider: str) -> BudgetView | None:
        """Of the provider's cap and the common one, the one with less left; None without any."""
        views = [view for view in (self.get(provider), self.get()) if view is not None]
        return min(views, key=lambda view: view.left_nano, default=None)

    def spent(self, provider: str = OVERALL) -> int:
        """Nano-dollars of this month, with or without a cap."""
        start, end = bounds("month", self._now())
        return self._store.ledger.cloud_spend(start, end, provider or None)

    def set(self, provider: str, cap_nano: int | None) -> BudgetView | None:
        """Set the cap of a provider ("" for all together), or take it away with None. InputError for a bad amount."""
        if cap_nano is not None and not 0 <= cap_nano <= _MOST_NANO:
            raise InputError("A budget is an amount of dollars from zero up.")
        caps = self._caps()
        before = caps.pop(provider, None)
        if cap_nano is not None:
            caps[provider] = cap_nano
        self._store.settings.set(_KEY, caps)
        if before is not None and (cap_nano is None or cap_nano > before):
            self._note(provider, before, cap_nano)
        return self.get(provider)

    def left(self, provider: str) -> int | None:
        """Nano-dollars that a request may still cost: what running answers have cost so far is off, those of another
        process too. None without a cap."""
        return self._left(BudgetWatch(self, provider, None))

    def watch(self, provider: str, cost: StreamCost | None, call_id: str | None = None) -> BudgetWatch:
        """Watches one stream against the caps; streams that run at the same time share what is left. Close it.

        `call_id`: of its `CallRecord`, where other processes see what it costs until it is booked. Begun before this
        one looks at theirs: of two that begin at once, one sees the other at least.
        """
        return BudgetWatch(self, provider, cost, call_id)

    def _open(self, watch: BudgetWatch) -> None:
        with self._lock:
            self._running.append(watch)

    def _close(self, watch: BudgetWatch) -> None:
        with self._lock:
            if watch in self._running:
                self._running.remove(watch)
            for other in self._running:
                other.stale = True

    def _left(self, watch: BudgetWatch) -> int | None:
        """Of the tightest cap, less what the other running streams have cost so far; None without a cap."""
        if watch.stale or time.monotonic() - watch.looked_at > _LOOK_EVERY_SECONDS:
            watch.looked_at = time.monotonic()
            watch.stale = False
            if self._caps():
                # Looked at before the ledger: what is booked in between counts twice for a second, never not at all.
                watch.unbooked = self._store.running.unbooked(self._calls())
            watch.views = [view for view in (self.get(watch.provider), self.get()) if view is not None]
        with self._lock:
            others = [other for other in self._running if other is not watch]
        left = []
        for view in watch.views:
            running = sum(other.nano for other in others if view.provider in (OVERALL, other.provider))
            running += sum(nano for name, nano in watch.unbooked.items() if view.provider in (OVERALL, name))
            left.append(view.left_nano - running)
        return max(0, min(left)) if left else None

    def _calls(self) -> Collection[str]:
        with self._lock:
            return [watch.call_id for watch in self._running if watch.call_id is not None]

    def _note(self, provider: str, before: int, after: int | None) -> None:
        whose = f"The budget for {provider}" if provider else "The budget for all providers"
        now = "removed" if after is None else f"raised to {format_usd(after)}"
        row_id = uuid.uuid4().hex
        entry = LedgerEntry(
            id=row_id,
            at=self._now(),
            kind="correction",
            source=provider or "budget",
            model="",
            usage=UsageRecord(at=self._now()),
            dedup_key=f"pennyweight:{row_id}",
            note=f"{whose} was {format_usd(before)} a month and is {now}.",
        )
        self._store.ledger.add([entry])

    def _caps(self) -> dict[str, int]:
        found = self._store.settings.get(_KEY, {})
        items = found.items() if isinstance(found, dict) else ()
        return {str(name): cap for name, cap in items if isinstance(cap, int) and 0 <= cap <= _MOST_NANO}

    def _view(self, provider: str, cap: int) -> BudgetView:
        standing = Standing(cap_nano=cap, spent_nano=self.spent(provider))
        month = self._now().astimezone().strftime("%B %Y")
        return BudgetView(
            provider=provider,
            month=month,
            cap_nano=cap,
            spent_nano=standing.spent_nano,
            left_nano=standing.left_nano,
            state=standing.state,
            sentence=_sentence(provider, month, standing),
        )


class BudgetWatch:
    """One running stream. A context; `allows` is asked after each piece."""

    def __init__(
        self, service: BudgetService, provider: str, cost: StreamCost | None, call_id: str | None = None
    ) -> None:
        self.provider = provider
        self.call_id = call_id
        self.cost = cost
        """May be set anew: a provider that tells its count of the prompt knows better than we do."""
        self.unbooked: dict[str, int] = {}
        self.views: list[BudgetView] = []
        self.stale = True
        self.looked_at = 0.0
        self.nano = 0
        self._service = service

    def __enter__(self) -> BudgetWatch:
        if self.call_id is not None and self.cost is not None:
            self.nano = self.cost.nano(0)  # the others are to see at once what its input costs
        self._service._open(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._service._close(self)

    def allows(self, output_tokens: int) -> bool:
        """False as soon as what has streamed costs what was left. Without a price there is nothing to watch by."""
        if self.cost is None:
            return True
        self.nano = self.cost.nano(output_tokens)
        left = self._service._left(self)
        return left is None or StreamGuard(self.cost, left).allows(output_tokens)

    def output_limit(self, wanted: int) -> int:
        """`max_output_tokens` to ask for, so that hidden reasoning ends at the cap as well."""
        left = self._service._left(self)
        return wanted if left is None or self.cost is None else StreamGuard(self.cost, left).output_limit(wanted)


def _sentence(provider: str, month: str, standing: Standing) -> str:
    whose = f"{provider}'s budget" if provider else "The budget"
    if standing.state is BudgetState.REACHED:
        return f"{whose} for {month} is used up: {format_usd(standing.cap_nano)}."
    if standing.state is BudgetState.WARN:
        return f"{format_usd(standing.left_nano)} of {format_usd(standing.cap_nano)} is left for {month}."
    return ""
