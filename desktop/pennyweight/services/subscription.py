"""A plan's price against what the same use costs when it is metered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from pennyweight.domain.errors import InputError
from pennyweight.meter.money import decimal_to_nano
from pennyweight.services.audit import AuditReport
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.store import Store

DEFAULT_PLAN = Decimal(20)
_KEY = "audit.plan_usd_per_month"
_DAYS_PER_MONTH = Decimal("30.4375")
_HIGHEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionCheck:
    """A plan in US dollars a month against the cloud spend of a period."""

    plan_usd: Decimal
    months: Decimal
    """What the period is of the plan: whole calendar months, else by its days."""
    plan_nano: int
    """The plan's price for the period."""
    metered_nano: int
    calls: int
    """Cloud calls with a price."""
    unpriced_rows: int

    @property
    def metered_is_cheaper_by_nano(self) -> int:
        """Negative where the plan would have been cheaper."""
        return self.plan_nano - self.metered_nano

    @property
    def break_even_calls(self) -> int | None:
        """So many calls as dear as these on average would have cost as much as the plan; None without any."""
        if not self.calls or self.metered_nano <= 0:
            return None
        return -(-self.plan_nano * self.calls // self.metered_nano)

    @property
    def break_even_factor(self) -> float | None:
        """How many times this use would have cost as much as the plan."""
        return self.plan_nano / self.metered_nano if self.metered_nano > 0 else None


class SubscriptionService:
    """Thread-safe. The plan's price is kept with the settings."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan_usd(self) -> Decimal:
        stored = self._store.settings.get(_KEY, str(DEFAULT_PLAN))
        try:
            return _checked(Decimal(str(stored)))
        except (InputError, InvalidOperation):
            return DEFAULT_PLAN

    def set_plan(self, usd_per_month: Decimal) -> None:
        """InputError unless it is an amount from 0 on."""
        self._store.settings.set(_KEY, str(_checked(usd_per_month)))

    def check(self, report: AuditReport, today: date) -> SubscriptionCheck:
        """The plan for the period of the report, up to the month that `today` is in."""
        plan, months = self.plan_usd(), plan_months(report.period, today, _first_use(report))
        cloud = report.totals.calls - report.local.calls
        return SubscriptionCheck(
            plan_usd=plan,
            months=months,
            plan_nano=decimal_to_nano(plan * months),
            metered_nano=report.totals.billed_nano,
            calls=max(0, cloud - report.totals.unpriced_rows),
            unpriced_rows=report.totals.unpriced_rows,
        )


def plan_months(period: AuditPeriod, today: date, first_use: date | None = None) -> Decimal:
    """Whole calendar months, from the first use to this one, are paid in full; anything else counts by its days."""
    if period.kind in ("month", "year", "all"):
        last = min(period.last, today) if period.first <= today else period.last
        first = min(first_use or period.first, last)
        return Decimal((last.year - first.year) * 12 + last.month - first.month + 1)
    return (period.days / _DAYS_PER_MONTH).quantize(Decimal("0.0001"))


def _first_use(report: AuditReport) -> date | None:
    """The first day with a cloud call."""
    return next((row.period.first for row in report.days if row.sums.calls > row.local.calls), None)


def _checked(usd: Decimal) -> Decimal:
    if not usd.is_finite() or not 0 <= usd <= _HIGHEST:
        raise InputError("A plan's price is a number of dollars a month, such as 20.")
    return usd
