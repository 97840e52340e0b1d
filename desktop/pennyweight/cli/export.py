"""`pennyweight export KIND PATH`: chats, ledger or report into files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from pennyweight.cli.days import period_of, period_options
from pennyweight.cli.output import Progress, json_option, print_json, say, services
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.meter.quantities import counted

_FILES = (".csv", ".htm", ".html", ".jsonl", ".markdown", ".md", ".txt")


@click.command(name="export")
@click.argument("kind", type=click.Choice(["chats", "ledger", "focus", "report"]))
@click.argument("path", type=click.Path(path_type=Path))
@period_options
@json_option
@click.pass_context
def command(
    context: click.Context, kind: str, path: Path, first: date | None, last: date | None, as_json: bool
) -> None:
    """Write chats (a folder of Markdown files, or one file ending in .json), the ledger (.csv or .jsonl), the ledger
    in FinOps FOCUS columns (focus, .csv), or a report (.html with plots, else Markdown).

    The days are for focus (without them: all of the ledger) and for the .html report (without them: this month).
    An existing file is replaced once the new one is whole.
    """
    if kind == "chats" and path.suffix.lower() in _FILES and not path.is_dir():
        raise InputError(
            f"Chats are written into a folder, or all into one .json file; {path.name} is neither.",
            advice="Name a folder, or a file ending in .json.",
        )
    line = Progress()
    with services(context) as opened:
        if kind == "chats":
            count = _shown(line, lambda: opened.exports.chats(path, progress=line.show))
        elif kind == "ledger":
            count = _shown(line, lambda: opened.exports.ledger(path, progress=line.show))
        elif kind == "focus":
            period = period_of(opened.audit, first, last) if first or last else None
            count = _shown(line, lambda: opened.exports.focus(path, period, progress=line.show))
        else:
            count = 1
            opened.meter.reprice(Cancel())
            if path.suffix.lower() in (".html", ".htm"):
                opened.exports.audit_page(path, period_of(opened.audit, first, last))
            else:
                opened.exports.report(path)
    if as_json:
        print_json({"kind": kind, "path": str(path), "count": count})
    else:
        what = f"{counted(count, 'chat' if kind == 'chats' else 'row')} written" if kind != "report" else "Written"
        say(f"{what} to {path}.")


def _shown(line: Progress, work: Callable[[], int]) -> int:
    try:
        return work()
    finally:
        line.clear()
