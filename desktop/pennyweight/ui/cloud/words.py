"""The words of the sheet before something is sent. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pennyweight.meter.money import format_range, format_usd
from pennyweight.meter.quantities import format_tokens
from pennyweight.services.budgets import BudgetView
from pennyweight.services.comparison import Statistics
from pennyweight.services.escalation import History, HistoryOption, Kind, Preview, PriceRange

_KINDS = {
    Kind.KEY: ("key", "keys"),
    Kind.IBAN: ("IBAN", "IBANs"),
    Kind.CARD: ("card number", "card numbers"),
    Kind.EMAIL: ("e-mail address", "e-mail addresses"),
    Kind.PHONE: ("phone number", "phone numbers"),
    Kind.ADDRESS: ("postal address", "postal addresses"),
    Kind.WORD: ("word of your list", "words of your list"),
    Kind.TEXT: ("text like a placeholder", "texts like a placeholder"),
}
_SHOWN_CHARACTERS = 34


def counted(number: int, what: str) -> str:
    """ "1 message", "2 messages"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def kind_name(kind: Kind, number: int = 1) -> str:
    names = _KINDS.get(kind, (str(kind), f"{kind}s"))
    return names[0] if number == 1 else names[1]


def models_of(previews: Sequence[Preview]) -> dict[tuple[str, str], list[Preview]]:
    """The previews of each model, by its provider's name and its own; a batch has several for each."""
    found: dict[tuple[str, str], list[Preview]] = {}
    for preview in previews:
        found.setdefault((preview.provider_name, preview.model_name), []).append(preview)
    return found


def leaves(previews: Sequence[Preview]) -> str:
    """ "Leaves this computer: 1 message, 1 file (clause.txt), about 452 tokens." """
    first = previews[0]
    if all(preview.local for preview in previews):
        head = "Goes to a server on this computer: "
    else:
        head = "Leaves this computer: "
    models = len(models_of(previews))
    if len(previews) > models:
        tokens = format_tokens(sum(preview.input_tokens for preview in previews))
        return f"{head}{counted(len(previews), 'request')}, about {tokens} tokens in all."
    parts = [counted(first.messages, "message")]
    if first.files:
        parts.append(f"{counted(len(first.files), 'file')} ({', '.join(first.files)})")
    parts.append(f"about {format_tokens(first.input_tokens)} tokens")
    where = f", to each of the {len(previews)}" if len(previews) > 1 else ""
    return head + ", ".join(parts) + where + "."


def title(previews: Sequence[Preview]) -> str:
    names = list(dict.fromkeys(preview.provider_name for preview in previews))
    joined = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    prompts = len(previews) // len(models_of(previews))
    return f"Send {'this' if prompts == 1 else f'{prompts:,} prompts'} to {joined}?"


def short_value(value: str) -> str:
    flat = " ".join(value.split())
    return flat if len(flat) <= _SHOWN_CHARACTERS else f"{flat[: _SHOWN_CHARACTERS - 1]}…"


def range_text(price: PriceRange) -> str:
    """ "0.14¢ to 0.31¢"; "no price known" where the table does not know the model."""
    if price.low_nano is None or price.high_nano is None:
        return "no price known"
    return format_range(price.low_nano, price.high_nano)


def expected_text(price: PriceRange) -> str:
    return "no price known" if price.expected_nano is None else f"about {format_usd(price.expected_nano)}"


def basis(price: PriceRange) -> str:
    """Where the length of the answer comes from."""
    span = f"{format_tokens(price.low_output)} to {format_tokens(price.high_output)} tokens of answer"
    if price.samples:
        return f"{span}, from {counted(price.samples, 'answer')} of yours."
    return f"{span}, a rule of thumb until you have asked more."


def total(previews: Sequence[Preview]) -> PriceRange:
    """All requests together; unpriced as soon as one of them is."""
    prices = [preview.price for preview in previews]

    def add(values: list[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None

    return PriceRange(
        low_nano=add([price.low_nano for price in prices]),
        expected_nano=add([price.expected_nano for price in prices]),
        high_nano=add([price.high_nano for price in prices]),
        samples=min(price.samples for price in prices),
        low_output=sum(price.low_output for price in prices),
        expected_output=sum(price.expected_output for price in prices),
        high_output=sum(price.high_output for price in prices),
    )


def least_left(previews: Sequence[Preview]) -> BudgetView | None:
    """The budget among theirs that has the least left."""
    budgets = [preview.budget for preview in previews if preview.budget is not None]
    return min(budgets, key=lambda budget: budget.left_nano, default=None)


def over_budget(previews: Sequence[Preview]) -> bool:
    """Whether all of them together may cost more than a budget has left."""
    high, budget = total(previews).high_nano, least_left(previews)
    return high is not None and budget is not None and high > budget.left_nano


def record(row: Statistics) -> str:
    """What the person's own choices say about asking for this kind of work."""
    share, span = f"{row.share * 100:.0f}%", f"{row.low * 100:.0f}–{row.high * 100:.0f}%"
    said = (
        f"In {counted(row.compared, 'comparison')} of yours ({row.task}), the local answer was good enough in {share}"
    )
    return f"{said} (95% interval {span}): {row.advice}."


def history_name(option: HistoryOption) -> str:
    if option.kind is History.LAST_TURN:
        return "Only the question"
    if option.kind is History.CHOSEN:
        return "Chosen messages…"
    if option.kind is History.SUMMARY:
        return "The question and a summary made here"
    return f"The whole chat ({counted(option.messages, 'message')})"


def history_price(option: HistoryOption) -> str:
    return f"{format_tokens(option.input_tokens)} in · {expected_text(option.price)}"
