"""`pennyweight summarize FILE`: a text of any length."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from pennyweight.cli.answer import answer
from pennyweight.cli.ask import draft_of, text_from
from pennyweight.cli.output import json_option, services
from pennyweight.domain.conversation import Task
from pennyweight.services.attachments import STANDARD_INPUT, from_bytes


@click.command(name="summarize")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--text", "instruction", default="", help="How to summarize, in your own words.")
@click.option("--model", help="A model's id on the shelf, or the path of a GGUF file.")
@click.option("--source", default="local", show_default=True, help="Who answers.")
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), help="The same answer each time.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    file: Path,
    instruction: str,
    model: str | None,
    source: str,
    seed: int | None,
    as_json: bool,
) -> None:
    """Summarize the text in FILE ("-" reads standard input). A long one is worked through part by part.

    Ctrl-C stops between and inside the parts; what was written is kept, and the exit code is 1.
    """
    if str(file) == "-":
        read = from_bytes(STANDARD_INPUT, text_from("-").encode("utf-8", "replace"))
        draft = draft_of(instruction, (), Task.SUMMARIZE, model, source, seed)
        draft = replace(draft, attachments=(read.attachment,))
    else:
        draft = draft_of(instruction, (file,), Task.SUMMARIZE, model, source, seed)
    with services(context) as opened:
        answer(opened, draft, as_json=as_json, with_parts=True)
