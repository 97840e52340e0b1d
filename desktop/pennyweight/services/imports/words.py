"""What an import and a reconciliation are said in, in the window and on the command line."""

from __future__ import annotations

from pennyweight.cloud.facts import name_of, providers
from pennyweight.services.imports.kinds import IMPORT_NAMES
from pennyweight.services.imports.overlap import Overlap, sentence
from pennyweight.services.imports.reconcile import Day
from pennyweight.store.overlaps import Counting

BILLING = ("openai", "anthropic")
"""Providers whose cost report can be imported."""
REASONS = {
    "no rows": "no rows here",
    "no bill": "not in the bill",
    "in the report only": "in the report only",
    "counted twice": "counted twice",
    "unpriced": "rows without a price",
    "estimated": "estimated rows",
    "rounded": "rounded",
}


def provider_name(source: str) -> str:
    return name_of(source)


def told_twice(found: Overlap, counting: Counting, *, ahead: bool = False) -> str:
    """One sentence on what is, or would be, in the ledger twice; empty if nothing is."""
    return sentence(found, counting, IMPORT_NAMES | {name: name_of(name) for name in providers()}, ahead=ahead)


def day_reasons(day: Day) -> str:
    """What explains a day's difference: "agrees", "rows without a price (2), rounded", or "–"."""
    if day.difference_nano == 0:
        return "agrees"
    counts = {"unpriced": day.unpriced, "estimated": day.estimated}
    parts = [REASONS[reason] + (f" ({counts[reason]:,})" if counts.get(reason) else "") for reason in day.explained]
    return ", ".join(parts) or "–"
