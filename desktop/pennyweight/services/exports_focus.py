"""The ledger in the columns of the FinOps FOCUS specification (1.2) that apply to it; ours begin with `x_`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.money import nano_to_decimal

_LOCAL = "This computer"
_COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")

COLUMNS = (
    "BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "BillingCurrency", "BillingAccountId",
    "BillingAccountName", "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ConsumedQuantity", "ConsumedUnit",
    "InvoiceIssuerName", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName",
    "RegionId", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceSubcategory", "ServiceName",
    "SkuId", "Tags", "x_Origin", "x_UsageState", "x_Unpriced", "x_InputTokens", "x_CachedInputTokens",
    "x_OutputTokens", "x_ReasoningTokens", "x_EnergyJoules", "x_EquivalentModel", "x_EquivalentListCost",
    "x_PriceSource", "x_RateCard", "x_Counted",
)  # fmt: skip


def focus_values(entry: LedgerEntry, *, counted: bool = True) -> dict[str, Any]:
    """One row. Nobody sends a bill for local work: its billed cost is 0, its electricity is the effective cost.

    A cloud row without a price has empty costs and `x_Unpriced` true: it is never 0, unless
    it is not `counted` because other rows tell the same use.
    """
    local = entry.source == "local"
    start, end = _month(entry.at)
    bill = entry.equivalent
    tokens = entry.usage.total
    return {
        **(_costs(entry, local) if counted else dict.fromkeys(_COSTS, "0")),
        "BillingCurrency": "USD",
        "BillingAccountId": entry.source,
        "BillingAccountName": _LOCAL if local else entry.source,
        "BillingPeriodStart": _text(start),
        "BillingPeriodEnd": _text(end),
        "ChargePeriodStart": _text(entry.at),
        "ChargePeriodEnd": _text(entry.at),
        "ChargeCategory": "Adjustment" if entry.kind == "correction" else "Usage",
        "ChargeClass": "Correction" if entry.kind == "correction" else "",
        "ChargeDescription": f"{entry.task}: {entry.model}",
        "ChargeFrequency": "Usage-Based",
        "ConsumedQuantity": tokens,
        "ConsumedUnit": "Tokens",
        "InvoiceIssuerName": _LOCAL if local else entry.source,
        "PricingCategory": "Other" if local else "Standard",
        "PricingQuantity": format(Decimal(tokens).scaleb(-6).normalize(), "f") if tokens else "0",
        "PricingUnit": "1M Tokens",
        "ProviderName": _LOCAL if local else entry.source,
        "PublisherName": _LOCAL if local else entry.source,
        "RegionId": entry.usage.geo or "",
        "ResourceId": entry.model,
        "ResourceName": entry.model,
        "ResourceType": "Model",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "ServiceName": "Local model" if local else f"{entry.source} API",
        "SkuId": entry.priced_as or entry.model,
        "Tags": _tags(entry),
        "x_Origin": entry.origin,
        "x_UsageState": entry.usage.usage_state.value,
        "x_Unpriced": "true" if not local and entry.billed_nano is None else "false",
        "x_InputTokens": entry.usage.input_total,
        "x_CachedInputTokens": entry.usage.cache_read,
        "x_OutputTokens": entry.usage.output_total,
        "x_ReasoningTokens": entry.usage.reasoning,
        "x_EnergyJoules": "" if entry.energy is None else entry.energy.joules,
        "x_EquivalentModel": bill.reference if bill else "",
        "x_EquivalentListCost": _usd(bill.expected_nano) if bill else "",
        "x_PriceSource": entry.price_source or "",
        "x_RateCard": json.dumps(entry.rate_card, sort_keys=True) if entry.rate_card else "",
        "x_Counted": "true" if counted else "false",
    }


def _tags(entry: LedgerEntry) -> str:
    tags = {"task": entry.task, "conversation": entry.conversation_id or "", "project": entry.project}
    return json.dumps(tags, ensure_ascii=False)


def _costs(entry: LedgerEntry, local: bool) -> dict[str, str]:
    if local:
        electricity = _usd(entry.local.electric_nano if entry.local else None)
        return {"BilledCost": "0", "EffectiveCost": electricity, "ListCost": electricity, "ContractedCost": electricity}
    billed = _usd(entry.billed_nano)
    return {"BilledCost": billed, "EffectiveCost": billed, "ListCost": billed, "ContractedCost": billed}


def _usd(nano: int | None) -> str:
    return "" if nano is None else format(nano_to_decimal(nano), "f")


def _month(at: datetime) -> tuple[datetime, datetime]:
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    return first, after


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
