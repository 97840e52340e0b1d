"""What one request costs at list price, at the moment it was made (`metering.md` rule 2)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from pennyweight.domain.usage import UsageRecord
from pennyweight.meter import price_table
from pennyweight.meter.linear_rates import Weights, counts, weights
from pennyweight.meter.money import decimal_to_nano, usd_text
from pennyweight.meter.price_overlay import geo_multiplier
from pennyweight.meter.reference import ReferenceModel, find, models, search, suggestions
from pennyweight.meter.usage import as_utc

__all__ = ["Price", "ReferenceModel", "find", "models", "price", "search", "suggestions"]

_TOKEN_RATES = (
    ("input_mtok", "input_total"),
    ("output_mtok", "output_total"),
    ("cache_read_mtok", "cache_read"),
    ("cache_write_mtok", "cache_write_5m"),
    ("cache_write_1h_mtok", "cache_write_1h"),
    ("output_reasoning_mtok", "reasoning"),
)
_ALWAYS_NOTED = frozenset({"input_mtok", "output_mtok", "cache_read_mtok"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The list price of one request; `usd` and `nano` are None where there is no price (never zero for unknown)."""

    usd: Decimal | None
    nano: int | None
    matched_model: str | None
    """The row of the price table, without its provider (with it, where another provider's row was used)."""
    exact: bool
    """False if a looser match or an incomplete rate was used: show "priced as `matched_model`"."""
    price_source: str
    rate_card: dict[str, str] = field(default_factory=dict)
    """The rates applied, by their name in the price table: `*_mtok` in US dollars per million tokens,
    `*_kcount` per thousand calls; `geo_multiplier` where one applied. Decimal strings."""
    problem: str = ""
    """One sentence: why there is no price, or what about it is not certain."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """What all requests to one model in one tier share while its prices do not change."""

    found: price_table.Found
    name: str
    rates: price_table.Rates | None
    """None if the table has no rate for the tier."""
    weights: Weights | None
    cards: dict[tuple[object, ...], dict[str, str]] = field(default_factory=dict)
    """Rate cards made so far, by what they depend on."""


_TERMS: dict[tuple[object, ...], _Terms] = {}
_MOST_TERMS = 4096


def price(provider: str, model: str, record: UsageRecord, at: datetime) -> Price:
    """The list price of `record` on the day of `at` (without a zone: UTC). Never raises for an unknown name."""
    found = price_table.find_model(provider.strip(), model)
    if found is None:
        return _unpriced(_why_unknown(provider, model))
    at = as_utc(at)
    terms = _terms(provider, model, found, record, at)
    rates, name = terms.rates, terms.name
    if rates is None:
        return replace(_unpriced(_why_no_tier(found, record)), matched_model=name)
    missing = _missing_rate(rates, record)
    if missing:
        return replace(_unpriced(f"The price table has no {missing} price for {name}."), matched_model=name)
    multiplier = geo_multiplier(found.provider.id, found.model.id, record.geo, at)
    try:
        usd = _total(terms, rates, record)
        if multiplier != 1:  # a search costs the same everywhere
            tokens_only = _total(terms, rates, replace(record, web_searches=0)) if record.web_searches else usd
            usd = tokens_only * multiplier + (usd - tokens_only)
    except ValueError:
        return replace(_unpriced("The token counts contradict each other."), matched_model=name)
    doubts = _doubts(rates, record, found.exact, name)
    return Price(
        usd=usd,
        nano=decimal_to_nano(usd),
        matched_model=name,
        exact=not doubts,
        price_source=price_table.price_source(),
        rate_card=_rate_card(terms, rates, record, multiplier),
        problem=" ".join(doubts),
    )


def _terms(provider: str, model: str, found: price_table.Found, record: UsageRecord, at: datetime) -> _Terms:
    key = (provider, model, record.service_tier, record.processing, price_table.period(found, at))
    known = _TERMS.get(key)
    if known is not None and known.found is found:
        return known
    name = f"{found.provider.id}: {found.model.id}" if found.borrowed else found.model.id
    context = price_table.tier_context(found, record, at)
    rates = None if context is None else price_table.rates_at(found, at, context)
    terms = _Terms(found, name, rates, None if rates is None else weights(rates))
    if len(_TERMS) >= _MOST_TERMS:
        _TERMS.clear()
    _TERMS[key] = terms
    return terms


def _total(terms: _Terms, rates: price_table.Rates, record: UsageRecord) -> Decimal:
    usd = terms.weights.usd(counts(record)) if terms.weights else None
    return price_table.total_usd(rates, record) if usd is None else usd


def _unpriced(problem: str) -> Price:
    return Price(
        usd=None,
        nano=None,
        matched_model=None,
        exact=False,
        price_source=price_table.price_source(),
        problem=problem,
    )


def _why_unknown(provider: str, model: str) -> str:
    if price_table.find_provider(provider.strip()) is None:
        return f"The price table does not know the provider {provider.strip()!r}."
    return f"The price table does not know the model {model.strip()!r} of {provider.strip()}."


def _why_no_tier(found: price_table.Found, record: UsageRecord) -> str:
    wanted = "batch" if record.processing == "batch" else record.service_tier
    tiers = price_table.known_tiers(found)
    known = f" It knows: {', '.join(tiers)}." if tiers else ""
    return f"The price table has no {wanted!r} rate for {found.model.id} at that time.{known}"


def _missing_rate(rates: price_table.Rates, record: UsageRecord) -> str:
    if record.input_total and price_table.rate(rates, "input_mtok") is None:
        return "input token"
    if record.output_total and price_table.rate(rates, "output_mtok") is None:
        return "output token"
    return ""


def _doubts(rates: price_table.Rates, record: UsageRecord, exact: bool, name: str) -> list[str]:
    doubts = [] if exact else [f"Priced as {name}."]
    if record.web_searches and price_table.rate(rates, "web_searches_kcount") is None:
        doubts.append("The fee for web searches is not known and not included.")
    if record.cache_write_1h and price_table.rate(rates, "cache_write_1h_mtok") is None:
        doubts.append("The rate for one-hour cache writes is not known.")
    return doubts


def _rate_card(terms: _Terms, rates: price_table.Rates, record: UsageRecord, multiplier: Decimal) -> dict[str, str]:
    used = [key for key, used_by in _TOKEN_RATES if key in _ALWAYS_NOTED or getattr(record, used_by)]
    if record.web_searches:
        used.append("web_searches_kcount")
    tier = terms.weights.tier(record.input_total) if terms.weights else record.input_total
    key = (tier, multiplier, *used)
    card = terms.cards.get(key)
    if card is None:
        card = _card_of(rates, [*used, "requests_kcount"], record.input_total, multiplier)
        if terms.weights:
            terms.cards[key] = card
    return dict(card)


def _card_of(rates: price_table.Rates, used: list[str], input_total: int, multiplier: Decimal) -> dict[str, str]:
    card: dict[str, str] = {}
    for key in used:
        value = price_table.rate(rates, key, input_total if key.endswith("_mtok") else 0)
        if value is not None:
            card[key] = usd_text(value)
    if multiplier != 1:
        card["geo_multiplier"] = usd_text(multiplier)
    return card
