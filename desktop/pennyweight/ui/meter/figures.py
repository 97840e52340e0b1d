"""What the meter says: the words and figures of its cards, from totals. No widgets here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pennyweight.domain.ledger import LedgerTotals
from pennyweight.meter.band import Band
from pennyweight.meter.calibration import ENOUGH
from pennyweight.meter.energy import SOURCE_BANDS, band_text, is_measured
from pennyweight.meter.equivalent import DEFAULT_RATIO
from pennyweight.meter.money import format_dollars, format_range, format_usd, usd_text
from pennyweight.meter.quantities import counted, format_energy, format_watts
from pennyweight.meter.reference import ReferenceModel
from pennyweight.services.meter import Calibrated
from pennyweight.ui.widgets import Tone

Certainty = Literal["measured", "mixed", "estimated", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardText:
    figure: str
    small: str
    tooltip: str
    tone: Tone | None = None
    """Instead of the card's own colour."""


def certainty(sources: tuple[str, ...]) -> Certainty:
    """How the energy came to be known, from the names of its sources; without any it is unknown."""
    measured = [is_measured(source) for source in _known(sources)]
    if not measured:
        return "unknown"
    if all(measured):
        return "measured"
    return "mixed" if any(measured) else "estimated"


def energy_note(sources: tuple[str, ...]) -> tuple[str, str, Certainty]:
    """Word and band at the right of the first card: "est." "×0.5…×2", "measured" "±15 %", "energy unknown" ""."""
    state = certainty(sources)
    if state == "unknown":
        return "energy unknown", "", state
    word = {"measured": "measured", "mixed": "partly est.", "estimated": "est."}[state]
    return word, band_text("+".join(_known(sources))), state


def kwh_price(prices: Sequence[str]) -> str:
    """ "$0.18/kWh"; "at 2 prices" where the work was priced at several, for no one price gives its sum."""
    return f"${prices[0]}/kWh" if len(prices) == 1 else f"at {len(prices):,} prices"


def kwh_price_hint(prices: Sequence[str]) -> list[str]:
    """From which price to which, as a line; none where there is one price."""
    return [f"Each answer at the price of its time, ${prices[0]} to ${prices[-1]} per kWh."] if len(prices) > 1 else []


def local_card(totals: LedgerTotals, watts: float | None, usd_per_kwh: Decimal) -> CardText:
    """Electricity of the work done here; `watts` while an answer is being written, at `usd_per_kwh`."""
    state = certainty(totals.energy_sources)
    prices = set(totals.kwh_prices)
    if watts is not None or not prices:
        prices.add(usd_text(usd_per_kwh))
    ordered = sorted(prices, key=Decimal)
    rate = kwh_price(ordered)
    used = totals.local.input_total or totals.local.output_total
    if not (used or totals.energy_joules or totals.energy_sources):
        words = "no answers here yet" if totals.answers else "no answers yet"
        return CardText(figure="$0.00", small=f"{words} · {rate}", tooltip=_LOCAL, tone="mute")
    if state == "unknown":
        return CardText(figure="unknown", small=f"no energy reading · {rate}", tooltip=_LOCAL, tone="warn")
    about = "≈ " if state in ("estimated", "mixed") else ""
    parts = [f"{about}{format_energy(totals.energy_joules)}"]
    if watts:  # zero only before the first reading
        parts.append(f"{format_watts(watts)} now")
    parts.append(rate)
    between = f"Between {format_usd(totals.electric_low_nano)} and {format_usd(totals.electric_high_nano)}."
    sources = f"Source: {', '.join(totals.energy_sources)}." if totals.energy_sources else ""
    return CardText(
        figure=format_dollars(totals.electric_nano),
        small=" · ".join(parts),
        tooltip="\n".join(line for line in (_LOCAL, between, *kwh_price_hint(ordered), sources) if line),
    )


