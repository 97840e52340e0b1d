"""`pennyweight import`: other programs' usage into the ledger, and out of it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.output import Progress, json_option, print_json, say, services, table, usd
from pennyweight.meter.money import format_usd
from pennyweight.services.imports.kinds import KINDS

if TYPE_CHECKING:
    from pennyweight.services.container import Services
    from pennyweight.services.imports import ImportReport
    from pennyweight.services.imports.overlap import Overlap
    from pennyweight.store.imports import ImportRun


class _Import(click.Group):
    """`import KIND PATH` without naming a verb: what is no verb is a kind."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(name="import", cls=_Import, subcommand_metavar="KIND PATH | COMMAND …")
def command() -> None:
    """Other programs' usage into the ledger. KIND is auto, or the kind of file; a second time adds nothing."""


@command.command(name="run")
@click.argument("kind", type=click.Choice([*KINDS, "auto"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", "--preview", "dry_run", is_flag=True, help="Only say what would be imported.")
@json_option
@click.pass_context
def run(context: click.Context, kind: str, path: Path, dry_run: bool, as_json: bool) -> None:
    """Import a file or a folder (the same as `import KIND PATH`)."""
    line = Progress()
    with services(context) as found:
        importing = found.imports.preview if dry_run else found.imports.run
        try:
            report = importing(kind, path, progress=line.show)
        finally:
            line.clear()
        warning = _twice(found, report.overlap, ahead=dry_run)
    for reason, count in report.skipped.items():
        say(f"Skipped {count}: {reason}.")
    if warning:
        say(warning)
    if as_json:
        print_json(_fields(report, dry_run))
    else:
        _print(report, dry_run)


@command.command(name="find")
@json_option
@click.pass_context
def find(context: click.Context, as_json: bool) -> None:
    """Logs of other programs in their usual places. Opens none of them."""
    with services(context) as found:
        places = found.imports.look()
    rows = [
        {
            "kind": place.kind,
            "path": str(place.path),
            "files": place.files,
            "size_bytes": place.size_bytes,
            "newest": place.newest.isoformat() if place.newest else None,
        }
        for place in places
    ]
    if as_json:
        print_json({"places": rows})
    elif rows:
        table(rows, [("kind", "kind"), ("files", "files"), ("size_bytes", "bytes"), ("newest", "newest"), ("path", "")])
    else:
        say("There are no logs in the usual places.")


@command.command(name="list")
@json_option
@click.pass_context
def past(context: click.Context, as_json: bool) -> None:
    """Past imports, newest first."""
    with services(context) as found:
        runs = found.imports.runs()
    rows = [_run_fields(one) for one in runs]
    if as_json:
        print_json({"imports": rows})
    elif rows:
        heads = [("id", "id"), ("at", "when"), ("kind", "kind"), ("rows_new", "rows"), ("usd", "usd"), ("state", "")]
        table(rows, [*heads, ("path", "")])
    else:
        say("Nothing was imported yet.")


@command.command(name="undo")
@click.argument("run_id", metavar="ID")
@json_option
@click.pass_context
def undo(context: click.Context, run_id: str, as_json: bool) -> None:
    """Take a whole import back. Its rows are kept aside: `import redo ID` puts them back."""
    with services(context) as found:
        whole = _whole_id(found, run_id)
        rows = found.imports.undo(whole)
    if as_json:
        print_json({"id": whole, "rows": rows, "state": "undone"})
    else:
        click.echo(f"Taken back: {rows:,} {'row' if rows == 1 else 'rows'}.")


@command.command(name="redo")
@click.argument("run_id", metavar="ID")
@json_option
@click.pass_context
def redo(context: click.Context, run_id: str, as_json: bool) -> None:
    """Put back an import that was taken back."""
    with services(context) as found:
        whole = _whole_id(found, run_id)
        new_id, rows = found.imports.put_back(whole)
    if as_json:
        print_json({"id": new_id, "rows": rows, "state": "done", "was": whole})
    else:
        click.echo(f"Put back: {rows:,} {'row' if rows == 1 else 'rows'}, as the import {new_id}.")


@command.command(name="watch")
@click.argument("state", type=click.Choice(["on", "off"]), required=False)
@json_option
@click.pass_context
def watch(context: click.Context, state: str | None, as_json: bool) -> None:
    """Whether the window re-imports the usual places at each start."""
    with services(context) as found:
        if state is not None:
            found.imports.set_watching(state == "on")
        on = found.imports.watching()
    if as_json:
        print_json({"watching": on})
    else:
        click.echo("on" if on else "off")


@command.command(name="count")
@click.argument("what", type=click.Choice(["calls", "reports", "both"]), required=False)
@json_option
@click.pass_context
def count(context: click.Context, what: str | None, as_json: bool) -> None:
    """What the audit counts where a provider's report and calls tell the same use."""
    with services(context) as found:
        chosen = found.imports.counting() if what is None else found.imports.set_counting(what)
    if as_json:
        print_json({"counting": chosen})
    else:
        click.echo(chosen)


def _whole_id(found: Services, start: str) -> str:
    """The id that begins so, where only one does."""
    ids = [one.id for one in found.imports.runs() if one.id.startswith(start)]
    return ids[0] if len(ids) == 1 and start else start


def _twice(found: Services, overlap: Overlap, *, ahead: bool) -> str:
    from pennyweight.services.imports.words import told_twice

    return told_twice(overlap, found.imports.counting(), ahead=ahead)


def _run_fields(one: ImportRun) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.started_at.isoformat(timespec="seconds"),
        "kind": one.kind,
        "path": one.path,
        "state": one.state,
        "rows_new": one.report.get("rows_new", 0),
        "usd": usd(one.report.get("nano", 0)),
        "put_back_as": one.put_back_as or None,
    }


def _fields(report: ImportReport, dry_run: bool) -> dict[str, Any]:
    return {
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
        "told_twice": {
            "days": report.overlap.days,
            "report_usd": usd(report.overlap.report_nano),
            "calls_usd": usd(report.overlap.call_nano),
        },
        "run_id": report.run_id,
        "preview": dry_run,
    }


def _print(report: ImportReport, dry_run: bool) -> None:
    rows = "row" if report.rows_new == 1 else "rows"
    new = f"{rows} would be new" if dry_run else f"new {rows}"
    click.echo(f"{report.rows_new} {new}, {format_usd(report.nano)}; {report.rows_known} known before.")
    if report.rows_unpriced:
        click.echo(f"{report.rows_unpriced} without a price.")
    if report.bills:
        click.echo(
            f"{format_usd(report.billed_nano)} billed by the provider, in {report.bills} items; not added to spend."
        )
    if report.rows_estimated:
        click.echo(f"{report.rows_estimated} are estimates of chats without token counts, kept apart from spend.")
    if report.run_id:
        click.echo(f"To take it back: pennyweight import undo {report.run_id[:8]}")
