"""`pennyweight audit thrift|reprice|subscription|rows|project`: the same period from other sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.days import period_of, period_options
from pennyweight.cli.output import Progress, json_option, print_json, say, services, table, usd
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.meter.money import format_dollars, format_range, format_usd, usd_text
from pennyweight.meter.quantities import counted, format_tokens

if TYPE_CHECKING:
    from pennyweight.services.audit import AuditReport
    from pennyweight.services.audit_period import AuditPeriod
    from pennyweight.services.thrift import ChatThrift, NamedThrift, Saved
    from pennyweight.store.audit import Only


_HEADS = {"turn": "call", "input_total": "input", "resent": "re-sent", "output_total": "output"}


@click.command(name="thrift")
@period_options
@click.option("--chat", "conversation_id", help="Only this conversation, call by call.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="So many chats.")
@json_option
@click.pass_context
def thrift(
    context: click.Context,
    first: date | None,
    last: date | None,
    conversation_id: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """How much of each chat's input is sent again, and what a shorter history would have saved."""
    with services(context) as opened:
        if conversation_id is not None:
            found = opened.thrift.chat(conversation_id)
            if not found.turns:
                raise InputError(f"There is no call of a conversation {conversation_id!r}.")
            _print_chat(found, as_json)
            return
        period = period_of(opened.audit, first, last)
        sums = opened.audit.report(period).totals
        chats = opened.thrift.chats(opened.audit.lines(period, "conversation"), limit)
    if as_json:
        print_json(
            _days(period)
            | {
                "input_total": sums.input_total,
                "resent": sums.resent,
                "share_resent": round(sums.resent / sums.input_total, 4) if sums.input_total else 0.0,
                "chats": [{"title": chat.title} | _chat_fields(chat.thrift) for chat in chats],
            }
        )
        return
    share = sums.resent / sums.input_total if sums.input_total else 0.0
    click.echo(f"{period.title}: {share:.0%} of {format_tokens(sums.input_total)} input tokens had been sent before.")
    if chats:
        click.echo()
        table(
            [_chat_line(chat) for chat in chats],
            [("title", ""), ("calls", "calls"), ("input", "in"), ("share", "re-sent"), ("trim", "trimming saves"),
             ("summary", "a summary saves")],
        )  # fmt: skip


def _chat_line(chat: NamedThrift) -> dict[str, str]:
    found = chat.thrift
    return {
        "title": chat.title,
        "calls": f"{len(found.turns):,}",
        "input": format_tokens(found.input_total),
        "share": f"{found.share_resent:.0%}",
        "trim": f"{format_tokens(found.trim.tokens)} ({format_usd(found.trim.cloud_nano)} of the bill)",
        "summary": f"{format_tokens(found.summarize.tokens)} ({format_usd(found.summarize.cloud_nano)} of the bill)",
    }


def _print_chat(found: ChatThrift, as_json: bool) -> None:
    turns = [
        {
            "turn": turn.number,
            "source": turn.source,
            "model": turn.model,
            "input_total": turn.input_total,
            "new": turn.new,
            "resent": turn.resent,
            "share_resent": round(turn.share_resent, 4),
            "output_total": turn.output_total,
            "usd": usd(turn.cost_nano),
        }
        for turn in found.turns
    ]
    if as_json:
        print_json(_chat_fields(found) | {"turns": turns})
        return
    names = ("turn", "model", "input_total", "new", "resent", "output_total", "usd")
    table(turns, [(name, _HEADS.get(name, name)) for name in names])


def _chat_fields(found: ChatThrift) -> dict[str, Any]:
    return {
        "conversation_id": found.conversation_id,
        "calls": len(found.turns),
        "input_total": found.input_total,
        "resent": found.resent,
        "share_resent": round(found.share_resent, 4),
        "trim": _saved(found.trim),
        "summarize": _saved(found.summarize),
    }


def _saved(saved: Saved) -> dict[str, Any]:
    return {
        "tokens": saved.tokens,
        "billed_usd": usd(saved.cloud_nano),
        "equivalent_usd": usd(saved.equivalent_nano),
    }


@click.command(name="reprice")
@period_options
@click.option("--model", "models", multiple=True, help="PROVIDER/MODEL of the price table; repeat it.")
@json_option
@click.pass_context
def reprice(
    context: click.Context, first: date | None, last: date | None, models: tuple[str, ...], as_json: bool
) -> None:
    """The period's use at other models' list prices, call by call. The ledger stays as it is."""
    line = Progress()
    with services(context) as opened:
        period = period_of(opened.audit, first, last)
        report = opened.audit.report(period)
        chosen = models or tuple(one for one in opened.what_if.usual_models() if one != "local")
        total = max(1, report.totals.calls)
        try:
            rows = opened.reprice.at_prices_of(
                period, chosen, Cancel(), lambda done: line.show("Pricing", min(1.0, done / total))
            )
        finally:
            line.clear()
    if as_json:
        print_json(
            _days(period)
            | {"calls": report.totals.calls, "paid_usd": usd(_paid(report))}
            | {
                "rows": [
                    {
                        "model": row.model,
                        "name": row.name,
                        "calls": row.calls,
                        "usd": usd(row.expected_nano),
                        "usd_low": usd(row.low_nano),
                        "usd_high": usd(row.high_nano),
                        "unpriced_rows": row.unpriced_rows,
                    }
                    for row in rows
                ]
            }
        )
        return
    click.echo(f"{period.title}: {report.totals.calls:,} calls, paid {format_dollars(_paid(report))}.")
    table(
        [
            {
                "model": row.name,
                "usd": format_dollars(row.expected_nano),
                "band": format_range(row.low_nano, row.high_nano),
                "unpriced": f"{row.unpriced_rows:,} without a price" if row.unpriced_rows else "",
            }
            for row in rows
        ],
        [("model", "model"), ("usd", "would be"), ("band", "between"), ("unpriced", "")],
    )