def cloud_card(
    totals: LedgerTotals, reference: ReferenceModel, ratio: RatioText | None = None, *, repricing: bool = False
) -> CardText:
    """The same work at the reference model's list price; `repricing` while older rows have no such price yet."""
    rates = (
        f"{reference.provider}: ${usd_text(reference.input_usd_per_million)} in and "
        f"${usd_text(reference.output_usd_per_million)} out per million tokens."
    )
    told = ratio or ratio_text("no", DEFAULT_RATIO, 0)
    table = "Source: the price table that comes with the program, at the time of each call."
    tooltip = f"{_CLOUD} {told.hint}\n{rates}\n{table}"
    if repricing:
        return CardText(
            figure=format_dollars(totals.equivalent_nano), small="working out earlier answers…", tooltip=tooltip
        )
    if totals.answers == 0 and totals.equivalent_nano == 0:
        small = f"list price of the same work\n{told.words}"
        return CardText(figure="$0.00", small=small, tooltip=tooltip, tone="mute")
    band = format_range(totals.equivalent_low_nano, totals.equivalent_high_nano)
    one = band == format_usd(totals.equivalent_low_nano)
    return CardText(
        figure=format_dollars(totals.equivalent_nano),
        small=f"at list price{'' if one else f', {band}'}\n{told.words}",
        tooltip=tooltip,
    )


@dataclass(frozen=True, slots=True)
class RatioText:
    """How the tokens of another tokenizer come to be known: a line for the card, and what it means."""

    words: str
    hint: str


def ratio_text(calibrated: Calibrated, ratio: Band, samples: int) -> RatioText:
    """ "your input tokens ×1.15, estimated" until enough is known, then "calibrated ×1.08, 12 samples"."""
    band = f"×{ratio.low:.2f} to ×{ratio.high:.2f}"
    if calibrated == "no":
        return RatioText(
            f"your input tokens ×{ratio.expected:.2f}, estimated",
            f"Its tokenizer is another one: your input tokens are taken {band} until {ENOUGH} of your own questions to "
            "this provider have told its ratio. Its answer is taken to be as long as the one here.",
        )
    found = f"calibrated ×{ratio.expected:.2f}, {samples:,} sample{'' if samples == 1 else 's'}"
    words = {"yes": found, "part": f"partly {found}", "next": f"from the next answer {found}"}[calibrated]
    hint = f"Its tokenizer is another one: {samples:,} of your own questions were counted by both, {band}."
    if calibrated != "yes":
        hint += " Answers from before that keep the estimate of their moment."
    return RatioText(words, hint)


def difference_card(totals: LedgerTotals, hardware: bool) -> CardText:
    """Avoided list price. Negative where local work cost more; never called savings."""
    difference = totals.equivalent_nano - totals.electric_nano
    if totals.answers == 0 and difference == 0:
        return CardText(figure="$0.00", small="avoided list price", tooltip=_DIFFERENCE, tone="mute")
    lines = ["avoided list price" if difference >= 0 else "more than the list price"]
    if hardware:
        lines.append(f"with hardware wear {format_dollars(difference - totals.hardware_nano)}")
    if totals.billed_nano:
        left = format_dollars(difference - totals.billed_nano)
        lines.append(f"after {format_usd(totals.billed_nano)} you did spend in the cloud: {left}")
    return CardText(
        figure=format_dollars(difference),
        small="\n".join(lines),
        tooltip=_DIFFERENCE,
        tone="warn" if difference < 0 else None,
    )


def unpriced_note(totals: LedgerTotals) -> str:
    """Empty if every row has a price."""
    count = totals.unpriced_rows
    if count == 0:
        return ""
    return (
        f"{count:,} {'call has' if count == 1 else 'calls have'} no price and {'is' if count == 1 else 'are'} left out."
    )


def estimated_note(totals: LedgerTotals) -> str:
    """Empty if every token was counted."""
    count = totals.estimated_rows
    return f"The tokens of {counted(count, 'call')} are at least so many, estimated." if count else ""


def _known(sources: tuple[str, ...]) -> list[str]:
    return [source for source in sources if source and all(part in SOURCE_BANDS for part in source.split("+"))]


ENERGY_TOOLTIP = (
    "Measured: a counter or a meter was read. Est.: worked out from the processor's load. Click to see how."
)
HARDWARE_TOOLTIP = (
    "(price − worth at the end) ÷ (years × hours per year) × hours of answering. Its own line, never part of the "
    "electricity or of the difference. Settings, Hardware."
)
_LOCAL = "Electricity of the answers written here.\nEnergy above idle at the wall ÷ 3,600,000 × your price per kWh."
_CLOUD = (
    "What the same tokens would cost at the list price of the reference model. "
    "The low end assumes that it bills the text it has seen before at its cached rate."
)
_DIFFERENCE = (
    "List price of the same work less the electricity here. It is a list price that was avoided, not money earned, "
    "and it can be negative. Hardware wear is never mixed in; where it is switched on, it has its own line."
)
