"""From what a call used to its row in the ledger, and from the rows of an answer to its line of the meter."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from pennyweight.domain.comparison import TokenSample
from pennyweight.domain.conversation import Message, Task
from pennyweight.domain.ledger import EquivalentBill, LedgerEntry
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.meter.calibration import UNMEASURED, Ratios, ratios
from pennyweight.meter.energy import band_text
from pennyweight.meter.equivalent import equivalent_bill
from pennyweight.meter.local_cost import Hardware, local_cost
from pennyweight.services.events import MeterLine
from pennyweight.services.model_call import CallResult
from pennyweight.services.settings import Settings
from pennyweight.store import Store

_TOO_SHORT_SECONDS = 0.02
_WORST_FIRST = (UsageState.UNKNOWN, UsageState.ESTIMATED, UsageState.PARTIAL, UsageState.REPORTED)


@dataclass(frozen=True, slots=True)
class Rates:
    """What local work is priced with at this moment."""

    usd_per_kwh: Decimal
    hardware: Hardware | None
    reference: str
    ratios: Ratios = UNMEASURED
    """Of the reference model's provider."""

    @classmethod
    def of(cls, settings: Settings, samples: Sequence[TokenSample] = ()) -> Rates:
        """`samples` of the reference model's provider."""
        return cls(settings.usd_per_kwh, settings.hardware, settings.reference, ratios(samples))

    def bill(self, usage: UsageRecord, resent: int) -> EquivalentBill:
        at = usage.at or datetime.now(UTC)
        return equivalent_bill(
            usage, self.reference, at, ratio=self.ratios.input, output_ratio=self.ratios.output, resent=resent
        )


def rates_of(settings: Settings, store: Store) -> Rates:
    """With what the person's own escalations have taught about the reference model's provider."""
    return Rates.of(settings, store.calibrations.of(settings.reference.partition("/")[0]))


def entry_for(call: CallResult, rates: Rates, *, message: Message, task: Task, model_id: str) -> LedgerEntry:
    """The ledger row of one local call."""
    row_id = uuid.uuid4().hex
    return LedgerEntry(
        id=row_id,
        at=call.usage.at or call.timing.started_at,
        kind=call.kind,
        source="local",
        model=model_id,
        usage=call.usage,
        dedup_key=f"pennyweight:{row_id}",
        task=task.value,
        conversation_id=message.conversation_id,
        message_id=message.id,
        stop_reason=call.reason,
        prompt_evaluated=call.evaluated,
        resent=call.resent,
        seconds=call.timing.total_seconds,
        prefill_seconds=call.timing.prefill_seconds,
        decode_seconds=call.timing.decode_seconds,
        first_token_seconds=call.timing.first_token_seconds,
        energy=call.energy,
        local=local_cost(call.energy, rates.usd_per_kwh, rates.hardware),
        equivalent=rates.bill(call.usage, call.resent),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    """None if nothing is known; what is known otherwise."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _call_of(row: LedgerEntry) -> str:
    return row.dedup_key.rpartition("#")[0] if row.kind == "correction" else row.dedup_key


def line_of(message_id: str, rows: Sequence[LedgerEntry]) -> MeterLine | None:
    """All calls of one answer as one line, their corrections included; None without a call."""
    calls = [row for row in rows if row.kind != "correction"]
    if not calls:
        return None
    last_word = list({_call_of(row): row for row in rows}.values())
    energies = [row.energy for row in calls if row.energy is not None]
    locals_ = [row.local for row in rows if row.local is not None]
    bills = [row.equivalent for row in rows if row.equivalent is not None]
    source = "+".join(dict.fromkeys(part for energy in energies for part in energy.source.split("+")))
    joules = sum(energy.joules for energy in energies)
    powered = sum(energy.seconds for energy in energies)
    output = sum(row.usage.output_total for row in rows)
    decode = sum(row.decode_seconds for row in rows)
    complete = len(bills) == len(calls) and all(bill.expected_nano is not None for bill in bills)
    return MeterLine(
        message_id=message_id,
        source=calls[0].source,
        model=calls[0].model,
        calls=len(calls),
        input_total=sum(row.usage.input_total for row in rows),
        reused=sum(row.usage.cache_read for row in rows),
        resent=sum(row.resent for row in rows),
        evaluated=sum(row.prompt_evaluated for row in rows),
        output_total=output,
        reasoning=sum(row.usage.reasoning for row in rows),
        seconds=sum(row.seconds for row in rows),
        first_token_seconds=calls[0].first_token_seconds,
        tokens_per_second=output / decode if decode > _TOO_SHORT_SECONDS and output > 1 else None,
        joules=joules if energies else None,
        watts=joules / powered if powered > 0 else None,
        energy_source=source,
        energy_measured=bool(energies) and all(energy.measured for energy in energies),
        band_text=band_text(source) if source else "",
        local_nano=_sum([cost.electric_nano for cost in locals_]),
        low=_sum([cost.electric_low_nano for cost in locals_]),
        high=_sum([cost.electric_high_nano for cost in locals_]),
        hardware_nano=_sum([cost.hardware_nano for cost in locals_]),
        equivalent_nano=_sum([bill.expected_nano for bill in bills]) if complete else None,
        equivalent_low_nano=_sum([bill.low_nano for bill in bills]) if complete else None,
        equivalent_high_nano=_sum([bill.high_nano for bill in bills]) if complete else None,
        reference=bills[0].reference if bills else "",
        reference_name=bills[0].reference_name if bills else "",
        billed_nano=_sum([row.billed_nano for row in rows]),
        usage_state=next(state for state in _WORST_FIRST if any(row.usage.usage_state is state for row in last_word)),
        stop_reason=last_word[-1].stop_reason,
    )
