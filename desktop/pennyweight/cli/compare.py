"""`pennyweight compare TEXT --with PROVIDER/MODEL`: the same prompt to several models, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.answer import stopped_by_signals
from pennyweight.cli.ask import draft_of, text_from
from pennyweight.cli.consent import confirm
from pennyweight.cli.output import Progress, json_option, print_json, services, table, usd
from pennyweight.cli.text_command import TextCommand
from pennyweight.domain.comparison import Comparison, Side
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.meter.money import format_usd
from pennyweight.services.comparison import CompareDone, CompareEvent, SideStatus, Target

if TYPE_CHECKING:
    from pennyweight.services.container import Services


@click.command(name="compare", cls=TextCommand)
@click.argument("text", default="")
@click.option("--with", "others", multiple=True, help="PROVIDER/MODEL, or local/MODEL. May be repeated.")
@click.option("--model", help="The model on this computer; without it the chosen one.")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="A text file to go along.")
@click.option("--task", type=click.Choice([task.value for task in Task]), default="ask", show_default=True)
@click.option(
    "--prompts",
    type=click.Path(path_type=Path),
    help="A file of prompts (text, Markdown, CSV, JSON lines) instead of TEXT.",
)
@click.option("--preferences", type=click.Path(path_type=Path), help="Write the choices so far as JSON lines, and end.")
@click.option("--statistics", "show_statistics", is_flag=True, help="What the choices so far say, and end.")
@click.option("--yes", is_flag=True, help="Send to the providers without asking.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    text: str,
    others: tuple[str, ...],
    model: str | None,
    files: tuple[Path, ...],
    task: str,
    prompts: Path | None,
    preferences: Path | None,
    show_statistics: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """The same prompt to the model on this computer and to others. With --prompts --json prints one line per prompt."""
    if preferences is not None or show_statistics:
        with services(context) as opened:
            _look_back(opened, preferences, as_json)
        return
    if not others:
        raise click.UsageError("Name what to compare with: --with PROVIDER/MODEL.")
    if not text and not files and prompts is None:
        raise click.UsageError("Give a TEXT, a --file, or --prompts.")
    targets = [Target("local", model), *(Target.parse(other) for other in others)]
    with services(context) as opened, stopped_by_signals() as cancel:
        if prompts is not None:
            items = opened.compare.plan_batch(opened.compare.read_prompts(prompts), Task(task), targets)
        else:
            draft = draft_of(text_from(text), files, Task(task), None, "local")
            items = opened.compare.plan_batch([draft], Task(task), targets)
        previews = [preview for item in items for preview in item.previews]
        for preview in previews:
            opened.escalate.check(preview)
        confirm(previews, yes=yes)
        with closing(opened.compare.run_batch(items, targets, cancel)) as events:
            found = _run(events)
        _print(found, as_json, batch=prompts is not None)
    failed = any(side.state is not MessageState.COMPLETE for each in found for side in each.sides)
    if failed or len(found) < len(items):
        raise click.exceptions.Exit(1)


def _run(events: Iterator[CompareEvent]) -> list[Comparison]:
    found, progress = [], Progress()
    for event in events:
        if isinstance(event, SideStatus):
            progress.show(event.text, event.fraction)
        elif isinstance(event, CompareDone):
            found.append(event.comparison)
    progress.clear()
    return found


def _print(found: list[Comparison], as_json: bool, *, batch: bool) -> None:
    for comparison in found:
        if as_json:
            print_json(_fields(comparison))
        elif not batch:
            for side in comparison.sides:
                click.echo(f"== {_name(side)} · {_figures(side)}\n{side.text or side.note}\n")
    if batch and not as_json:
        rows = [
            {
                "prompt": _short(comparison.prompt),
                **{str(at): f"{_name(side)}: {_figures(side)}" for at, side in enumerate(comparison.sides)},
            }
            for comparison in found
        ]
        sides = len(found[0].sides) if found else 0
        table(rows, [("prompt", "prompt"), *((str(at), f"side {at + 1}") for at in range(sides))])


def _fields(comparison: Comparison) -> dict[str, Any]:
    sides = [_side_fields(side) for side in comparison.sides]
    cloud = [fields for side, fields in zip(comparison.sides, sides, strict=True) if not side.is_local]
    return {
        "id": comparison.id,
        "prompt": comparison.prompt,
        "task": comparison.task.value,
        "local": sides[0],
        "cloud": cloud[0] if cloud else None,
        "others": sides[1:],
    }


def _side_fields(side: Side) -> dict[str, Any]:
    return {
        "source": side.source,
        "model": side.model,
        "text": side.text,
        "state": side.state.value,
        "usage": {
            "input_total": side.input_total,
            "output_total": side.output_total,
            "reasoning": side.reasoning_tokens,
        },
        "seconds": side.seconds,
        "first_token_seconds": side.first_token_seconds,
        "energy_joules": side.joules,
        "cost_usd": usd(side.cost_nano),
        "note": side.note,
    }


def _name(side: Side) -> str:
    return side.model if side.is_local else f"{side.source}/{side.model}"


def _figures(side: Side) -> str:
    first = "" if side.first_token_seconds is None else f", first word {side.first_token_seconds:.1f} s"
    return (
        f"{format_usd(side.cost_nano)}, {side.input_total:,} in, {side.output_total:,} out, {side.seconds:.1f} s{first}"
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _look_back(opened: Services, preferences: Path | None, as_json: bool) -> None:
    if preferences is not None:
        count = opened.compare.export_preferences(preferences)
        print_json({"path": str(preferences), "rows": count}) if as_json else click.echo(f"{count} rows.")
        return
    rows = [
        {
            "task": row.task,
            "kind": row.kind,
            "first": row.first,
            "second": row.second,
            "compared": row.compared,
            "good_enough": row.good_enough,
            "share": round(row.share, 4),
            "low": round(row.low, 4),
            "high": round(row.high, 4),
            "first_per_kept_usd": usd(row.first_per_kept),
            "second_per_kept_usd": usd(row.second_per_kept),
            "advice": row.advice,
            "more_choices_needed": row.more,
        }
        for row in opened.compare.statistics()
    ]
    if as_json:
        print_json({"rows": rows})
        return
    columns = ("task", "first", "second", "compared", "share", "low", "high", "advice")
    table(rows, [(name, name.replace("_", " ")) for name in columns])
