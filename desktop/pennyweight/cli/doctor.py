"""`pennyweight doctor`: is everything in order?"""

from __future__ import annotations

import click

from pennyweight.cli.output import json_option, print_json, say, services


@click.command(name="doctor")
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Check engine, model, database, keyring, energy source and display. Exits with 1 if an answer is not possible."""
    with services(context) as opened:
        checks = opened.doctor.run()
    if as_json:
        print_json({"checks": [{"name": each.name, "ok": each.ok, "detail": each.detail} for each in checks]})
    else:
        for each in checks:
            click.echo(f"{'ok ' if each.ok else 'NO ' if each.essential else '-- '} {each.name:9} {each.detail}")
    broken = [each.name for each in checks if each.essential and not each.ok]
    if broken:
        say(f"Not in order: {', '.join(broken)}.")
        raise click.exceptions.Exit(1)
