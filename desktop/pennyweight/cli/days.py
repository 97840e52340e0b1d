"""`--from` and `--to`: local days, both included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pennyweight.services.audit_period import AuditPeriod

if TYPE_CHECKING:
    from pennyweight.services.audit import AuditService

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-11-21.", param, ctx)


def period_options(command: F) -> F:
    """Adds `first` and `last`."""
    last = click.option("--to", "last", type=Day(), help="Last day, included (default: today).")(command)
    return click.option(
        "--from",
        "first",
        type=Day(),
        help="First day, such as 2026-11-01 (default: the first of the last day's month).",
    )(last)


def period_of(audit: AuditService, first: date | None, last: date | None) -> AuditPeriod:
    """InputError if the days are the wrong way round."""
    today = audit.today()
    end = last or (today if first is None or first <= today else first)
    return AuditPeriod(first or end.replace(day=1), end, "month" if first is None and last is None else "custom")
