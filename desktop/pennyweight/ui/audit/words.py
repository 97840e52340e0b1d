"""What the audit page says, from the report. No widgets here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from pennyweight.domain.ledger import OWN_ORIGIN, LedgerEntry
from pennyweight.meter.energy import is_measured
from pennyweight.meter.money import format_dollars, format_range, format_usd
from pennyweight.meter.quantities import format_energy, format_seconds, format_tokens
from pennyweight.services.audit import (
    AuditReport,
    AuditRow,
    cost_words,
    is_budget_change,
    source_name,
    sum_words,
    what_ran,
)
from pennyweight.services.exports_html import break_even_words, plan_price, plan_words
from pennyweight.services.reprice import RepricedRow
from pennyweight.services.subscription import SubscriptionCheck
from pennyweight.services.thrift import NamedThrift, Saved, Turn
from pennyweight.store.audit import AuditSums
from pennyweight.ui.meter.figures import CardText, kwh_price, kwh_price_hint
from pennyweight.ui.meter.reference_list import rate_text
from pennyweight.ui.widgets import Part

USABLE_HINT = (
    "Cost of all answers for each usable one: it came to its end, or was stopped and you marked it Keep, and you did "
    "not mark it Not useful. A dash where it is not known."
)
MODEL_HEADS = ("", "answers", "in", "out", "cost", "per usable")
DAY_HEADS = ("Day", "cloud, billed", "local, at cloud price", "electricity", "calls", "in", "out")
TASK_HEADS = ("Task", "here", "cloud", "at cloud price", "electricity", "billed")
THRIFT_HEADS = ("Chat", "calls", "in", "re-sent", "trimming", "summary")
TURN_HEADS = ("Call", "new", "re-sent", "share", "out", "cost")
REPRICE_HEADS = ("Model", "would be", "between", "against paid", "unpriced")
ROW_HEADS = ("Time", "Where", "Model", "in", "re-sent", "out", "cost")
_SOURCES = {"rapl": "RAPL", "rapl-psys": "RAPL", "nvml": "NVML", "battery": "battery", "wall": "wall meter"}


def cards(report: AuditReport, check: SubscriptionCheck) -> tuple[CardText, CardText, CardText, CardText]:
    """Paid, electricity, equivalent, subscription."""
    return _paid(report), _electricity(report), _equivalent(report), _subscription(check)


def _paid(report: AuditReport) -> CardText:
    unpriced = report.totals.unpriced_rows
    parts = [f"{format_usd(report.here.billed_nano)} here", f"{format_usd(report.imported.billed_nano)} imported"]
    if unpriced:
        parts.append(f"{unpriced:,} unpriced {'row' if unpriced == 1 else 'rows'}")
    return CardText(
        figure=format_dollars(report.totals.billed_nano),
        small=" · ".join(parts),
        tooltip="What providers billed, here and in imported logs. A call without a price is counted, never zero.",
    )


def _electricity(report: AuditReport) -> CardText:
    totals = report.totals
    if totals.joules <= 0:
        return CardText(figure=format_dollars(0), small="no local work with known energy", tooltip="")
    parts = [f"{format_energy(totals.joules)} {_how(report)}"]
    if report.kwh_prices:
        parts.append(kwh_price(report.kwh_prices))
    band = format_range(totals.electric_low_nano, totals.electric_high_nano)
    return CardText(
        figure=format_dollars(totals.electric_nano),
        small=" · ".join(parts),
        tooltip=" ".join([f"Between {band}, the band of how it is known.", *kwh_price_hint(report.kwh_prices)]),
    )


def _how(report: AuditReport) -> str:
    names = list(dict.fromkeys(part for source in report.energy_sources for part in source.split("+")))
    measured = [_SOURCES.get(name, name) for name in names if is_measured(name)]
    if not measured:
        return "estimated"
    share = report.totals.measured_joules / report.totals.joules
    words = f"measured ({', '.join(dict.fromkeys(measured))})"
    return words if share > 0.995 else f"{words}, {1 - share:.0%} estimated"


def _equivalent(report: AuditReport) -> CardText:
    totals = report.totals
    band = format_range(totals.equivalent_low_nano, totals.equivalent_high_nano)
    small = f"{report.reference.name} · range {band}"
    if totals.uncompared_rows:
        small += f" · {totals.uncompared_rows:,} not compared"
    return CardText(
        figure=format_dollars(totals.equivalent_nano),
        small=small,
        tooltip="What the local work would have cost at this model's list price: avoided list price, not money spent.",
    )


def _subscription(check: SubscriptionCheck) -> CardText:
    tooltip = "A plan of this price against the metered spend of the period."
    if check.break_even_calls is not None:
        tooltip += f" The plan pays from {check.break_even_calls:,} calls such as these; there were {check.calls:,}."
    small = " · ".join(part for part in (plan_words(check), break_even_words(check)) if part)
    return CardText(figure=f"{plan_price(check)} / mo", small=small, tooltip=tooltip)


def token_parts(sums: AuditSums) -> list[Part]:
    """In: new, sent before, of that from a cache; out, of that reasoning."""
    if not sums.calls:
        return []
    return [
        Part(f"{short(sums.input_total)} tokens in", strong=True, tone="ink", hint=format_tokens(sums.input_total)),
        Part(f"{short(sums.new_input)} new", hint=f"{format_tokens(sums.new_input)} were sent for the first time."),
        Part(f"{short(sums.resent)} re-sent", hint=f"{format_tokens(sums.resent)} had been sent before."),
        Part(f"{short(sums.cache_read)} cached", hint=f"{format_tokens(sums.cache_read)} were held by a cache."),
        Part(f"{short(sums.output_total)} out", strong=True, tone="ink", hint=format_tokens(sums.output_total)),
        Part(
            f"{short(sums.reasoning)} reasoning", hint=f"{format_tokens(sums.reasoning)} of what came out was thought."
        ),
    ]


def unpriced_words(report: AuditReport) -> str:
    """What is in no sum; empty if there is nothing of that kind."""
    totals = report.totals
    parts = [f"{_calls(totals.unpriced_rows)} without a price, in no sum"] if totals.unpriced_rows else []
    if totals.uncompared_rows:
        parts.append(f"{_calls(totals.uncompared_rows)} here without a price at {report.reference.name}")
    return " · ".join(parts)


def estimated_words(report: AuditReport) -> str:
    rows = report.totals.estimated_rows
    return f"{_calls(rows)} with estimated or partial token counts" if rows else ""


def _calls(count: int) -> str:
    return f"{count:,} call" if count == 1 else f"{count:,} calls"


def short(count: int) -> str:
    """ "1.1M", "61k", "820"."""
    if count >= 999_500:
        return f"{count / 1e6:.1f}M" if count < 99_950_000 else f"{count / 1e6:,.0f}M"
    return f"{count / 1e3:.0f}k" if count >= 9_950 else f"{count:,}"


def model_line(row: AuditRow) -> tuple[str, ...]:
    each = row.per_usable_answer_nano
    cost = format_usd(row.cost_nano)
    if row.sums.unpriced_rows:
        cost = "unpriced" if row.sums.unpriced_rows == row.sums.calls else f"≥ {cost}"
    return (
        row.label,
        f"{row.sums.answers:,}",
        short(row.sums.input_total),
        short(row.sums.output_total),
        cost,
        "–" if each is None else format_usd(each),
    )


def day_line(row: AuditRow) -> tuple[str, ...]:
    sums = row.sums
    return (
        row.key,
        sum_words(sums.billed_nano, sums.unpriced_rows),
        sum_words(row.local.equivalent_nano, row.local.uncompared_rows),
        format_usd(sums.electric_nano),
        f"{sums.calls:,}",
        format_tokens(sums.input_total),
        format_tokens(sums.output_total),
    )


def day_hint(row: AuditRow) -> str:
    """What a bar says on hover."""
    sums = row.sums
    return (
        f"{row.period.title}\ncloud, billed  {format_usd(sums.billed_nano)}\n"
        f"local, at cloud price  {format_usd(row.local.equivalent_nano)}\n"
        f"electricity  {format_usd(sums.electric_nano)}\n{sums.calls:,} calls"
    )


def task_line(row: AuditRow) -> tuple[str, ...]:
    return (
        row.label.capitalize(),
        f"{row.local.answers:,}",
        f"{row.here.answers:,}",
        sum_words(row.local.equivalent_nano, row.local.uncompared_rows),
        format_usd(row.local.electric_nano),
        sum_words(row.here.billed_nano, row.here.unpriced_rows),
    )


def task_hint(row: AuditRow) -> str:
    return (
        f"{row.label.capitalize()}\nlocal, at cloud price  {format_usd(row.local.equivalent_nano)}, "
        f"{row.local.answers:,} answers\ncloud, billed  {format_usd(row.here.billed_nano)}, "
        f"{row.here.answers:,} answers\nelectricity  {format_usd(row.local.electric_nano)}"
    )


def thrift_words(sums: AuditSums) -> str:
    if not sums.input_total:
        return "No input tokens in this period."
    share = sums.resent / sums.input_total
    return f"{share:.0%} of {format_tokens(sums.input_total)} input tokens had been sent before."


def thrift_line(chat: NamedThrift) -> tuple[str, ...]:
    found = chat.thrift
    return (
        chat.title,
        f"{len(found.turns):,}",
        short(found.input_total),
        f"{found.share_resent:.0%}",
        _saved(found.trim),
        _saved(found.summarize),
    )


def _saved(saved: Saved) -> str:
    if not saved.tokens:
        return "–"
    money = saved.cloud_nano + saved.equivalent_nano
    return format_usd(money) if money else f"{short(saved.tokens)} tokens"


def turns_line(turns: Sequence[Turn]) -> tuple[str, ...]:
    sent = sum(turn.input_total for turn in turns)
    new = sum(turn.new for turn in turns)
    return (
        _turn_name(turns),
        format_tokens(new),
        format_tokens(sent - new),
        f"{(sent - new) / sent:.0%}" if sent else "–",
        format_tokens(sum(turn.output_total for turn in turns)),
        format_usd(sum(turn.cost_nano for turn in turns)),
    )


def turns_hint(turns: Sequence[Turn]) -> str:
    """What a bar of the snowball says on hover."""
    name, new, resent, share, out, cost = turns_line(turns)
    return f"Call {name}, {turns[0].model}\nnew  {new}\nsent before  {resent} ({share})\nout  {out}\ncost  {cost}"


def _turn_name(turns: Sequence[Turn]) -> str:
    first, last = turns[0].number, turns[-1].number
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def reprice_line(row: RepricedRow, paid_nano: int) -> tuple[str, ...]:
    if row.calls and row.unpriced_rows == row.calls:
        return row.name, "unpriced", "–", "–", f"{row.unpriced_rows:,}"
    more = row.expected_nano - paid_nano
    against = "the same" if more == 0 else f"{format_dollars(abs(more))} {'more' if more > 0 else 'less'}"
    return (
        row.name,
        format_dollars(row.expected_nano),
        format_range(row.low_nano, row.high_nano),
        against,
        f"{row.unpriced_rows:,}" if row.unpriced_rows else "–",
    )


def entry_line(entry: LedgerEntry) -> tuple[str, ...]:
    imported = "" if entry.origin == OWN_ORIGIN else entry.origin.partition(":")[0]
    return (
        f"{entry.at.astimezone():%Y-%m-%d %H:%M}",
        "–" if is_budget_change(entry) else source_name(entry.source, imported),
        what_ran(entry),
        format_tokens(entry.usage.input_total),
        format_tokens(entry.sent_before),
        format_tokens(entry.usage.output_total),
        cost_words(entry),
    )


def rates_hint(card: dict[str, str], source: str) -> str:
    lines = [f"{name}  {value}" for name, value in _rates(card, "Rate")]
    return "\n".join([*lines, f"From {source}"] if source else lines)


def _rates(card: dict[str, str], what: str) -> list[tuple[str, str]]:
    """ "Rate, cache read": "$0.30 per million tokens"; what a later price table may name otherwise stays as it is."""
    found = []
    for name, value in sorted(card.items()):
        words, suffix = name, ""
        for ending, per in (("_mtok", "per million tokens"), ("_kcount", "per thousand")):
            if name.endswith(ending):
                words, suffix = name.removesuffix(ending).replace("_", " "), f" {per}"
        try:
            amount = rate_text(Decimal(value))
        except InvalidOperation:
            amount = value
        found.append((f"{what}, {words}", f"{amount}{suffix}"))
    return found


def entry_facts(entry: LedgerEntry) -> list[tuple[str, str]]:
    """The rate card of a row and where it came from, as (name, value)."""
    if is_budget_change(entry):
        return [("What it was", what_ran(entry)), ("Note", entry.note)]
    usage = entry.usage
    facts = [
        ("Where it came from", entry.origin),
        *([("Project", entry.project)] if entry.project else []),
        ("What it was", f"{entry.kind}, {entry.task}, ended: {entry.stop_reason.value}"),
        (
            "Tokens in",
            f"{usage.input_total:,}, of which {entry.sent_before:,} re-sent and {usage.cache_read:,} cached",
        ),
        ("Tokens out", f"{usage.output_total:,}, of which {usage.reasoning:,} reasoning ({usage.usage_state.value})"),
        ("Cost", cost_words(entry)),
    ]
    if entry.priced_as:
        facts.append(("Priced as", f"{entry.priced_as} ({entry.price_source or 'source not known'})"))
    facts += _rates(entry.rate_card, "Rate")
    if entry.energy is not None:
        how = "measured" if entry.energy.measured else "estimated"
        facts.append(("Energy", f"{format_energy(entry.energy.joules)} in {format_seconds(entry.seconds)}, {how} "
                      f"({entry.energy.source})"))  # fmt: skip
    if entry.local is not None:
        band = format_range(entry.local.electric_low_nano, entry.local.electric_high_nano)
        facts.append(
            ("Electricity", f"{format_usd(entry.local.electric_nano)} ({band}) at ${entry.local.usd_per_kwh}/kWh")
        )
        if entry.local.hardware_nano is not None:
            facts.append(("Hardware", format_usd(entry.local.hardware_nano)))
    bill = entry.equivalent
    if bill is not None:
        facts.append(
            ("At list price", f"{format_usd(bill.expected_nano)} at {bill.reference_name} ({bill.price_source})")
        )
        facts += _rates(bill.rate_card, "Its rate")
    if entry.note:
        facts.append(("Note", entry.note))
    return facts
