"""`pennyweight price`: what a usage object, as the provider reports it, costs at list price."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from pennyweight.cli.output import json_option, print_json, say, standard_input
from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.charge import charge
from pennyweight.meter.money import decimal_to_nano, format_usd, usd_text
from pennyweight.meter.usage import as_utc


@click.command(name="price")
@click.option("--provider", required=True, help="As in the price table: openai, anthropic, google, …")
@click.option("--model", required=True, help="The model's name at that provider.")
@click.option("--usage", required=True, help='The usage object as JSON; "-" reads standard input.')
@click.option("--at", "at_text", help="When the request was made, ISO 8601 (default: now; without a zone: UTC).")
@click.option("--service-tier", help="The tier that was served, where the usage object does not say it.")
@json_option
def command(
    provider: str, model: str, usage: str, at_text: str | None, service_tier: str | None, as_json: bool
) -> None:
    """The price of one request, and the record it was worked out from."""
    found = charge(provider, model, _usage(usage), _at(at_text), service_tier=service_tier)
    listed = found.listed
    if listed.problem:
        say(listed.problem)
    if as_json:
        print_json(
            {
                "usd": None if found.usd is None else usd_text(found.usd),
                "listed_usd": None if listed.usd is None else usd_text(listed.usd),
                "billed_usd": None if found.billed_usd is None else usd_text(found.billed_usd),
                "record": _record(found.record),
                "matched_model": listed.matched_model,
                "exact": listed.exact,
                "price_source": listed.price_source,
                "rate_card": listed.rate_card,
                "problem": listed.problem,
            }
        )
    else:
        click.echo(format_usd(None if found.usd is None else decimal_to_nano(found.usd)))


def _usage(text: str) -> dict[str, Any]:
    source = standard_input().read() if text == "-" else text
    try:
        usage = json.loads(source)
    except (ValueError, RecursionError) as error:  # ValueError also for a number of thousands of digits
        raise InputError("The usage is not JSON.") from error
    if not isinstance(usage, dict):
        raise InputError("The usage is not usable: it must be an object with names and numbers.")
    return usage


def _at(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"{text!r} is not a time such as 2026-11-20T12:00:00Z.") from error


def _record(record: UsageRecord) -> dict[str, Any]:
    values = asdict(record)
    values["at"] = record.at.isoformat() if record.at is not None else None
    values["usage_state"] = record.usage_state.value
    return values
