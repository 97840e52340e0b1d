"""The price of an imported row at its own time, and the ledger entry it becomes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pennyweight.domain.answer import StopReason
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.usage import COUNTS, UsageRecord, UsageState
from pennyweight.meter import price_table
from pennyweight.meter.money import decimal_to_nano, usd_text
from pennyweight.meter.prices import Price, price
from pennyweight.services.imports.rows import UsageRow

_MOST_SHARES = 1_000_000


def entry_of(row: UsageRow, *, key: str, entry_id: str, origin: str, kind: str) -> LedgerEntry:
    usage, listed, doubt = _listed(row)
    card = dict(listed.rate_card)
    if row.billed_usd is not None and listed.usd is not None:
        card["listed_usd"] = usd_text(listed.usd)
    notes = [row.note, listed.problem, doubt]
    if not usage.consistent:
        notes.append("The provider's own total differs.")
    return LedgerEntry(
        id=entry_id,
        at=row.at,
        kind="answer",
        source=row.source,
        model=row.model,
        usage=usage,
        dedup_key=key,
        origin=origin,
        conversation_id=f"{kind}:{row.conversation}" if row.conversation else None,
        project=row.project,
        stop_reason=StopReason.STOPPED if row.stopped else StopReason.END,
        seconds=row.seconds,
        billed_nano=listed.nano if row.billed_usd is None else decimal_to_nano(row.billed_usd),
        priced_as=listed.matched_model,
        price_source=f"{row.source}, billed" if row.billed_usd is not None else listed.price_source,
        rate_card=card,
        note=" ".join(note for note in notes if note),
    )


def _listed(row: UsageRow) -> tuple[UsageRecord, Price, str]:
    listed = price(row.source, row.model, row.usage, row.at)
    if row.requests == 1 or listed.usd is None or not _has_tiers(row):
        return row.usage, listed, ""
    # Never as one request: a sum of short prompts would be charged as one long prompt.
    shares = min(row.requests or max(1, row.usage.input_total // 1_000), _MOST_SHARES)
    share = replace(row.usage, **{name: getattr(row.usage, name) // shares for name in COUNTS}, provider_total=None)
    rest = replace(
        row.usage,
        **{name: getattr(row.usage, name) - getattr(share, name) * (shares - 1) for name in COUNTS},
        provider_total=None,
    )
    one, last = price(row.source, row.model, share, row.at), price(row.source, row.model, rest, row.at)
    usd: Decimal | None = None if one.usd is None or last.usd is None else one.usd * (shares - 1) + last.usd
    usage = replace(row.usage, usage_state=UsageState.ESTIMATED)
    nano = None if usd is None else decimal_to_nano(usd)
    return usage, replace(one, usd=usd, nano=nano), "A sum of requests, priced as if all were alike."


def _has_tiers(row: UsageRow) -> bool:
    found = price_table.find_model(row.source, row.model)
    if found is None:
        return False
    rates = price_table.rates_at(found, row.at, {})
    return any(
        price_table.rate(rates, name) != price_table.rate(rates, name, 10**12) for name in ("input_mtok", "output_mtok")
    )
