"""`pennyweight reconcile`: what a provider billed against the ledger, per UTC day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.days import Day
from pennyweight.cli.output import Progress, json_option, print_json, say, services, table, usd
from pennyweight.meter.money import format_usd
from pennyweight.services.imports.words import BILLING, REASONS, day_reasons, provider_name, told_twice

if TYPE_CHECKING:
    from datetime import date

    from pennyweight.services.container import Services
    from pennyweight.services.imports.reconcile import Day as BilledDay
    from pennyweight.services.imports.reconcile import Reconciliation


@click.command(name="reconcile")
@click.argument("provider", type=click.Choice(BILLING))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--from", "first", type=Day(), help="First UTC day (default: that of the first bill).")
@click.option("--to", "last", type=Day(), help="Last UTC day, included (default: that of the last bill).")
@json_option
@click.pass_context
def command(
    context: click.Context, provider: str, path: Path | None, first: date | None, last: date | None, as_json: bool
) -> None:
    """Compare the bill of PROVIDER with the ledger, in days of UTC.

    PATH is its cost report (OpenAI's cost CSV, Anthropic's cost JSON): it is imported first, and can be taken back.
    """
    with services(context) as found:
        if path is not None:
            _bring(found, provider, path)
        result = found.imports.reconcile(provider, _text(first), _text(last))
        billed = any(source == provider for source, *_ in found.imports.billed())
    if not billed:
        say(f"There is no bill of {provider_name(provider)} yet: give its cost report as PATH.")
    if as_json:
        print_json(_fields(result))
    else:
        _print(result)


def _bring(found: Services, provider: str, path: Path) -> None:
    line = Progress()
    try:
        report = found.imports.run(provider, path, progress=line.show)
    finally:
        line.clear()
    for reason, count in report.skipped.items():
        say(f"Skipped {count}: {reason}.")
    rows = "row" if report.rows_new == 1 else "rows"
    say(f"{report.rows_new} new {rows} of the bill, {report.rows_known} known before.")
    twice = told_twice(report.overlap, found.imports.counting())
    if twice:
        say(twice)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _fields(result: Reconciliation) -> dict[str, Any]:
    return {
        "provider": result.source,
        "counting": result.counting,
        "days": [_day_fields(day) for day in result.days],
        "totals": {
            "billed_usd": usd(result.billed_nano),
            "ledger_usd": usd(result.ledger_nano),
            "difference_usd": usd(result.difference_nano),
            "explained_usd": {reason: usd(nano) for reason, nano in result.explained().items()},
            "unexplained_usd": usd(result.unexplained_nano),
        },
    }


def _day_fields(day: BilledDay) -> dict[str, Any]:
    return {
        "utc_day": day.utc_day,
        "billed_usd": usd(day.billed_nano),
        "ledger_usd": usd(day.ledger_nano),
        "difference_usd": usd(day.difference_nano),
        "explained_usd": {reason: usd(nano) for reason, nano in day.explained.items()},
        "unexplained_usd": usd(day.unexplained_nano),
        "rows": day.rows,
        "unpriced_rows": day.unpriced,
        "estimated_rows": day.estimated,
    }


def _print(result: Reconciliation) -> None:
    if not result.days:
        return
    columns = [
        ("utc_day", "UTC day"),
        ("billed", "billed"),
        ("ledger", "in the ledger"),
        ("difference", "difference"),
        ("why", "explained by"),
        ("rest", "unexplained"),
    ]
    rows = [
        {
            "utc_day": day.utc_day,
            "billed": "–" if day.billed_nano is None else format_usd(day.billed_nano),
            "ledger": format_usd(day.ledger_nano),
            "difference": format_usd(day.difference_nano),
            "why": day_reasons(day),
            "rest": format_usd(day.unexplained_nano),
        }
        for day in result.days
    ]
    table(rows, columns)
    click.echo()
    click.echo(
        f"Billed {format_usd(result.billed_nano)}, in the ledger {format_usd(result.ledger_nano)}, "
        f"difference {format_usd(result.difference_nano)}, unexplained {format_usd(result.unexplained_nano)}."
    )
    for reason, nano in result.explained().items():
        click.echo(f"{REASONS[reason]}: {format_usd(nano)}")
