"""The words of the meter's line under an answer. Pure."""

from __future__ import annotations

from pennyweight.domain.usage import UsageState
from pennyweight.meter.money import format_usd
from pennyweight.meter.quantities import format_energy, format_rate, format_seconds, format_tokens
from pennyweight.services.events import Live, MeterLine
from pennyweight.ui.widgets.parts import Part


def line_parts(line: MeterLine, name: str = "") -> list[Part]:
    """ "Local 0.002¢", "GPT… would be 1.4¢", "6,412 in (6,100 reused) · 148 out", "21.4 tok/s".

    `name`: of the model, for a cloud answer.
    """
    if line.source != "local":
        return _cloud_parts(line, name or line.model)
    parts = []
    if line.local_nano is not None:
        parts.append(Part(f"Local {format_usd(line.local_nano)}", "local", strong=True, hint=_energy_hint(line)))
    parts.append(
        Part(
            f"{line.reference_name} would be {format_usd(line.equivalent_nano)}"
            if line.equivalent_nano is not None
            else f"{line.reference_name}: no price for this",
            "cloud",
            strong=True,
            hint=_band_hint(line),
        )
    )
    if line.calls > 1:
        parts.append(Part(f"{line.calls} model calls"))
    parts.append(Part(_tokens(line.input_total, line.reused, line.output_total), hint=_token_hint(line)))
    if line.tokens_per_second:
        parts.append(Part(format_rate(line.tokens_per_second), hint=f"{format_seconds(line.seconds)} in all"))
    return parts


def live_parts(live: Live) -> list[Part]:
    """The same while it counts: "0.0006¢ and counting", "would be 1.3¢", …"""
    parts = []
    if live.billed_nano is not None:
        hint = "At list price so far; the provider's own count comes at the end."
        parts.append(Part(f"{format_usd(live.billed_nano)} and counting", "cloud", strong=True, hint=hint))
    elif live.local_nano is not None:
        counted = f"{format_usd(live.local_nano)} and counting" if live.local_nano else "counting…"
        parts.append(Part(counted, "local", strong=True))
    if live.equivalent_nano is not None and live.billed_nano is None:
        hint = f"At {live.reference_name}'s list price"
        parts.append(Part(f"would be {format_usd(live.equivalent_nano)}", "cloud", strong=True, hint=hint))
    parts.append(Part(_tokens(live.input_total, live.reused, live.output_total)))
    if live.tokens_per_second:
        parts.append(Part(format_rate(live.tokens_per_second)))
    return parts


def _cloud_parts(line: MeterLine, name: str) -> list[Part]:
    """ "Claude Sonnet 0.18¢ billed", "452 in · 89 out (12 reasoning)", "1.9 s"."""
    if line.billed_nano is None:
        bill, hint = f"{name}: no price known", "The price table does not know this model; the tokens are counted."
    elif line.usage_state is UsageState.REPORTED:
        bill, hint = f"{name} {format_usd(line.billed_nano)} billed", "From the provider's own count of the tokens."
    elif not line.output_total:
        bill = f"{name} about {format_usd(line.billed_nano)}, estimated"
        hint = "The request was sent and no answer came: the prompt at list price. It may not have been billed."
    else:
        bill = f"{name} at least {format_usd(line.billed_nano)}, estimated"
        hint = "The stream ended before the provider told its count: what is known to have been used, at list price."
    reasoning = f" ({format_tokens(line.reasoning)} reasoning)" if line.reasoning else ""
    tokens = _tokens(line.input_total, line.reused, line.output_total) + reasoning
    sent_hint = _sent_hint(line)
    if line.billed_nano is None and line.usage_state is not UsageState.REPORTED:
        tokens = f"{'at least' if line.output_total else 'about'} {tokens}, estimated"
        sent_hint = f"The stream ended before the provider told its count.\n{sent_hint}".strip()
    parts = [Part(bill, "cloud", strong=True, hint=hint), Part(tokens, hint=sent_hint)]
    parts.append(Part(format_seconds(line.seconds), hint=_first_word(line)))
    return parts


def _sent_hint(line: MeterLine) -> str:
    return f"{format_tokens(line.resent)} of the input were sent before." if line.resent else ""


def _first_word(line: MeterLine) -> str:
    return "" if line.first_token_seconds is None else f"First word after {format_seconds(line.first_token_seconds)}."


def _tokens(given: int, reused: int, written: int) -> str:
    again = f" ({format_tokens(reused)} reused)" if reused else ""
    return f"{format_tokens(given)} in{again} · {format_tokens(written)} out"


def _energy_hint(line: MeterLine) -> str:
    if line.joules is None:
        return "Electricity could not be read."
    how = "measured" if line.energy_measured else "estimated"
    power = f" at {line.watts:,.0f} W" if line.watts else ""
    hint = f"{format_energy(line.joules)} over {format_seconds(line.seconds)}{power}, {how} ({line.band_text})."
    if line.low is not None and line.high is not None:
        hint += f"\nBetween {format_usd(line.low)} and {format_usd(line.high)} of electricity."
    if line.hardware_nano:
        hint += f"\nWear of the hardware, on its own line: {format_usd(line.hardware_nano)}."
    return hint


def _band_hint(line: MeterLine) -> str:
    if line.equivalent_low_nano is None or line.equivalent_high_nano is None:
        return ""
    low, high = format_usd(line.equivalent_low_nano), format_usd(line.equivalent_high_nano)
    return f"Between {low} and {high}: its tokenizer counts differently, and it may have cached what was sent before."


def _token_hint(line: MeterLine) -> str:
    hint = f"{format_tokens(line.evaluated)} prompt tokens were evaluated, {format_tokens(line.resent)} sent before."
    return f"{hint}\n{format_tokens(line.reasoning)} of the output were reasoning." if line.reasoning else hint
