"""The thin module around genai-prices: find a model, and the rates of one request.

genai-prices takes a third of a second to import, so it is imported when the first price is asked for. Its bundled
snapshot is the only one used: nothing here ever asks the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pennyweight.domain.usage import UsageRecord

if TYPE_CHECKING:
    from genai_prices.types import (
        MatchLogic,
        ModelInfo,
        ModelPrice,
        Provider,
        StartDateConstraint,
        TimeOfDateConstraint,
    )

    Rates = ModelPrice

_DATED = re.compile(r"[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2}|latest)$")


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the price table. `exact` is False where a looser rule than the model's own name matched."""

    provider: Provider
    model: ModelInfo
    exact: bool
    borrowed: bool
    """The row belongs to another provider, whose prices this one passes on."""
    conditions: tuple[StartDateConstraint | TimeOfDateConstraint, ...] = ()
    """All that decides which of the row's prices apply at a time."""


@cache
def price_source() -> str:
    """Name and version of the price table, kept in each row it priced."""
    from importlib.metadata import version

    return f"genai-prices {version('genai-prices')}"


@cache
def _providers() -> tuple[Provider, ...]:
    from genai_prices.data_snapshot import get_snapshot

    return tuple(get_snapshot().providers)


def all_rows() -> Iterator[tuple[Provider, ModelInfo]]:
    for provider in _providers():
        for model in provider.models:
            yield provider, model


def find_provider(name: str) -> Provider | None:
    from genai_prices.data_snapshot import find_provider_by_id

    return find_provider_by_id(list(_providers()), name)


@lru_cache(8192)  # names come out of other programs' files, so there is no end to them
def find_model(provider_name: str, model_name: str) -> Found | None:
    """The row for a model as the provider names it; None if the table has none."""
    provider = find_provider(provider_name)
    if provider is None or not model_name.strip():
        return None
    wanted = model_name.strip().lower()
    everyone = list(_providers())
    model = provider.find_model(wanted, all_providers=everyone)
    if model is None:  # some rows do not match their own name, but the list of references names them by it
        model = next((row for row in provider.models if row.id.lower() == wanted), None)
    prefixed = False
    if model is None and "/" in wanted:
        prefixed = True
        model = provider.find_model(wanted.split("/", 1)[1], all_providers=everyone)
    if model is None:
        return None
    borrowed = not any(model is own for own in provider.models)
    exact = _is_exact(model, wanted) and _names_provider(provider, provider_name) and not prefixed and not borrowed
    return Found(provider, model, exact, borrowed, tuple(_conditions(model)))


def _conditions(model: ModelInfo) -> Iterator[StartDateConstraint | TimeOfDateConstraint]:
    for priced in [*(model.prices if isinstance(model.prices, list) else ()), *(model.price_variants or ())]:
        if priced.constraint is not None:
            yield priced.constraint


def period(found: Found, at: datetime) -> tuple[bool, ...]:
    """Equal at two times between which no price of the row changes; `at` has a zone."""
    return tuple([condition.active(at) for condition in found.conditions])


def rates_at(found: Found, at: datetime, context: dict[str, str]) -> ModelPrice:
    return found.model.get_prices(at, context)


def tier_context(found: Found, record: UsageRecord, at: datetime) -> dict[str, str] | None:
    """What selects the variant that was served; None if the table has no rate for it at that time.

    genai-prices gives an unknown tier the standard price without a word, so the tier is looked up here first.
    """
    context: dict[str, str] = {}
    if record.processing == "batch":
        context["processing"] = "batch"
    tier = (record.service_tier or "").lower()
    if tier and tier not in _STANDARD_TIERS:
        key = "speed" if _has_variant(found, {"speed": tier}, at) else "service_tier"
        context[key] = tier
    if all(_has_variant(found, {key: value}, at) for key, value in context.items()):
        return context
    return None


_STANDARD_TIERS = frozenset({"standard", "default", "auto", "on_demand", "on-demand"})


def _has_variant(found: Found, when: dict[str, str], at: datetime) -> bool:
    if found.borrowed:
        return False
    return any(
        variant.when == when and (variant.constraint is None or variant.constraint.active(at))
        for variant in found.model.price_variants or ()
    )


def known_tiers(found: Found) -> list[str]:
    names = {value for variant in found.model.price_variants or () for value in variant.when.values()}
    return sorted(names - _STANDARD_TIERS)


def total_usd(rates: ModelPrice, record: UsageRecord) -> Decimal:
    """US dollars of one request at these rates, search fees included. ValueError if the counts contradict."""
    from genai_prices import Usage

    counts: dict[str, int] = {
        "input_tokens": record.input_total,
        "output_tokens": record.output_total,
        "cache_read_tokens": record.cache_read,
        "cache_write_tokens": record.cache_write_5m + record.cache_write_1h,
        "cache_write_1h_tokens": record.cache_write_1h,
        "input_tool_tokens": record.tool_prompt,
        "output_reasoning_tokens": record.reasoning,
        "web_searches": record.web_searches,
    }
    return rates.calc_price(Usage(**counts))["total_price"]


def rate(rates: ModelPrice, key: str, input_total: int = 0) -> Decimal | None:
    """The rate named `key` that a request with so many input tokens pays; None if the table has none."""
    from genai_prices.types import TieredPrices

    value: object = getattr(rates, key)
    if isinstance(value, TieredPrices):
        applied = value.base
        for tier in value.tiers:
            if input_total > tier.start:
                applied = tier.price
        return applied
    return value if isinstance(value, Decimal) else None


def _is_exact(model: ModelInfo, wanted: str) -> bool:
    """True for the model's own name, a name the table lists for it, or either with a date behind it."""
    names = {model.id.lower(), *_listed_names(model.match)}
    return wanted in names or _DATED.sub("", wanted) in {_DATED.sub("", name) for name in names}


def _names_provider(provider: Provider, name: str) -> bool:
    """False for a name that only resembles the provider's, such as that of a proxy in front of it."""
    known = {provider.id}
    if provider.provider_match is not None:
        known.update(_listed_names(provider.provider_match, parts=True))
    return name.strip().lower() in known


def _listed_names(clause: MatchLogic, *, parts: bool = False) -> Iterator[str]:
    """The names a rule lists; with `parts` also those it looks for inside a name."""
    from genai_prices.types import ClauseContains, ClauseEquals, ClauseOr

    if isinstance(clause, ClauseEquals):
        yield clause.equals.lower()
    elif isinstance(clause, ClauseContains) and parts:
        yield clause.contains.lower()
    elif isinstance(clause, ClauseOr):
        for inner in clause.or_:
            yield from _listed_names(inner, parts=parts)
