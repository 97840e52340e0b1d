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

    InputError if it cannot be written, or if its folder is not there: a mistyped path makes none.
    """
    _expect_folder(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):  # gone already, or its folder is none
            part.unlink()


def made_folder(path: Path) -> bool:
    """Make the folder if it is not there; False if something else is in its place. InputError as of `whole_file`."""
    _expect_folder(path.parent)
    try:
        path.mkdir(exist_ok=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise InputError(f"The folder {path} cannot be made: {error.strerror or error}.") from error
    return True


def _expect_folder(path: Path) -> None:
    if not path.exists():
        raise InputError(f"There is no folder {path}.", advice="Make it first, or choose another place.")


def write_whole(path: Path, text: str) -> None:
    """The file has all of the text or is as it was before. InputError if it cannot be written."""
    with whole_file(path) as file:
        file.write(text)
