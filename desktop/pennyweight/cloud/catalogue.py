"""A provider's list of models, with prices beside it, and whether a key works. Both are requests like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pennyweight.cloud import errors as e
from pennyweight.cloud import failures
from pennyweight.cloud.exchange import HungUpError
from pennyweight.cloud.gate import Outgoing
from pennyweight.cloud.limits import RetryPolicy
from pennyweight.cloud.source import CloudSource, outgoing_to
from pennyweight.cloud.wire.base import GarbledError, JsonObject, list_of, object_of, read_object, text_of
from pennyweight.domain.cancel import Cancel
from pennyweight.meter import prices

_MOST_BYTES = 16 * 1024 * 1024
_ONCE = RetryPolicy(tries=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudModel:
    """A model a provider offers. Prices in US dollars per million tokens, from the price table; None if not there."""

    id: str
    name: str
    context: int | None = None
    input_usd_per_million: Decimal | None = None
    output_usd_per_million: Decimal | None = None


def list_request(source: CloudSource) -> Outgoing:
    """What asking for the list sends: show it to the gate for a permit."""
    return outgoing_to("GET", source.provider.models_address)


def check_request(source: CloudSource) -> Outgoing:
    """What testing the key sends. It is free of charge."""
    return outgoing_to("GET", source.provider.check_address)


def list_models(source: CloudSource, cancel: Cancel) -> list[CloudModel]:
    """The models that answer in text, by id. A CloudError; an empty list if cancelled."""
    answer = _get(source, list_request(source), cancel)
    if answer is None:
        return []
    rows = [row for name in ("data", "models") for row in list_of(answer, name)]
    found = {model.id: model for row in rows if (model := _model(source.provider.id, row)) is not None}
    return sorted(found.values(), key=lambda model: model.id)


def check_key(source: CloudSource, cancel: Cancel) -> None:
    """Returns if the provider accepts the key; else the CloudError that says why not."""
    _get(source, check_request(source), cancel)


def _get(source: CloudSource, outgoing: Outgoing, cancel: Cancel) -> JsonObject | None:
    with source.exchange(outgoing) as opened:
        failure: e.CloudError
        try:
            opened.exchange.open({**opened.headers, "accept": "application/json"}, cancel, _ONCE)
            body = opened.exchange.read_all(_MOST_BYTES)
            return read_object(body)
        except HungUpError:
            return None
        except GarbledError:
            failure = failures.not_a_stream(opened.context, "", body)
        raise failure


def _model(provider: str, row: object) -> CloudModel | None:
    name = text_of(row, "id") or text_of(row, "name").removeprefix("models/")
    methods = list_of(row, "supportedGenerationMethods")
    if not name or (methods and "generateContent" not in methods):
        return None
    priced = prices.find(f"{provider}/{name}")
    counts = [_count(row, field) for field in ("context_length", "inputTokenLimit", "context_window")]
    counts += [_count(object_of(row, "top_provider"), "context_length"), priced.context if priced else None]
    return CloudModel(
        id=name,
        name=text_of(row, "display_name") or text_of(row, "displayName") or text_of(row, "name") or name,
        context=next((count for count in counts if count), None),
        input_usd_per_million=priced.input_usd_per_million if priced else None,
        output_usd_per_million=priced.output_usd_per_million if priced else None,
    )


def _count(row: object, name: str) -> int | None:
    value = row.get(name) if isinstance(row, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
