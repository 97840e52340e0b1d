"""What lies in the usual places: how much, and how new. Looks at names, sizes and times; opens no file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pennyweight.domain.cancel import Cancel
from pennyweight.services.imports import sources


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or file of another program."""

    kind: str
    path: Path
    files: int
    size_bytes: int
    newest: datetime | None
    """When the newest file was last written (UTC); None for a folder without logs."""

    @property
    def mark(self) -> str:
        """Changes whenever a file there changes."""
        return f"{self.files}:{self.size_bytes}:{self.newest.isoformat() if self.newest else ''}"


def look(cancel: Cancel | None = None) -> list[Place]:
    """The usual places that exist here, those without a log left out."""
    found = [_place(one, cancel or Cancel()) for one in sources.usual_places()]
    return [place for place in found if place.files]


def _place(source: sources.SourceFile, cancel: Cancel) -> Place:
    files = size = 0
    newest = 0.0
    paths = [source.path] if source.path.is_file() else _walk(source.path)
    for path in paths:
        if cancel.cancelled:
            break
        try:
            status = path.stat()
        except OSError:
            continue
        files, size, newest = files + 1, size + status.st_size, max(newest, status.st_mtime)
    return Place(source.kind, source.path, files, size, datetime.fromtimestamp(newest, UTC) if files else None)


def _walk(folder: Path) -> list[Path]:
    return [
        Path(parent) / name for parent, _, names in os.walk(folder) for name in names if name.endswith(sources.SUFFIXES)
    ]
