"""The models of the price table that local work can be compared with, and the two that are suggested."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from pennyweight.domain.errors import InputError
from pennyweight.domain.resources import assets_dir
from pennyweight.meter import price_table


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceModel:
    """A chat model of the price table at the rates of `models(at)`; rates in US dollars per million tokens."""

    id: str
    """`provider/model`."""
    name: str
    provider: str
    """Name of the provider, as shown to a person."""
    input_usd_per_million: Decimal
    output_usd_per_million: Decimal
    context: int | None = None
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    not_text: re.Pattern[str]
    cheap: tuple[str, ...]
    flagship: tuple[str, ...]
    makers: tuple[str, ...]


@cache
def _rules() -> _Rules:
    with (assets_dir() / "reference_models.toml").open("rb") as file:
        data = tomllib.load(file)
    return _Rules(
        re.compile("|".join(data["not_text"])),
        tuple(data["suggest"]["cheap"]),
        tuple(data["suggest"]["flagship"]),
        tuple(data["makers"]),
    )


def models(at: datetime | None = None) -> list[ReferenceModel]:
    """Every chat model with a price for input and for output at `at` (now), by provider and name."""
    return list(_models_on((at or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)))


def find(reference: str, at: datetime | None = None) -> ReferenceModel | None:
    """The model with that id, also one that the list leaves out; None if the table has no price for it."""
    provider_id, _, model_id = reference.strip().partition("/")
    provider = price_table.find_provider(provider_id)
    found = price_table.find_model(provider_id, model_id) if provider and model_id else None
    if found is None or found.borrowed:
        return None
    return _entry(found, at or datetime.now(UTC))


def search(query: str, among: Iterable[ReferenceModel]) -> list[ReferenceModel]:
    """Those whose id, name or provider holds every word of `query`; all, in their order, for no words.

    What holds them as whole words comes first ("5" is not "5.4"), then models that are sold today before retired ones,
    their makers before those who sell them on, and of these the newest.
    """
    words = query.lower().split()
    hits = [model for model in among if all(word in _text(model) for word in words)]
    whole = set(_PIECE.findall(query.lower()))
    return sorted(hits, key=lambda model: (-len(whole & _pieces(model)), *_rank(model))) if words else hits


_PIECE = re.compile(r"[a-z0-9.]+")


@cache
def _pieces(model: ReferenceModel) -> frozenset[str]:
    return frozenset(_PIECE.findall(_text(model)))


@cache
def _text(model: ReferenceModel) -> str:
    return f"{model.id} {model.name} {model.provider}".lower()


_NO_VERSION = re.compile(r"20\d\d-\d\d(?:-\d\d)?|\d\d-20\d\d|\d\d-\d\d(?!\d)|fp\d+|bf16|int\d+|\d+e(?![a-z])")
"""Dates, number formats, counts of experts."""
_VERSION = re.compile(r"(?<![\d.])(\d{1,2})(?:[.p-](\d{1,2}))?(?![\dbkx]|\.\d)")
"""A version number: neither a size (70b, 32k, 8x7b) nor a date (0324)."""


@cache
def _rank(model: ReferenceModel) -> tuple[bool, int, tuple[int, int], int, str]:
    provider, _, name = model.id.partition("/")
    found = _VERSION.findall(_NO_VERSION.sub("", name.rpartition("/")[2].lower()))
    newest = max(((int(major), int(minor or 0)) for major, minor in found), default=(0, 0))
    makers = _rules().makers
    place = makers.index(provider) if provider in makers else len(makers)
    return model.deprecated, place, (-newest[0], -newest[1]), len(model.id), model.id


def suggestions(at: datetime | None = None) -> tuple[ReferenceModel, ReferenceModel]:
    """(cheap, flagship): the first of each list in `assets/reference_models.toml` that has a price at `at`."""
    rules = _rules()
    return first_priced(rules.cheap, at), first_priced(rules.flagship, at)


def split_reference(reference: str) -> tuple[str, str]:
    """`provider/model` into its two halves; InputError if it is not of that form."""
    provider, _, model = reference.strip().partition("/")
    if not provider or not model:
        raise InputError(f"{reference!r} is not a reference model.", advice="Write it as provider/model.")
    return provider, model


def first_priced(ids: tuple[str, ...], at: datetime | None = None) -> ReferenceModel:
    """The first of these that has a price at `at` and is not called deprecated; LookupError if there is none."""
    for reference in ids:
        model = find(reference, at)
        if model is not None and not model.deprecated:
            return model
    raise LookupError("no suggested reference model has a price")


@cache
def _models_on(at: datetime) -> tuple[ReferenceModel, ...]:
    not_text = _rules().not_text
    listed = []
    for provider, model in price_table.all_rows():
        if not_text.search(model.id.lower()):
            continue
        entry = _entry(price_table.Found(provider, model, True, False), at)
        if entry is not None and entry.output_usd_per_million > 0:
            listed.append(entry)
    return tuple(sorted(listed, key=lambda entry: (entry.provider.lower(), entry.name.lower(), entry.id)))


def _entry(found: price_table.Found, at: datetime) -> ReferenceModel | None:
    rates = price_table.rates_at(found, at, {})
    input_rate, output_rate = price_table.rate(rates, "input_mtok"), price_table.rate(rates, "output_mtok")
    if input_rate is None or output_rate is None:
        return None
    return ReferenceModel(
        id=f"{found.provider.id}/{found.model.id}",
        name=found.model.name or found.model.id,
        provider=found.provider.name,
        input_usd_per_million=input_rate,
        output_usd_per_million=output_rate,
        context=found.model.context_window,
        deprecated=bool(found.model.deprecated),
    )
