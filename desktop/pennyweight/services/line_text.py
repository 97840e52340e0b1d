"""The meter's line under an answer as plain text, for the command line and for exports."""

from __future__ import annotations

from pennyweight.domain.usage import UsageState
from pennyweight.meter.money import format_range, format_usd
from pennyweight.meter.quantities import format_energy, format_rate, format_tokens
from pennyweight.services.events import MeterLine


def line_text(line: MeterLine) -> str:
    """ "Local 0.002¢ (0.001¢ to 0.004¢) · GPT-6.1 Sol would be 1.4¢ · 6,412 in · 148 out"."""
    parts = []
    estimated = line.source != "local" and line.usage_state is not UsageState.REPORTED
    if line.source != "local":
        sure = " estimated" if estimated and line.billed_nano is not None else ""
        parts.append(f"{line.source} {format_usd(line.billed_nano)}{sure}")
    if line.local_nano is not None:
        band = "" if line.low is None else f" ({format_range(line.low, line.high)})"
        parts.append(f"Local {format_usd(line.local_nano)}{band}")
    if line.hardware_nano is not None:
        parts.append(f"hardware {format_usd(line.hardware_nano)}")
    if line.reference_name:
        parts.append(f"{line.reference_name} would be {format_usd(line.equivalent_nano)}")
    reused = f" ({format_tokens(line.reused)} reused)" if line.reused else ""
    tokens = f"{format_tokens(line.input_total)} in{reused}, {format_tokens(line.output_total)} out"
    parts.append(f"at least {tokens}, estimated" if estimated and line.billed_nano is None else tokens)
    if line.calls > 1:
        parts.append(f"{line.calls} calls")
    if line.tokens_per_second is not None:
        parts.append(format_rate(line.tokens_per_second))
    if line.joules is not None:
        how = "measured" if line.energy_measured else "estimated"
        parts.append(f"{format_energy(line.joules)} {how} {line.band_text}")
    return " · ".join(parts)
