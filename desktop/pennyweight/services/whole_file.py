"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from pennyweight.domain.errors import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A text file to write. Afterwards `path` has all of it; after any error it is as it was before.

    InputError if it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):  # gone already, or its folder is none
            part.unlink()


def write_whole(path: Path, text: str) -> None:
    """The file has all of the text or is as it was before. InputError if it cannot be written."""
    with whole_file(path) as file:
        file.write(text)
