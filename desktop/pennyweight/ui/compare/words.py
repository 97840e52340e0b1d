"""The words of Compare. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pennyweight.domain.comparison import Choice, Comparison, Earlier, Side
from pennyweight.domain.conversation import MessageState
from pennyweight.meter.money import format_usd
from pennyweight.meter.quantities import format_energy, format_seconds, format_tokens
from pennyweight.services.comparison import SideLive, Statistics
from pennyweight.services.escalation import Preview
from pennyweight.services.verdict_statistics import KeptShare
from pennyweight.ui.cloud.words import counted, expected_text, least_left, over_budget, range_text, total
from pennyweight.ui.widgets.parts import Part

_HALF = 0.5
_MOST_MARKS = 6
CHOICES = {
    Choice.LEFT: "Left is better",
    Choice.BOTH: "Both will do",
    Choice.NEITHER: "Neither",
    Choice.RIGHT: "Right is better",
}


def batch_price(prompts: int, sides: int, previews: Sequence[Preview]) -> str:
    """What a batch would send and cost, on one line."""
    head = f"{counted(prompts, 'prompt')} to {sides} models"
    if not previews:
        return f"{head}, all on this computer: nothing leaves it."
    price, budget = total(previews), least_left(previews)
    if price.expected_nano is None:
        money = "no price is known"
    else:
        money = f"{expected_text(price)} in the cloud ({range_text(price)})"
    left = f", {format_usd(budget.left_nano)} left of the budget for {budget.month}" if budget is not None else ""
    over = " It may run out before the last prompt; what is done then is kept." if over_budget(previews) else ""
    problem = next((f" {preview.problem}" for preview in previews if preview.problem), "")
    return f"{head}: {money}{left}.{problem or over}"


def side_line(side: Side) -> str:
    """ "52 out · 3.1 s · 0.001¢"."""
    money = "no price known" if side.cost_nano is None else format_usd(side.cost_nano)
    return f"{format_tokens(side.output_total)} out · {format_seconds(side.seconds)} · {money}"


def letter(position: int) -> str:
    """ "Answer A" while names are hidden."""
    return f"Answer {chr(ord('A') + position)}"


def side_parts(side: Side) -> list[Part]:
    """ "431 in · 52 out", "3.1 s", "first word 0.6 s", "55 J"."""
    reasoning = f" ({format_tokens(side.reasoning_tokens)} reasoning)" if side.reasoning_tokens else ""
    tokens = f"{format_tokens(side.input_total)} in · {format_tokens(side.output_total)} out{reasoning}"
    ended = side.state in (MessageState.COMPLETE, MessageState.STREAMING)
    if not ended and not side.is_local and side.input_total and side.cost_nano is None:  # else the cost says it
        tokens = f"{'at least' if side.output_total else 'about'} {tokens}, estimated"
    parts = [Part(tokens)]
    parts.append(Part(format_seconds(side.seconds)))
    if side.first_token_seconds is not None:
        parts.append(Part(f"first word {format_seconds(side.first_token_seconds)}"))
    if side.joules is not None:
        parts.append(Part(format_energy(side.joules)))
    return parts


def live_parts(live: SideLive) -> list[Part]:
    parts = [Part(f"{format_tokens(live.input_total)} in · {format_tokens(live.output_total)} out")]
    parts.append(Part(format_seconds(live.seconds)))
    if live.first_token_seconds is not None:
        parts.append(Part(f"first word {format_seconds(live.first_token_seconds)}"))
    return parts


def cost(side: Side) -> str:
    """ "0.001¢", "0.18¢ billed", "at least 0.02¢, estimated" of one that did not come to its end, "no price known"."""
    if side.cost_nano is None:
        return "" if side.is_local else "no price known"
    money = format_usd(side.cost_nano)
    if side.is_local:
        return money
    if side.state is MessageState.COMPLETE:
        return f"{money} billed"
    return f"{'at least' if side.output_total else 'about'} {money}, estimated"


def ending(side: Side) -> str:
    if side.state in (MessageState.COMPLETE, MessageState.STREAMING):
        return side.note
    return side.note or ("Stopped." if side.state is MessageState.STOPPED else "This answer failed.")


def prompt_line(comparison: Comparison) -> tuple[str, str]:
    """The prompt on one line, and what went along."""
    files = "".join(f" + {attachment.name}" for attachment in comparison.attachments)
    hidden = comparison.blind and comparison.choice is None  # the count would tell the tokenizer
    counts = [side.input_total for side in comparison.sides if side.input_total and not hidden]
    tokens = f", {format_tokens(counts[0])} tokens" if counts else ""
    return " ".join(comparison.prompt.split()), f"{files.strip()}{tokens}".strip(", ")


def verdict(comparison: Comparison) -> str:
    """ "Left is better: Claude" once a choice was made; "" before."""
    if comparison.choice is None:
        return ""
    kept = [comparison.sides[position] for position in comparison.kept if position < len(comparison.sides)]
    names = " and ".join(side.model_name or side.model for side in kept)
    return f"{CHOICES[comparison.choice]}{f': {names}' if names else ''}."


def when(comparison: Comparison) -> str:
    return comparison.at.astimezone().strftime("%d %b %Y, %H:%M")


def history_line(line: Earlier) -> tuple[str, str]:
    """The prompt, and "21 Nov 2026, 10:15 · Starter · Claude, no choice yet"; of a batch, how many prompts."""
    first = line.first
    title = " ".join(first.prompt.split())[:120] or "Files only"
    hidden = first.blind and line.chosen < line.prompts
    names = "names hidden" if hidden else " · ".join(side.model_name or side.model for side in first.sides)
    if first.batch:
        chosen = f"{line.chosen:,} of {line.prompts:,} chosen"
        return f"{counted(line.prompts, 'prompt')}: {title}", f"{when(first)} · batch · {names}, {chosen}"
    return title, f"{when(first)} · {verdict(first) or f'{names}, no choice yet'}"


def missing(row: Statistics) -> str:
    """Why there is no suggestion, and the fewest choices that would give one; "" where there is one."""
    if row.advice:
        return ""
    reason = "the interval holds 50%" if row.high >= _HALF else "neither is kept often enough"
    votes = "1 more choice" if row.more == 1 else f"{row.more:,} more choices, all for the same one"
    return f"no suggestion yet, {reason}: at least {votes}"


def why(row: Statistics) -> str:
    """What stands behind the suggestion."""
    who = "the local answer" if row.kind == "mixed" else f"the answer of {row.first_name}"
    if not row.advice:
        return f"{missing(row).capitalize()}."
    if row.low > _HALF:
        return f"The whole 95% interval lies above one half: {who} is usually good enough for you here."
    return f"The whole 95% interval lies below one half: {who} is usually not good enough here."


def since(statistics: Sequence[Statistics], choices: int | None = None) -> str:
    """ "64 comparisons since September". `choices`: how many there are, where the rows count some twice."""
    count = sum(row.compared for row in statistics) if choices is None else choices
    if not count or not statistics:
        return "no choices yet"
    first = min(row.since for row in statistics)
    return f"{count:,} comparison{'' if count == 1 else 's'} since {first.astimezone().strftime('%B')}"


def marks(shares: Sequence[KeptShare], names: Mapping[str, str]) -> str:
    """ "Of the local answers that you marked in chats, you kept: Ask, Starter: 4 of 5 (38–96%)"; "" for none."""
    if not shares:
        return ""
    each = (
        f"{share.task.capitalize()}, {names.get(share.model, share.model)}: {share.kept:,} of {share.judged:,}"
        f" ({share.low * 100:.0f}–{share.high * 100:.0f}%)"
        for share in shares[:_MOST_MARKS]
    )
    return f"Of the local answers that you marked in chats, you kept: {'; '.join(each)}."


def percent(share: float) -> str:
    return f"{share * 100:.0f}%"


def interval(row: Statistics) -> str:
    return f"{row.low * 100:.0f}–{row.high * 100:.0f}%"
