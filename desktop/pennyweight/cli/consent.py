"""The yes to what leaves this computer: asked on a terminal, given by `--yes`, refused anywhere else."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pennyweight.cli.output import on_terminal, say
from pennyweight.domain.errors import InputError
from pennyweight.meter.money import format_range, format_usd

if TYPE_CHECKING:
    from pennyweight.services.escalation import Preview


def confirm(previews: Sequence[Preview], *, yes: bool) -> None:
    """Returns if it may be sent; InputError if not: nothing was sent."""
    if not previews:
        return
    if yes:
        return
    if not on_terminal(sys.stdin, sys.stderr):
        raise InputError("Sending to a provider needs your yes: add --yes.", kept="Nothing was sent.")
    for preview in previews:
        say(summary(preview))
    if not click.confirm("Send it?", default=False, err=True):
        raise InputError("Nothing was sent.")


def summary(preview: Preview) -> str:
    """Two or three lines: what leaves, what is kept back, and the price."""
    files = f", {len(preview.files)} file{'s' * (len(preview.files) != 1)}" if preview.files else ""
    lines = [
        f"To {preview.provider_name}, {preview.model_name}: {preview.messages} message{'s' * (preview.messages != 1)}"
        f"{files}, about {preview.input_tokens:,} tokens."
    ]
    counts = Counter(hidden.kind.value for hidden in preview.hidden)
    if counts:
        found = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        lines.append(f"Kept back and sent as placeholders: {found}.")
    price = preview.price
    if price.expected_nano is None:
        lines.append("The price of this model is not known.")
    else:
        band = format_range(price.low_nano, price.high_nano)
        lines.append(f"Estimated {format_usd(price.expected_nano)} ({band}).")
    if preview.budget is not None:
        lines.append(f"Budget left for {preview.budget.month}: {format_usd(preview.budget.left_nano)}.")
    return "\n".join(lines)
