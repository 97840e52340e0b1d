"""What an answer will take and cost, before it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pennyweight.domain.ledger import EnergyReading
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.band import Band
from pennyweight.meter.energy import band_edges, is_measured
from pennyweight.meter.equivalent import DEFAULT_RATIO, equivalent_bill
from pennyweight.meter.local_cost import Hardware, local_cost

Basis = Literal["measured", "estimated", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Figures are None where nothing is known to work them out from. Money in nano-dollars."""

    seconds: float | None
    joules: float | None
    local_nano: int | None
    local_low_nano: int | None
    local_high_nano: int | None
    hardware_nano: int | None
    equivalent_nano: int | None
    equivalent_low_nano: int | None
    equivalent_high_nano: int | None
    reference_name: str
    basis: Basis


def project(
    *,
    input_tokens: int,
    expected_output: int,
    at: datetime,
    reused_tokens: int = 0,
    resent_tokens: int = 0,
    prefill_tps: float | None = None,
    decode_tps: float | None = None,
    watts: float | None = None,
    measured: bool = False,
    energy_source: str = "class-default",
    usd_per_kwh: Decimal = Decimal(0),
    hardware: Hardware | None = None,
    reference: str | None = None,
    ratio: Band = DEFAULT_RATIO,
) -> Projection:
    """Expected seconds and both prices of one answer.

    `reused_tokens` of the input need not be evaluated again; `watts` is marginal power at the wall; `measured` says
    whether speeds and watts come from this machine's own answers. Nothing is loaded and nothing is measured here.
    """
    seconds = _seconds(max(0, input_tokens - reused_tokens), expected_output, prefill_tps, decode_tps)
    local = energy = None
    if seconds is not None and watts is not None:
        energy = _energy(watts * seconds, seconds, energy_source)
        local = local_cost(energy, usd_per_kwh, hardware)
    bill = None
    if reference:
        record = UsageRecord(input_total=input_tokens, output_total=expected_output)
        bill = equivalent_bill(record, reference, at, ratio=ratio, resent=max(reused_tokens, resent_tokens))
    return Projection(
        seconds=seconds,
        joules=energy.joules if energy else None,
        local_nano=local.electric_nano if local else None,
        local_low_nano=local.electric_low_nano if local else None,
        local_high_nano=local.electric_high_nano if local else None,
        hardware_nano=local.hardware_nano if local else None,
        equivalent_nano=bill.expected_nano if bill else None,
        equivalent_low_nano=bill.low_nano if bill else None,
        equivalent_high_nano=bill.high_nano if bill else None,
        reference_name=bill.reference_name if bill else "",
        basis="unknown" if seconds is None else "measured" if measured else "estimated",
    )


def _seconds(evaluated: int, output: int, prefill_tps: float | None, decode_tps: float | None) -> float | None:
    if not decode_tps or decode_tps <= 0:
        return None
    reading = evaluated / prefill_tps if prefill_tps and prefill_tps > 0 else evaluated / decode_tps
    return reading + output / decode_tps


def _energy(joules: float, seconds: float, source: str) -> EnergyReading:
    """Joules at the wall with the band of the widest source named."""
    low, high = band_edges(source)
    return EnergyReading(
        joules=joules,
        low=joules * low,
        high=joules * high,
        source=source,
        measured=is_measured(source),
        seconds=seconds,
        watts=joules / seconds if seconds > 1e-6 else 0.0,
    )
