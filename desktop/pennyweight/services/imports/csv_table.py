"""Reads a provider's CSV table row by row; what cannot be read is counted with its reason and line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import BinaryIO

from pennyweight.domain.errors import InputError
from pennyweight.services.imports.rows import Rows, Skipped

csv.field_size_limit(1 << 20)


def table(stream: BinaryIO, read: Callable[[Mapping[str, str], int], Rows]) -> Rows:
    """What `read` makes of each row and its line number; its InputError says why a row is left out."""
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
    reader = csv.DictReader(text)
    try:
        for number, row in enumerate(reader, 2):
            try:
                yield from read(row, number)
            except (InputError, TypeError, AttributeError) as error:
                yield Skipped(error.what if isinstance(error, InputError) else "not readable", number)
    except csv.Error:
        yield Skipped("not readable", reader.line_num)
    finally:
        text.detach()
