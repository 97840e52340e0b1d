"""`pennyweight keys …`: API keys, addresses, budgets and the lock. A key is never an argument."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from pennyweight.cli.answer import stopped_by_signals
from pennyweight.cli.output import json_of, on_terminal, print_json, say, services, standard_input, table, usd
from pennyweight.domain.errors import InputError
from pennyweight.meter.money import decimal_to_nano, format_usd
from pennyweight.services.providers import WayOut

_LONGEST = 8192


_list_fields = json_of("keyring, egress, keys[provider, state, name, address, own_address]")
_key_fields = json_of("provider, state")


@click.group(name="keys", invoke_without_command=True)
@_list_fields
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Keys of the providers, and what else decides over the way to them: addresses, budgets, the lock.

    Without a command: list the keys. docs/keys.md has examples.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_command, as_json=as_json)
    elif as_json:
        raise click.UsageError(f"Write --json after {context.invoked_subcommand}.")


@command.command(name="list", short_help="Which providers have a key, and where it is kept.")
@_list_fields
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> None:
    """Which providers have a key, and where it is kept. Shows no key."""
    with services(context) as opened:
        state, sentence = opened.keys.keyring()
        rows: list[dict[str, Any]] = [
            {
                "provider": entry.id,
                "state": entry.kept_in or ("not needed" if not entry.key_needed else "none"),
                "name": entry.name,
                "address": entry.address,
                "own_address": entry.own_address,
            }
            for entry in opened.keys.list()
        ]
        egress = opened.egress.state().value
    if as_json:
        print_json({"keyring": state, "egress": egress, "keys": rows})
        return
    table(rows, [("provider", "provider"), ("state", "key"), ("address", "address")])
    say(sentence)
    locked = "Offline: nothing leaves this computer." if egress == "offline" else "Each request to a provider is asked."
    say(locked)


@command.command(name="set", short_help="Keep a key, from a prompt or from standard input.")
@click.argument("provider")
@_key_fields
@click.pass_context
def set_command(context: click.Context, provider: str, as_json: bool) -> None:
    """Keep the key of PROVIDER, from a prompt or from standard input. The first key takes the lock off: each request
    is then asked about."""
    key = _key_from(provider)
    with services(context) as opened:
        kept_in = opened.keys.set(provider, key)
        sentence = opened.keys.keyring()[1]
    if kept_in == "session":
        raise InputError(f"The key was not kept: {sentence} This program ends now.")
    if as_json:
        print_json({"provider": provider, "state": kept_in})
    else:
        say(f"The key for {provider} is in the keyring.")


def _key_from(provider: str) -> str:
    if on_terminal(sys.stdin):
        return str(click.prompt(f"Key for {provider}", hide_input=True, err=True)).strip()
    return standard_input().read(_LONGEST).strip()


@command.command(name="remove", short_help="Forget a key.")
@click.argument("provider")
@_key_fields
@click.pass_context
def remove_command(context: click.Context, provider: str, as_json: bool) -> None:
    """Forget the key of PROVIDER."""
    with services(context) as opened:
        removed = opened.keys.remove(provider)
    if as_json:
        print_json({"provider": provider, "state": "removed" if removed else "none"})
    else:
        say(f"The key for {provider} was removed." if removed else f"There was no key for {provider}.")


@command.command(name="test", short_help="Ask a provider whether it accepts the key.")
@click.argument("provider")
@json_of("provider, accepted")
@click.pass_context
def test_command(context: click.Context, provider: str, as_json: bool) -> None:
    """Ask PROVIDER whether it accepts the key. This sends a request, free of charge."""
    with services(context) as opened, stopped_by_signals() as cancel:
        opened.keys.test(provider, cancel)
    if as_json:
        print_json({"provider": provider, "accepted": True})
    else:
        say(f"{provider} accepts the key.")


@command.command(name="models", short_help="Models of a provider with their prices.")
@click.argument("provider")
@click.option("--fetch", is_flag=True, help="Ask the provider for its list. This sends a request, free of charge.")
@json_of("provider, models[id, context, input_usd_per_million, output_usd_per_million]")
@click.pass_context
def models_command(context: click.Context, provider: str, fetch: bool, as_json: bool) -> None:
    """Models of PROVIDER with their prices, in US dollars per million tokens."""
    with services(context) as opened, stopped_by_signals() as cancel:
        found = opened.keys.fetch_models(provider, cancel) if fetch else opened.keys.known_models(provider)
    rows = [
        {
            "id": model.id,
            "context": model.context,
            "input_usd_per_million": _decimal(model.input_usd_per_million),
            "output_usd_per_million": _decimal(model.output_usd_per_million),
        }
        for model in found
    ]
    if as_json:
        print_json({"provider": provider, "models": rows})
        return
    shown = [row | {key: "unpriced" for key in row if key.endswith("million") and row[key] is None} for row in rows]
    table(shown, [("id", "model"), ("input_usd_per_million", "input"), ("output_usd_per_million", "output")])


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


@command.command(name="address", short_help="Ask a provider at another address; name your own server.")
@click.argument("provider")
@click.argument("url", default="")
@json_of("provider, address, own_address")
@click.pass_context
def address_command(context: click.Context, provider: str, url: str, as_json: bool) -> None:
    """Ask PROVIDER at another address (`own-server` is any OpenAI-compatible server); without URL at its own again."""
    with services(context) as opened:
        opened.keys.set_address(provider, url)
        entry = next(entry for entry in opened.keys.list() if entry.id == provider)
    if as_json:
        print_json({"provider": provider, "address": entry.address, "own_address": entry.own_address})
    else:
        say(f"{provider} is asked at {entry.address}.")


@command.command(name="network", short_help="Proxy and certificates.")
@click.option("--proxy", help='"http://host:port", "direct" for none, "" for what the environment says.')
@click.option("--ca-file", help='Certificates to trust in addition (PEM), "" for none.')
@json_of("proxy, ca_file")
@click.pass_context
def network_command(context: click.Context, proxy: str | None, ca_file: str | None, as_json: bool) -> None:
    """How requests leave this computer; without options show it."""
    with services(context) as opened:
        way = opened.keys.way_out()
        way = WayOut(way.proxy if proxy is None else proxy, way.ca_file if ca_file is None else ca_file)
        if proxy is not None or ca_file is not None:
            opened.keys.set_way_out(way)
    if as_json:
        print_json({"proxy": way.proxy, "ca_file": way.ca_file})
    else:
        say(f"Proxy: {way.proxy or 'as the environment says'}. Own certificates: {way.ca_file or 'none'}.")


@command.command(name="budget", short_help="What the cloud may cost in a month.")
@click.argument("amount", default="")
@click.option("--provider", default="", help="For one provider only.")
@json_of("budgets[provider, month, cap_usd, spent_usd, left_usd, state]")
@click.pass_context
def budget_command(context: click.Context, amount: str, provider: str, as_json: bool) -> None:
    """The cap of a month in US dollars ("10", "2.50", "none"); without AMOUNT show what is set. A raise is noted in
    the ledger."""
    with services(context) as opened:
        if amount:
            opened.budgets.set(provider, _cap(amount))
        found = opened.budgets.all()
    if as_json:
        rows = [
            {
                "provider": view.provider or None,
                "month": view.month,
                "cap_usd": usd(view.cap_nano),
                "spent_usd": usd(view.spent_nano),
                "left_usd": usd(view.left_nano),
                "state": view.state.value,
            }
            for view in found
        ]
        print_json({"budgets": rows})
        return
    for view in found:
        whose = view.provider or "all providers"
        say(f"{whose}: {format_usd(view.left_nano)} of {format_usd(view.cap_nano)} left for {view.month}.")
    if not found:
        say("No budget is set.")


def _cap(amount: str) -> int | None:
    if amount == "none":
        return None
    try:
        dollars = Decimal(amount.removeprefix("$"))
    except InvalidOperation:
        raise InputError(f"{amount} is not an amount of dollars.") from None
    if not dollars.is_finite() or dollars < 0:
        raise InputError(f"{amount} is not an amount of dollars.")
    return decimal_to_nano(dollars)


@command.command(name="lock", short_help="Put the lock on (Offline) or take it off (Ask first).")
@click.argument("state", type=click.Choice(["on", "off"]))
@json_of("egress")
@click.pass_context
def lock_command(context: click.Context, state: str, as_json: bool) -> None:
    """Put the lock on (nothing leaves this computer), or take it off (each request is asked about)."""
    with services(context) as opened:
        if state == "on":
            opened.egress.go_offline()
        else:
            opened.egress.ask_first()
        egress = opened.egress.state().value
    if as_json:
        print_json({"egress": egress})
    else:
        say("Offline: nothing leaves this computer." if state == "on" else "Each request to a provider is asked about.")
