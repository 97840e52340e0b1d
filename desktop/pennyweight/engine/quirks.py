"""What this machine's engine build cannot do, remembered: a fault costs one restart, not one per start."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path


class Quirks:
    """A small file of builds (CPU and engine build in one name) that must run without extra buffers."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def no_extra_buffers(self, build: str) -> str:
        """Why this build must run without extra buffers, "" if it need not."""
        entry = self._read().get(build)
        return str(entry.get("cause", "")) if isinstance(entry, dict) else ""

    def remember(self, build: str, cause: str) -> None:
        """A file that cannot be written is no reason to fail: the next start finds out again."""
        entries = self._read()
        entries[build] = {"cause": cause, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(entries, file, indent=1)
            Path(name).replace(self._path)

    def _read(self) -> dict[str, object]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}
