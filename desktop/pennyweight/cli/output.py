"""What the commands print: JSON on standard output, everything else said on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from pennyweight.domain.errors import InputError
from pennyweight.meter.money import nano_to_decimal

if TYPE_CHECKING:
    from pennyweight.services.container import Services

FC = TypeVar("FC", bound=Callable[..., Any] | click.Command)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def json_of(fields: str) -> Callable[[FC], FC]:
    """`--json`, with the names of what is in the object: "provider, models[id, context]"."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print one JSON object: {fields}.")


@contextmanager
def services(context: click.Context) -> Iterator[Services]:
    """The services, closed again at the end."""
    opened: Callable[[], Services] = context.obj
    found = opened()
    try:
        yield found
    finally:
        found.close()


def print_json(value: object) -> None:
    """Valid JSON also where standard output has an encoding without all letters (Windows, into a file)."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(value, ensure_ascii=not unicode))


def say(text: str) -> None:
    """A message for the person, never mixed into the output."""
    click.echo(text, err=True)


def on_terminal(*streams: TextIO | None) -> bool:
    """Whether a person sits at each of them; a closed one (`<&-`) is None."""
    return all(stream is not None and stream.isatty() for stream in streams)


def standard_input() -> TextIO:
    """InputError where there is none."""
    if sys.stdin is None:
        raise InputError("There is no standard input to read from.")
    return sys.stdin


def usd(nano: int | None) -> str | None:
    """Nano-dollars as a decimal string of US dollars."""
    return None if nano is None else format(nano_to_decimal(nano), "f")


class Progress:
    """One line on standard error that is written over; silent where that is not a terminal."""

    def __init__(self) -> None:
        self._terminal = on_terminal(sys.stderr)
        self._shown = 0

    def show(self, text: str, fraction: float | None = None) -> None:
        if not self._terminal:
            return
        line = text if fraction is None else f"{text} {fraction:.0%}"
        click.echo("\r" + line.ljust(self._shown), err=True, nl=False)
        self._shown = len(line)

    def clear(self) -> None:
        if self._shown:
            click.echo("\r" + " " * self._shown + "\r", err=True, nl=False)
            self._shown = 0


def table(rows: list[dict[str, Any]], columns: list[tuple[str, str]]) -> None:
    """Rows as aligned text: (key, heading) of each column."""
    cells = [[heading for _, heading in columns], *([str(row[key]) for key, _ in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
