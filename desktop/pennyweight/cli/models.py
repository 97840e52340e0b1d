"""`pennyweight models`: the shelf."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from pennyweight.cli.answer import stopped_by_signals
from pennyweight.cli.output import json_option, print_json, say, services, table
from pennyweight.domain.model import ModelInfo
from pennyweight.meter.quantities import format_rate

_FITS = {"yes": "fits", "tight": "tight", "no": "too large"}


@click.group(name="models", invoke_without_command=True)
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """The models this computer can answer with; without a word: the list."""
    if context.invoked_subcommand is None:
        _list(context, as_json)


@command.command(name="list")
@json_option
@click.pass_context
def list_models(context: click.Context, as_json: bool) -> None:
    """Every model on the shelf; the chosen one has a star."""
    _list(context, as_json)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def inspect(context: click.Context, file: Path, as_json: bool) -> None:
    """What a GGUF FILE is, without loading it. Changes nothing."""
    with services(context) as opened:
        info = opened.models.inspect(file)
    if as_json:
        print_json(model_fields(info))
    else:
        for name, value in model_fields(info).items():
            click.echo(f"{name:22} {'not said' if value is None else value}")


@command.command(name="discover")
@json_option
@click.pass_context
def discover_models(context: click.Context, as_json: bool) -> None:
    """GGUF files that LM Studio, Ollama, the Hugging Face cache or ~/models hold. Adds nothing to the shelf."""
    with services(context) as opened:
        usable, refused = opened.models.discover()
    if as_json:
        listed = [{"id": each.id, "path": str(each.path), "reason": each.reason} for each in refused]
        print_json({"models": [model_fields(info) for info in usable], "refused": listed})
        return
    for info in usable:
        click.echo(f"{info.source}: {info.name} {info.quantization}, {info.size_bytes / 1e6:,.0f} MB\n    {info.path}")
    for each in refused:
        say(f"{each.path}: {each.reason}")
    say("Add one: pennyweight models use FILE" if usable else "No other models were found in the usual places.")


@command.command()
@click.argument("model")
@json_option
@click.pass_context
def use(context: click.Context, model: str, as_json: bool) -> None:
    """Answer with MODEL from now on: an id on the shelf, or a GGUF file, which joins the shelf."""
    with services(context) as opened:
        info = opened.models.use(opened.models.resolve(model).id)
    if as_json:
        print_json(model_fields(info) | {"chosen": True})
    else:
        say(f"{info.name} answers from now on.")
    if info.fits == "no":
        say("It needs more memory than is free now.")


@command.command()
@click.argument("model", required=False)
@json_option
@click.pass_context
def speed(context: click.Context, model: str | None, as_json: bool) -> None:
    """Load MODEL (or the chosen one) and measure how fast it reads and writes."""
    with services(context) as opened, stopped_by_signals() as cancel:
        info = opened.models.resolve(model)
        started = time.monotonic()
        result = opened.models.measure(info.id, cancel)
        seconds = time.monotonic() - started
    if result is None:
        say("Stopped.")
        raise click.exceptions.Exit(1)
    if as_json:
        print_json(
            model_fields(info)
            | {
                "prefill_tokens_per_second": result.prefill_tokens_per_second,
                "decode_tokens_per_second": result.decode_tokens_per_second,
                "load_seconds": result.load_seconds,
                "seconds": seconds,
            }
        )
    else:
        reading, writing = result.prefill_tokens_per_second, result.decode_tokens_per_second
        click.echo(f"{info.name}: reads {format_rate(reading)}, writes {format_rate(writing)}")


def _list(context: click.Context, as_json: bool) -> None:
    with services(context) as opened:
        models, missing = opened.models.list(), opened.models.missing()
        current = opened.models.current()
    chosen = current.id if current is not None else None
    if as_json:
        listed = [model_fields(info) | {"chosen": info.id == chosen} for info in models]
        gone = [{"id": each.id, "path": str(each.path), "reason": each.reason} for each in missing]
        print_json({"models": listed, "missing": gone})
        return
    rows = [
        {
            "id": f"{info.id}{' *' if info.id == chosen else ''}",
            "kind": f"{info.architecture} {info.quantization}",
            "size": f"{info.size_bytes / 1e6:,.0f} MB",
            "context": f"{info.context_length:,}" if info.context_length else "not said",
            "memory": f"{info.memory_needed_bytes / 1e6:,.0f} MB, {_FITS[info.fits]}",
        }
        for info in models
    ]
    if rows:
        table(rows, [("id", "Model"), ("kind", "Kind"), ("size", "Size"), ("context", "Context"), ("memory", "Memory")])
    for each in missing:
        say(f"{each.id}: {each.reason}")
    if not rows:
        say("There is no model. Add one: pennyweight models use FILE.gguf")


def model_fields(info: ModelInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "name": info.name,
        "path": str(info.path),
        "source": info.source,
        "size_bytes": info.size_bytes,
        "architecture": info.architecture,
        "quantization": info.quantization,
        "parameters": info.parameters,
        "context_length": info.context_length,
        "context_used": info.context_used,
        "has_chat_template": info.has_chat_template,
        "memory_needed_bytes": info.memory_needed_bytes,
        "fits": info.fits,
    }
