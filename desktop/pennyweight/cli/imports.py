"""`pennyweight import`: other programs' usage into the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from pennyweight.cli.output import Progress, json_option, print_json, say, services, usd
from pennyweight.meter.money import format_usd
from pennyweight.services.imports.sources import KINDS


@click.command(name="import")
@click.argument("kind", type=click.Choice([*KINDS, "auto"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--preview", is_flag=True, help="Only say what would be imported.")
@json_option
@click.pass_context
def command(context: click.Context, kind: str, path: Path, preview: bool, as_json: bool) -> None:
    """Import a file or a folder; a second time adds nothing."""
    line = Progress()
    with services(context) as found:
        importing = found.imports.preview if preview else found.imports.run
        try:
            report = importing(kind, path, progress=line.show)
        finally:
            line.clear()
    for reason, count in report.skipped.items():
        say(f"Skipped {count}: {reason}.")
    if as_json:
        print_json(
            {
                "kind": report.kind,
                "rows_new": report.rows_new,
                "rows_known": report.rows_known,
                "rows_skipped": report.rows_skipped,
                "usd_known": usd(report.nano),
                "rows_unpriced": report.rows_unpriced,
                "rows_corrected": report.rows_corrected,
                "rows_estimated": report.rows_estimated,
                "provider_billed_usd": usd(report.billed_nano) if report.bills else None,
                "first": report.first.isoformat() if report.first else None,
                "last": report.last.isoformat() if report.last else None,
                "skipped": report.skipped,
                "run_id": report.run_id,
                "preview": preview,
            }
        )
        return
    click.echo(f"{report.rows_new} new rows, {format_usd(report.nano)}; {report.rows_known} known before.")
    if report.rows_unpriced:
        click.echo(f"{report.rows_unpriced} without a price.")
    if report.rows_estimated:
        click.echo(f"{report.rows_estimated} are estimates of chats without token counts, kept apart from spend.")
