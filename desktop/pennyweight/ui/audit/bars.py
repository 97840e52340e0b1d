"""What a plot of bars shows. No pyqtgraph here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pennyweight.meter.money import format_usd
from pennyweight.services.audit import AuditRow
from pennyweight.services.audit_period import MONTHS
from pennyweight.services.thrift import ChatThrift, Turn
from pennyweight.ui.audit.words import day_hint, short, task_hint, turns_hint

Tick = tuple[int, str]
_NANO = 1e9
_LABELS = 16
_DAYS_BY_NAME = 70
_MOST_BARS = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """One value for each colour; `hint` is what hovering says."""

    values: tuple[float, ...]
    hint: str


def dollars(value: float) -> str:
    return format_usd(round(value * _NANO))


def tokens(value: float) -> str:
    return short(round(value))


def day_bars(days: Sequence[AuditRow]) -> list[Bar]:
    """Local work at the cloud's price, and what the cloud billed."""
    return [Bar((d.local.equivalent_nano / _NANO, d.sums.billed_nano / _NANO), day_hint(d)) for d in days]


def day_ticks(days: Sequence[AuditRow]) -> list[Tick]:
    """Every day or every second one; in long periods the months, or the years."""
    if len(days) <= _DAYS_BY_NAME:
        every = -(-len(days) // _LABELS) or 1
        return [(number, _day(day, number)) for number, day in enumerate(days) if number % every == 0]
    firsts = [(number, day.period.first) for number, day in enumerate(days) if day.period.first.day == 1]
    if len(firsts) <= _LABELS:
        return [(number, f"{MONTHS[first.month - 1][:3]} {first.year}") for number, first in firsts]
    return [(number, str(first.year)) for number, first in firsts if first.month == 1]


def _day(row: AuditRow, number: int) -> str:
    first = row.period.first
    return f"{first.day} {MONTHS[first.month - 1][:3]}" if first.day == 1 or number == 0 else str(first.day)


def task_bars(tasks: Sequence[AuditRow]) -> list[Bar]:
    """The same two for a kind of work, without imported logs: they do not say the task."""
    return [Bar((t.local.equivalent_nano / _NANO, t.here.billed_nano / _NANO), task_hint(t)) for t in tasks]


def task_ticks(tasks: Sequence[AuditRow]) -> list[Tick]:
    return [(number, task.label.capitalize()) for number, task in enumerate(tasks)]


def turn_groups(chat: ChatThrift) -> list[Sequence[Turn]]:
    """The turns, several to a bar where they are too many to be seen apart."""
    size = -(-len(chat.turns) // _MOST_BARS) or 1
    return [chat.turns[first : first + size] for first in range(0, len(chat.turns), size)]


def turn_bars(groups: Sequence[Sequence[Turn]]) -> list[Bar]:
    """Input tokens sent before, and new ones."""
    return [
        Bar((sum(t.input_total - t.new for t in group), sum(t.new for t in group)), turns_hint(group))
        for group in groups
    ]


def turn_ticks(groups: Sequence[Sequence[Turn]]) -> list[Tick]:
    every = -(-len(groups) // _LABELS) or 1
    return [(number, str(group[0].number)) for number, group in enumerate(groups) if number % every == 0]