def _paid(report: AuditReport) -> int:
    return report.totals.billed_nano + report.totals.electric_nano


@click.command(name="subscription")
@period_options
@click.option("--plan", help="The plan's price in dollars a month; it is kept.")
@json_option
@click.pass_context
def subscription(
    context: click.Context, first: date | None, last: date | None, plan: str | None, as_json: bool
) -> None:
    """A plan's price against what the same use costs when it is metered."""
    with services(context) as opened:
        if plan is not None:
            opened.subscription.set_plan(_amount(plan))
        period = period_of(opened.audit, first, last)
        check = opened.subscription.check(opened.audit.report(period), opened.audit.today())
    if as_json:
        print_json(
            _days(period)
            | {
                "plan_usd_per_month": usd_text(check.plan_usd),
                "months": usd_text(check.months),
                "plan_usd": usd(check.plan_nano),
                "metered_usd": usd(check.metered_nano),
                "metered_is_cheaper_by_usd": usd(check.metered_is_cheaper_by_nano),
                "calls": check.calls,
                "break_even_calls": check.break_even_calls,
                "unpriced_rows": check.unpriced_rows,
            }
        )
        return
    from pennyweight.services.exports_html import plan_words

    click.echo(f"A plan of ${usd_text(check.plan_usd)} a month, {period.title}: {plan_words(check)}.")
    if check.break_even_calls is not None:
        click.echo(f"It pays from {check.break_even_calls:,} calls such as these; there were {check.calls:,}.")
    if check.unpriced_rows:
        say(f"Not in this: {counted(check.unpriced_rows, 'call')} without a price.")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise InputError("A plan's price is a number of dollars a month, such as 20.") from error


@click.command(name="rows")
@period_options
@click.option("--only", type=click.Choice(["all", "unpriced", "estimated"]), default="all", show_default=True)
@click.option("--source", help="local, or a provider.")
@click.option("--model", help="As the ledger names it.")
@click.option("--task", help="ask, draft, summarize or rewrite.")
@click.option("--chat", "conversation_id", help="Of this conversation; empty: of none.")
@click.option("--project", help="With this project tag; empty: without one.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@click.pass_context
def rows(
    context: click.Context,
    first: date | None,
    last: date | None,
    only: Only,
    source: str | None,
    model: str | None,
    task: str | None,
    conversation_id: str | None,
    project: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """The ledger rows of a period, newest first: each with its rate card and where it came from."""
    from pennyweight.services.audit import cost_words, what_ran
    from pennyweight.services.exports_ledger import ledger_values
    from pennyweight.store.audit import RowFilter

    chosen = RowFilter(
        source=source, model=model, task=task, conversation_id=conversation_id, project=project, only=only
    )
    with services(context) as opened:
        if conversation_id:
            opened.conversations.require(conversation_id)
        period = period_of(opened.audit, first, last)
        if only == "unpriced":
            opened.meter.reprice(Cancel())
        found = opened.audit.rows(period, chosen, limit=limit)
    if as_json:
        values = [
            ledger_values(entry) | {"project": entry.project or None, "rate_card": entry.rate_card} for entry in found
        ]
        print_json(_days(period) | {"rows": values})
        return
    table(
        [
            {
                "at": f"{entry.at.astimezone():%Y-%m-%d %H:%M}",
                "model": what_ran(entry),
                "input": format_tokens(entry.usage.input_total),
                "output": format_tokens(entry.usage.output_total),
                "cost": cost_words(entry),
                "state": "" if entry.usage.usage_state == "reported" else entry.usage.usage_state,
                "origin": entry.origin,
            }
            for entry in found
        ],
        [("at", "time"), ("model", "model"), ("input", "in"), ("output", "out"), ("cost", "cost"), ("state", ""),
         ("origin", "from")],
    )  # fmt: skip


@click.command(name="project")
@click.argument("conversation_id", required=False)
@click.argument("name", required=False)
@json_option
@click.pass_context
def project(context: click.Context, conversation_id: str | None, name: str | None, as_json: bool) -> None:
    """The project tags in use; the tag of one conversation; with a NAME, tag it so ("" takes the tag off)."""
    with services(context) as opened:
        chats = opened.conversations
        if conversation_id is None:
            names = list(chats.projects())
            print_json({"projects": names}) if as_json else click.echo("\n".join(names))
            return
        chats.require(conversation_id)
        if name is not None:
            chats.set_project(conversation_id, name)
        tag = chats.project(conversation_id)
    if as_json:
        print_json({"conversation_id": conversation_id, "project": tag or None})
    else:
        click.echo(tag or "No project.")


def _days(period: AuditPeriod) -> dict[str, Any]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


VERBS = (thrift, reprice, subscription, rows, project)
