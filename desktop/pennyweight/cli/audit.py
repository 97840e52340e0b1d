"""`pennyweight audit`: where the money and the tokens went."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.audit_views import VERBS
from pennyweight.cli.days import period_of, period_options
from pennyweight.cli.output import json_option, print_json, services, table, usd
from pennyweight.domain.cancel import Cancel
from pennyweight.meter.money import format_range, format_usd
from pennyweight.meter.quantities import counted, format_energy, format_tokens
from pennyweight.services.audit import sum_words
from pennyweight.services.imports.beside import beside

if TYPE_CHECKING:
    from pennyweight.services.audit import AuditReport, AuditRow, Grouping
    from pennyweight.services.imports.beside import Beside
    from pennyweight.store.audit import AuditSums

_COLUMNS = [
    ("label", ""),
    ("calls", "calls"),
    ("input", "in"),
    ("output", "out"),
    ("cloud", "cloud spend"),
    ("electricity", "electricity"),
    ("equivalent", "local at list price"),
    ("usable", "per usable answer"),
]


@click.group(name="audit", invoke_without_command=True)
@period_options
@click.option(
    "--by",
    type=click.Choice(["day", "model", "provider", "task", "conversation", "chat", "project", "source"]),
    default="day",
    show_default=True,
    callback=lambda _context, _option, by: "conversation" if by == "chat" else by,
)
@json_option
@click.pass_context
def command(context: click.Context, first: date | None, last: date | None, by: Grouping, as_json: bool) -> None:
    """What was paid and used in a period, in days of this computer's clock."""
    if context.invoked_subcommand is not None:
        return
    with services(context) as opened:
        period = period_of(opened.audit, first, last)
        opened.meter.reprice(Cancel())
        report = opened.audit.report(period)
        rows = opened.audit.lines(period, by) if by in ("conversation", "project") else _rows(report, by)
        found = beside(opened.imports, opened.audit, period)
        if as_json:
            print_json(_fields(report, rows, by) | _beside_fields(found))
        else:
            _print(report, rows)
            for sentence in found.sentences():
                click.echo(sentence)


def _beside_fields(found: Beside) -> dict[str, Any]:
    """What is in none of the sums: what providers billed, estimates of chat exports, and use that is told twice."""
    not_counted, nano = found.twice.uncounted(found.counting)
    bills = [
        {"provider": source, "billed_usd": usd(billed), "ledger_usd": usd(held), "utc_days": days}
        for source, billed, held, days in found.bills
    ]
    estimates = [
        {
            "source": one.source,
            "reference": one.reference,
            "answers": one.answers,
            "usd": usd(one.expected_nano),
            "usd_low": usd(one.low_nano),
            "usd_high": usd(one.high_nano),
            "unpriced_answers": one.unpriced,
        }
        for one in found.estimates
    ]
    told = {"rows_not_counted": not_counted, "not_counted_usd": usd(nano), "counting": found.counting}
    return {"provider_bills": bills, "estimates": estimates, "told_twice": told}


for _verb in VERBS:
    command.add_command(_verb)


def _rows(report: AuditReport, by: Grouping) -> tuple[AuditRow, ...]:
    tables = {
        "day": report.days,
        "model": report.models,
        "task": report.tasks,
        "source": report.sources,
        "provider": report.providers,
    }
    return tables[by]


def _fields(report: AuditReport, rows: tuple[AuditRow, ...], by: Grouping) -> dict[str, Any]:
    return {
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "by": by,
        "reference": report.reference.id,
        "rows": [_row_fields(row, by) for row in rows],
        "totals": {
            **_sums(report.totals),
            "billed_here_usd": usd(report.here.billed_nano),
            "billed_imported_usd": usd(report.imported.billed_nano),
            "energy_sources": list(report.energy_sources),
        },
    }


