"""`pennyweight what-if`: what a task would cost, run many times."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.output import json_option, print_json, say, services, table
from pennyweight.meter.money import format_dollars, significant, usd_text
from pennyweight.meter.quantities import format_span

if TYPE_CHECKING:
    from pennyweight.services.what_if import WhatIfRow


@click.command(name="what-if")
@click.option("--input", "input_tokens", type=click.IntRange(0), required=True, help="Input tokens of one run.")
@click.option("--output", "output_tokens", type=click.IntRange(0), required=True, help="Output tokens of one run.")
@click.option("--runs", type=click.IntRange(1), required=True, help="How many runs.")
@click.option("--model", "models", multiple=True, help="PROVIDER/MODEL of the price table, or local; repeat it.")
@json_option
@click.pass_context
def command(
    context: click.Context, input_tokens: int, output_tokens: int, runs: int, models: tuple[str, ...], as_json: bool
) -> None:
    """Per run and in total at list price and on this computer; once, if what a run makes is kept and used again."""
    from pennyweight.services.what_if import Scenario

    with services(context) as opened:
        rows = opened.what_if.rows(Scenario(input_tokens, output_tokens, runs), models)
    if as_json:
        print_json(
            {
                "input_tokens": input_tokens,
                "output_tokens": output_tokens,
                "runs": runs,
                "rows": [_fields(row) for row in rows],
            }
        )
        return
    table(
        [_line(row) for row in rows],
        [("model", "model"), ("run", "per run"), ("total", f"{runs:,} runs"), ("time", "time"),
         ("asset", "as an asset"),
         ("basis", "")],
    )  # fmt: skip
    for row in rows:
        if row.problem:
            say(f"{row.name}: {row.problem}")


def _fields(row: WhatIfRow) -> dict[str, Any]:
    return {
        "model": row.model,
        "name": row.name,
        "per_run_usd": _usd(row.per_run_usd),
        "total_usd": _usd(row.total_usd),
        "asset_usd": _usd(row.asset_usd),
        "per_run_usd_low": _usd(row.per_run_low_usd),
        "per_run_usd_high": _usd(row.per_run_high_usd),
        "hardware_per_run_usd": _usd(row.hardware_per_run_usd),
        "seconds_per_run": row.seconds_per_run,
        "seconds": row.seconds,
        "watts": row.watts,
        "basis": row.basis,
        "price_source": row.price_source,
        "rate_card": row.rate_card,
        "problem": row.problem,
    }


def _usd(usd: Decimal | None) -> str | None:
    """Fifteen digits: more would be the noise of a division."""
    return None if usd is None else usd_text(significant(usd, 15))


def _line(row: WhatIfRow) -> dict[str, str]:
    return {
        "model": row.name,
        "run": format_dollars(row.per_run_nano),
        "total": format_dollars(row.total_nano),
        "time": "" if row.seconds is None else format_span(row.seconds),
        "asset": f"{format_dollars(row.per_run_nano)} once" if row.per_run_nano is not None else "",
        "basis": row.basis if row.model == "local" else "",
    }
