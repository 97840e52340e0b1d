"""`pennyweight ask TEXT`: one answer."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pennyweight.cli.answer import answer
from pennyweight.cli.consent import confirm
from pennyweight.cli.output import json_option, say, services, standard_input
from pennyweight.cli.text_command import TextCommand
from pennyweight.domain.conversation import Task
from pennyweight.domain.errors import InputError
from pennyweight.services.attachments import MAX_BYTES, decode, read_attachment
from pennyweight.services.draft import Draft


def text_from(text: str) -> str:
    """The text itself, or all of standard input where it is `-`."""
    if text != "-":
        return text
    data = standard_input().buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"The input is larger than {MAX_BYTES // 1024**2} MB.")
    return decode("The input", data)[0]


def _piped() -> str:
    """All of standard input where it is no terminal; else nothing, for nobody knows that it is waited for."""
    return "" if sys.stdin is None or sys.stdin.isatty() else text_from("-")


def draft_of(
    text: str, files: tuple[Path, ...], task: Task, model: str | None, source: str, seed: int | None = None
) -> Draft:
    """Reads the files. InputError in one sentence."""
    found = [read_attachment(path) for path in files]
    for file in found:
        if file.note:
            say(file.note)
    attachments = tuple(file.attachment for file in found)
    return Draft(text=text, task=task, attachments=attachments, model=model, source=source, seed=seed)


@click.command(name="ask", cls=TextCommand)
@click.argument("text", default="")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="A text file to go along.")
@click.option("--task", type=click.Choice([task.value for task in Task]), default="ask", show_default=True)
@click.option("--model", help="A model's id on the shelf, the path of a GGUF file, or a provider's model.")
@click.option("--source", default="local", show_default=True, help="Who answers: local, or a provider's id.")
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), help="The same answer each time.")
@click.option("--yes", is_flag=True, help="Send to the provider without asking (nothing is asked for local answers).")
@json_option
@click.pass_context
def command(
    context: click.Context,
    text: str,
    files: tuple[Path, ...],
    task: str,
    model: str | None,
    source: str,
    seed: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """One answer to TEXT, streamed; the meter's line goes to standard error. "-" reads standard input, as does no TEXT
    where something is piped in.

    With a provider as --source, what would leave this computer and its price are shown first, and it is sent after a
    yes, or with --yes. Personal data is replaced by placeholders and put back in the answer.

    Ctrl-C stops the answer; what was written is kept, and the exit code is 1.
    """
    if not text and not files:
        text = _piped()
        if not text.strip():
            raise click.UsageError("Give a TEXT, pipe one in, or name a --file.")
    draft = draft_of(text_from(text), files, Task(task), model, source, seed)
    with services(context) as opened:
        if source == "local":
            answer(opened, draft, as_json=as_json)
            return
        preview = opened.escalate.preview(draft, source, model or opened.escalate.last_model(source))
        opened.escalate.check(preview)
        confirm([preview], yes=yes)
        answer(opened, draft, as_json=as_json, preview=preview)