def _row_fields(row: AuditRow, by: Grouping) -> dict[str, Any]:
    return {
        by: row.key or None,
        "label": row.label,
        "source": row.source,
        "imported": None if row.imported is None else row.imported != "",
        "import_kind": row.imported or None,
        **_sums(row.sums),
        "per_usable_answer_usd": usd(row.per_usable_answer_nano),
        "calls_local": row.local.calls,
        "calls_cloud_here": row.here.calls,
        "billed_here_usd": usd(row.here.billed_nano),
    }


def _sums(sums: AuditSums) -> dict[str, Any]:
    return {
        "calls": sums.calls,
        "answers": sums.answers,
        "usable_answers": sums.usable_answers,
        "billed_usd": usd(sums.billed_nano),
        "local_usd": usd(sums.electric_nano),
        "local_usd_low": usd(sums.electric_low_nano),
        "local_usd_high": usd(sums.electric_high_nano),
        "hardware_usd": usd(sums.hardware_nano),
        "equivalent_usd": usd(sums.equivalent_nano),
        "equivalent_usd_low": usd(sums.equivalent_low_nano),
        "equivalent_usd_high": usd(sums.equivalent_high_nano),
        "tokens": {
            "input_total": sums.input_total,
            "new": sums.new_input,
            "resent": sums.resent,
            "cache_read": sums.cache_read,
            "cache_write": sums.cache_write,
            "output_total": sums.output_total,
            "reasoning": sums.reasoning,
        },
        "energy_joules": sums.joules,
        "seconds": sums.seconds,
        "unpriced_rows": sums.unpriced_rows,
        "uncompared_rows": sums.uncompared_rows,
        "estimated_rows": sums.estimated_rows,
    }


def _print(report: AuditReport, rows: tuple[AuditRow, ...]) -> None:
    totals = report.totals
    band = format_range(totals.equivalent_low_nano, totals.equivalent_high_nano)
    click.echo(report.period.title)
    click.echo(
        f"Paid to the cloud  {format_usd(totals.billed_nano)}  ({format_usd(report.here.billed_nano)} here, "
        f"{format_usd(report.imported.billed_nano)} imported)"
    )
    click.echo(f"Electricity        {format_usd(totals.electric_nano)}  {format_energy(totals.joules)}")
    if totals.hardware_nano:
        click.echo(f"Hardware           {format_usd(totals.hardware_nano)}")
    click.echo(
        f"Local work at      {format_usd(totals.equivalent_nano)}  ({band}), {report.reference.name}'s list price"
    )
    click.echo(
        f"Tokens             {format_tokens(totals.input_total)} in: {format_tokens(totals.new_input)} new, "
        f"{format_tokens(totals.resent)} re-sent, {format_tokens(totals.cache_read)} cached; "
        f"{format_tokens(totals.output_total)} out, {format_tokens(totals.reasoning)} reasoning"
    )
    beside = [
        (totals.unpriced_rows, "call", "without a price, not in the sums"),
        (totals.uncompared_rows, "local call", "the reference model has no price for"),
        (totals.estimated_rows, "call", "whose tokens are not as a provider or the engine counted them"),
    ]
    for count, noun, what in beside:
        if count:
            click.echo(f"{counted(count, noun)} {what}.")
    click.echo()
    shown = [_line(row) for row in rows if row.sums.calls or row.cost_nano]
    if shown:
        table(shown, _COLUMNS)


def _line(row: AuditRow) -> dict[str, str]:
    sums, each = row.sums, row.per_usable_answer_nano
    return {
        "label": f"{row.label} (imported)" if row.imported else row.label,
        "calls": f"{sums.calls:,}",
        "input": format_tokens(sums.input_total),
        "output": format_tokens(sums.output_total),
        "cloud": sum_words(sums.billed_nano, sums.unpriced_rows),
        "electricity": sum_words(sums.electric_nano, 0),
        "equivalent": sum_words(sums.equivalent_nano, sums.uncompared_rows),
        "usable": "" if each is None else format_usd(each),
    }
