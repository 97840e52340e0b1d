"""The data folder: the person's own, or where `PENNYWEIGHT_HOME` points."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from pennyweight.domain.errors import KnownError


def data_folder() -> Path:
    """Where everything is kept; made, for this user alone, if it is not there. KnownError if it cannot be."""
    chosen = os.environ.get("PENNYWEIGHT_HOME", "").strip()
    folder = Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("pennyweight", appauthor=False))
    folder = folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError(
            f"The data folder {folder} cannot be made: {error.strerror or error}.",
            advice="Set PENNYWEIGHT_HOME to a folder that can be written.",
        ) from error
    return folder
