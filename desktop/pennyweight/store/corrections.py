"""What a call turned out to be beside what its row in the ledger says: the difference, as a row of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.usage import COUNTS
from pennyweight.store.handle import Database

_WORK = ("prompt_evaluated", "resent", "seconds", "prefill_seconds", "decode_seconds")
_KNOWN = f"""
SELECT {", ".join(f"sum({name}) AS {name}" for name in COUNTS + _WORK)}, sum(coalesce(billed_nano, 0)) AS nano,
    count(*) AS number
FROM ledger WHERE dedup_key = :key OR (dedup_key >= :key || '#' AND dedup_key < :key || '$')
"""  # noqa: S608 - our own column names


def correction_of(db: Database, entry: LedgerEntry, note: str) -> LedgerEntry:
    """The row that brings what is known of a call, earlier corrections included, to `entry`; not written yet.

    Its key is that of the call, `#` and how many rows there were: `put_back` reads that.
    """
    old = db.execute(_KNOWN, {"key": entry.dedup_key}).fetchone()
    usage: dict[str, Any] = {name: getattr(entry.usage, name) - old[name] for name in COUNTS}
    work: dict[str, Any] = {name: getattr(entry, name) - old[name] for name in _WORK}
    later = f"-{old['number']}" if old["number"] > 1 else ""
    return replace(
        entry,
        **work,
        id=f"{entry.id}-correction{later}",
        kind="correction",
        dedup_key=f"{entry.dedup_key}#{old['number']}",
        usage=replace(entry.usage, **usage, provider_total=None),
        billed_nano=None if entry.billed_nano is None else entry.billed_nano - old["nano"],
        note=note,
    )


def changes_something(correction: LedgerEntry) -> bool:
    """False where the rows say already what the call was."""
    return bool(correction.billed_nano) or any(getattr(correction.usage, name) for name in COUNTS)
