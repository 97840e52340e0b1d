"""A file of prompts in, a table out: reading the prompts, and the table as CSV. Pure but for reading the file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pennyweight.domain.comparison import Comparison, Side
from pennyweight.domain.errors import InputError
from pennyweight.meter.money import nano_to_decimal
from pennyweight.services.attachments import from_bytes
from pennyweight.services.draft import Draft
from pennyweight.services.escalation import Preview

MOST_BYTES = 8 * 1024 * 1024
_BLANK = re.compile(r"\n[ \t]*\n")
_SIDE = ("source", "model", "answer", "state", "input_tokens", "output_tokens", "reasoning_tokens", "seconds",
         "first_token_seconds", "energy_joules", "cost_usd", "kept", "note")  # fmt: skip
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One prompt of a batch and what would leave this computer for it."""

    draft: Draft
    previews: tuple[Preview, ...]


def read_prompts(path: Path) -> list[str]:
    """The prompts of a file, in its order; InputError in a sentence for another file.

    Text and Markdown: one prompt per paragraph where blank lines part them, else one per line; a line that is a JSON
    text or an object with `prompt` counts as that. JSON lines: one of these per line. CSV: the column `prompt`, or
    the first one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    if len(data) > MOST_BYTES:
        raise InputError(f"{path.name} is larger than {MOST_BYTES // 1024**2} MB.", advice="Split it.")
    text = from_bytes(path.name, data).attachment.text if data.strip() else ""
    kind = path.suffix.lower()
    try:
        found = _of_csv(text) if kind == ".csv" else _of_lines(text, strict=kind in (".jsonl", ".ndjson"))
    except (ValueError, csv.Error):
        raise InputError(f"{path.name} cannot be read as prompts, one per line.") from None
    if not found:
        raise InputError(f"There is no prompt in {path.name}.")
    return found


def _of_lines(text: str, *, strict: bool) -> list[str]:
    flat = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    parts = flat.split("\n") if strict or not _BLANK.search(flat) else _BLANK.split(flat)
    return [_prompt(part.strip(), strict=strict) for part in parts if part.strip()]


def _prompt(part: str, *, strict: bool) -> str:
    if not strict and not part.startswith(("{", '"')):
        return part
    try:
        found = json.loads(part)
    except ValueError:
        if strict:
            raise
        return part
    text = found.get("prompt") if isinstance(found, dict) else found
    if not isinstance(text, str) or not text.strip():
        raise ValueError("no prompt in this line")
    return text.strip()


def _of_csv(text: str) -> list[str]:
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]
    heads = [cell.strip().lower() for cell in rows[0]] if rows else []
    at = heads.index("prompt") if "prompt" in heads else 0
    body = rows[1:] if "prompt" in heads else rows
    return [row[at].strip() for row in body if len(row) > at and row[at].strip()]


def table_csv(comparisons: Sequence[Comparison]) -> str:
    """One line per comparison, the sides from left to right; dollars, seconds and joules as plain numbers."""
    most = max((len(each.sides) for each in comparisons), default=0)
    heads = ["prompt", "task", *(f"{name}_{at}" for at in range(1, most + 1) for name in _SIDE)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*heads, "choice", "note", "edited", "at"])
    for each in comparisons:
        cells = [cell for at, side in enumerate(each.sides) for cell in _cells(side, kept=at in each.kept)]
        cells += [""] * (len(_SIDE) * (most - len(each.sides)))
        choice = each.choice.value if each.choice is not None else ""
        row = [each.prompt, each.task.value, *cells, choice, each.note, each.edited, each.at.isoformat()]
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _cells(side: Side, *, kept: bool) -> Iterator[str]:
    yield side.source
    yield side.model
    yield side.text
    yield side.state.value
    for count in (side.input_total, side.output_total, side.reasoning_tokens):
        yield str(count)
    yield f"{side.seconds:.3f}"
    for value in (side.first_token_seconds, side.joules):
        yield "" if value is None else f"{value:.3f}"
    yield "" if side.cost_nano is None else f"{nano_to_decimal(side.cost_nano):f}"
    yield "yes" if kept else "no"
    yield side.note


def _safe(cell: str) -> str:
    """A spreadsheet runs what begins like a formula, and a model's answer is not ours to run."""
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) else cell
