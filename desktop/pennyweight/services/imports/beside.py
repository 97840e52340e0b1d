"""What stands beside the ledger in a period, in none of its sums: providers' bills, estimates, use told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pennyweight.meter.money import format_range, format_usd
from pennyweight.services.audit import AuditService
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.imports.estimates import EstimateSum
from pennyweight.services.imports.kinds import IMPORT_NAMES
from pennyweight.services.imports.overlap import Overlap
from pennyweight.services.imports.service import ImportService
from pennyweight.services.imports.words import provider_name, told_twice
from pennyweight.store.overlaps import Counting


@dataclass(frozen=True, slots=True)
class Beside:
    """`bills` as `ImportService.billed_in` gives them."""

    bills: Sequence[tuple[str, int, int, int]]
    estimates: Sequence[EstimateSum]
    reference: str
    """The name of the reference model."""
    twice: Overlap
    counting: Counting

    def __bool__(self) -> bool:
        return bool(self.bills or self.estimates or self.twice)

    def sentences(self) -> list[str]:
        """All of it, one sentence each."""
        found = [told_twice(self.twice, self.counting)] if self.twice else []
        found += [
            f"{provider_name(source)} billed {format_usd(billed)} for {days:,} UTC {'day' if days == 1 else 'days'};"
            f" the ledger has {format_usd(held)} for them. A bill is compared and never added."
            for source, billed, held, days in self.bills
        ]
        found += [
            f"{IMPORT_NAMES.get(one.source, one.source)}: {one.answers:,} answers without token counts, estimated at"
            f" {format_usd(one.expected_nano)} ({format_range(one.low_nano, one.high_nano)}) at"
            f" {self.reference}'s list price. That is no spend."
            for one in self.estimates
        ]
        return found


def beside(imports: ImportService, audit: AuditService, period: AuditPeriod) -> Beside:
    """Prices every estimate of the period: some tenths of a millisecond each."""
    start, end = period.bounds(audit.zone)
    reference = audit.reference()
    return Beside(
        imports.billed_in(start, end),
        imports.priced_estimates(reference.id, start, end),
        reference.name,
        imports.overlaps(start, end),
        imports.counting(),
    )
