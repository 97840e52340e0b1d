"""From what a cloud call used to its row in the ledger (`metering.md` rule 2)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.usage import UsageState
from pennyweight.meter.budget import floor_nano
from pennyweight.meter.money import decimal_to_nano, format_usd
from pennyweight.meter.prices import price
from pennyweight.services.model_call import CallResult

BILLED = "provider"


def cloud_entry(
    call: CallResult,
    provider: str,
    model: str,
    *,
    task: str,
    conversation_id: str | None,
    message_id: str | None,
    row_id: str,
    note: str = "",
) -> LedgerEntry:
    """What was billed where the provider says so, else the list price; None where neither is known, never zero.

    A call that ended early is an estimate with a floor. `row_id` is the call's own: its row is written once, whoever
    writes it.
    """
    at = call.usage.at or datetime.now(UTC)
    listed = price(provider, model, call.usage, at)
    billed = listed.nano
    notes = [note, listed.problem]
    if call.billed_usd is not None:
        billed = decimal_to_nano(Decimal(call.billed_usd))
        if listed.nano is not None and listed.nano != billed:
            notes.append(f"List price {format_usd(listed.nano)}.")
    elif call.usage.usage_state is not UsageState.REPORTED:
        billed = floor_nano(provider, model, call.usage, at)
    return LedgerEntry(
        id=row_id,
        at=at,
        kind=call.kind,
        source=provider,
        model=model,
        usage=call.usage,
        dedup_key=f"pennyweight:{row_id}",
        task=task,
        conversation_id=conversation_id,
        message_id=message_id,
        stop_reason=call.reason,
        prompt_evaluated=call.evaluated,
        resent=call.resent,
        seconds=call.timing.total_seconds,
        prefill_seconds=call.timing.prefill_seconds,
        decode_seconds=call.timing.decode_seconds,
        first_token_seconds=call.timing.first_token_seconds,
        billed_nano=billed,
        priced_as=listed.matched_model,
        price_source=BILLED if call.billed_usd is not None else listed.price_source,
        rate_card=listed.rate_card,
        note=" ".join(part for part in notes if part),
    )
