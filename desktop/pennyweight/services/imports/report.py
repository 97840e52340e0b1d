"""What an import found, or would write."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.services.imports.overlap import Cells, Overlap


@dataclass(kw_only=True)
class ImportReport:
    """What a file holds (a preview) or what was written; nano-dollars."""

    kind: str
    rows_new: int = 0
    rows_known: int = 0
    rows_skipped: int = 0
    rows_unpriced: int = 0
    rows_corrected: int = 0
    rows_estimated: int = 0
    """Of chats without token counts: kept apart from spend."""
    nano: int = 0
    """Of the new rows with a known price."""
    bills: int = 0
    billed_nano: int = 0
    """What the provider says it billed, in new bill rows; compared, not added."""
    first: datetime | None = None
    last: datetime | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    run_id: str | None = None
    """For the undo; None for a preview and where nothing was written."""
    overlap: Overlap = field(default_factory=Overlap)
    """What these rows and the ledger tell twice."""
    cells: Cells = field(default_factory=Cells, repr=False, compare=False)

    def see(self, entry: LedgerEntry) -> None:
        """Count a new row."""
        self.nano += entry.billed_nano or 0
        self.rows_unpriced += entry.billed_nano is None
        kind = entry.origin.partition(":")[0]
        self.cells.add(
            entry.source, f"{entry.at:%Y-%m-%d}", entry.priced_as or entry.model, kind, entry.billed_nano or 0
        )

    def facts(self) -> dict[str, Any]:
        """For the list of imports, as JSON has it."""
        plain = replace(self, overlap=Overlap(), cells=Cells())
        kept = {name: value for name, value in asdict(plain).items() if name not in ("overlap", "cells")}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}
