"""`pennyweight meter`: what the answers used and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.output import json_option, print_json, services, usd
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.ledger import TokenTotals
from pennyweight.meter.money import format_range, format_usd
from pennyweight.meter.quantities import counted, format_energy, format_tokens

if TYPE_CHECKING:
    from pennyweight.services.container import Services
    from pennyweight.services.meter import MeterTotals, Period


@click.command(name="meter")
@click.option("--period", type=click.Choice(["chat", "today", "month", "all"]), default="today", show_default=True)
@click.option("--chat", help="The chat's id for --period chat (default: the newest chat).")
@json_option
@click.pass_context
def command(context: click.Context, period: Period, chat: str | None, as_json: bool) -> None:
    """Tokens, energy, local dollars, and the same work at the reference model's list price."""
    with services(context) as opened:
        conversation = _chat(opened, chat) if period == "chat" else None
        found = opened.meter.totals(period, conversation)
        if found.repricing:
            opened.meter.reprice(Cancel())
            found = opened.meter.totals(period, conversation)
        if as_json:
            print_json(_fields(found))
        else:
            _print(found)


def _chat(opened: Services, chat: str | None) -> str | None:
    if chat is not None:
        return opened.conversations.get(chat).id
    newest = opened.conversations.list(limit=1)
    return newest[0].id if newest else None


def _fields(found: MeterTotals) -> dict[str, Any]:
    totals = found.totals
    return {
        "period": found.period,
        "local_usd": usd(totals.electric_nano),
        "local_usd_low": usd(totals.electric_low_nano),
        "local_usd_high": usd(totals.electric_high_nano),
        "hardware_usd": usd(totals.hardware_nano) if found.hardware_on else None,
        "billed_usd": usd(totals.billed_nano),
        "equivalent_usd": usd(totals.equivalent_nano),
        "equivalent_usd_low": usd(totals.equivalent_low_nano),
        "equivalent_usd_high": usd(totals.equivalent_high_nano),
        "equivalent_model": found.reference.id,
        "tokenizer_ratio": {
            "low": round(found.ratio.low, 4),
            "expected": round(found.ratio.expected, 4),
            "high": round(found.ratio.high, 4),
            "samples": found.samples,
            "calibrated": found.calibrated,
        },
        "difference_usd": usd(found.difference_nano),
        "tokens": {"local": _tokens(totals.local), "cloud": _tokens(totals.cloud)},
        "energy_joules": totals.energy_joules,
        "energy_sources": list(totals.energy_sources),
        "calls": totals.calls,
        "answers": totals.answers,
        "unpriced_rows": totals.unpriced_rows,
        "estimated_rows": totals.estimated_rows,
    }


def _tokens(tokens: TokenTotals) -> dict[str, int]:
    return {
        "input_total": tokens.input_total,
        "resent": tokens.resent,
        "cache_read": tokens.reused,
        "output_total": tokens.output_total,
        "reasoning": tokens.reasoning,
    }


def _print(found: MeterTotals) -> None:
    totals = found.totals
    band = format_range(totals.electric_low_nano, totals.electric_high_nano)
    cloud = format_range(totals.equivalent_low_nano, totals.equivalent_high_nano)
    click.echo(f"On this computer  {format_usd(totals.electric_nano)}  ({band}), {format_energy(totals.energy_joules)}")
    if found.hardware_on:
        click.echo(f"Hardware          {format_usd(totals.hardware_nano)}")
    click.echo(
        f"In the cloud      {format_usd(totals.equivalent_nano)}  ({cloud}) at {found.reference.name}'s list price"
    )
    click.echo(f"Difference        {format_usd(found.difference_nano)}  avoided list price")
    click.echo(f"Cloud spend       {format_usd(totals.billed_nano)}")
    click.echo(f"Tokens here       {_tokens_words(totals.local)}")
    click.echo(f"Tokens, cloud     {_tokens_words(totals.cloud)}")
    click.echo(f"In all            {counted(totals.answers, 'answer')}, here and in the cloud")
    if totals.unpriced_rows:
        click.echo(f"Unpriced          {counted(totals.unpriced_rows, 'call')}, not in the sums")
    if totals.estimated_rows:
        click.echo(f"Estimated         the tokens of {counted(totals.estimated_rows, 'call')}: at least so many")


def _tokens_words(tokens: TokenTotals) -> str:
    return (
        f"{format_tokens(tokens.input_total)} in ({format_tokens(tokens.resent)} re-sent, "
        f"{format_tokens(tokens.reused)} from cache), {format_tokens(tokens.output_total)} out"
    )
