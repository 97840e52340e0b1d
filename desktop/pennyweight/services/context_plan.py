"""What of a chat is sent: the system prompt and the newest turn always, older turns as far as they fit.

Old turns are left out in big steps: when the chat no longer fits, so many go that the rest fills about half of the
window. The start of the prompt then stays the same for several turns, and the engine can reuse what it has evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pennyweight.domain.answer import ChatTurn
from pennyweight.domain.conversation import Message
from pennyweight.services.tokens import TURN_OVERHEAD, Counter, least_tokens, sampled
from pennyweight.services.turns import Group, as_turns

KEEP_SHARE = 0.5
"""Of the prompt's room, what is kept when old turns are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPlan:
    turns: tuple[ChatTurn, ...]
    left_out: tuple[Message, ...]
    shortened: bool
    """An earlier question is sent without the text it was about, which fits into no prompt (it was read in parts)."""
    input_tokens: int
    resent_tokens: int
    """Of the input, what earlier requests of this chat had sent."""
    max_output: int
    """Output tokens that have room."""
    overflow: int
    """Tokens by which system prompt and newest turn alone are too long; 0 if they fit."""

    @property
    def left_out_sentence(self) -> str:
        return left_out_sentence(len(self.left_out), self.shortened)


def left_out_sentence(count: int, shortened: bool = False) -> str:
    if count == 0:
        return "The long text of an earlier message is not sent again, its answer is." if shortened else ""
    if count == 1:
        return "The oldest message of this chat does not fit into the context window and is not sent."
    return f"The {count} oldest messages of this chat do not fit into the context window and are not sent."


def output_reserve(window: int, max_output: int) -> int:
    """Tokens kept free for the answer: a quarter of the window, or what the recipe allows if that is less."""
    return max(1, min(max_output, window // 4))


def plan_context(
    system: str, groups: Sequence[Group], counter: Counter, *, max_output: int, again: bool = False
) -> ContextPlan:
    """Choose what is sent. `groups` end with the newest user turn; `again` says that it was answered before."""
    if not groups:
        raise ValueError("there is nothing to send")
    reserve = output_reserve(counter.window, max_output)
    room = counter.window - reserve
    least = least_tokens(groups[-1].text)
    if least > counter.window:  # counting some megabytes takes the model seconds, and would say the same
        tokens = max(least, sampled(counter, groups[-1].text).prompt(as_turns(system, groups[-1:])))
        return ContextPlan(
            turns=(),
            left_out=(),
            shortened=False,
            input_tokens=tokens,
            resent_tokens=0,
            max_output=1,
            overflow=tokens - room,
        )
    fixed = (counter.text(system) + TURN_OVERHEAD if system else 0) + TURN_OVERHEAD
    last = len(groups) - 1
    groups, costs, shortened = _without_long_texts(groups, counter, room - fixed)
    start = _first_kept(groups, costs, room - fixed)
    turns = as_turns(system, groups[start:])
    tokens = counter.prompt(turns)
    while tokens > room and start < last:
        start = _next_user(groups, start)
        turns = as_turns(system, groups[start:])
        tokens = counter.prompt(turns)
    sent_before = _sent_before(groups, costs, start, fixed, tokens, again)
    return ContextPlan(
        turns=turns,
        left_out=tuple(message for group in groups[:start] for message in group.messages),
        shortened=any(index >= start for index in shortened),
        input_tokens=tokens,
        resent_tokens=sent_before,
        max_output=max(1, min(max_output, counter.window - tokens)),
        overflow=max(0, tokens - room),
    )


def _without_long_texts(
    groups: Sequence[Group], counter: Counter, room: int
) -> tuple[list[Group], list[int], list[int]]:
    """The groups with their tokens; earlier texts that fit into no prompt fall away, so that their answers stay.

    The third list holds the indexes of the groups that were shortened.
    """
    kept: list[Group] = []
    costs: list[int] = []
    shortened: list[int] = []
    for index, group in enumerate(groups):
        may_go = bool(group.short) and index < len(groups) - 1
        tokens = least_tokens(group.text) if may_go else 0
        if tokens <= room:
            tokens = counter.text(group.text) + TURN_OVERHEAD
        if may_go and tokens > room:
            group = replace(group, text=group.short)
            tokens = counter.text(group.text) + TURN_OVERHEAD
            shortened.append(index)
        kept.append(group)
        costs.append(tokens)
    return kept, costs, shortened


def _first_kept(groups: Sequence[Group], costs: Sequence[int], room: int) -> int:
    """Walk through the chat as it went on, so that the step taken at an earlier turn is taken again at this one."""
    start, total = 0, 0
    for index, group in enumerate(groups):
        total += costs[index]
        if group.role != "user" or total <= room:
            continue
        while start < index and total > room * KEEP_SHARE:
            after = _next_user(groups, start)
            total -= sum(costs[start:after])
            start = after
    return start


def _next_user(groups: Sequence[Group], start: int) -> int:
    for index in range(start + 1, len(groups)):
        if groups[index].role == "user":
            return index
    return len(groups) - 1


def _sent_before(
    groups: Sequence[Group], costs: Sequence[int], start: int, fixed: int, tokens: int, again: bool
) -> int:
    """Everything up to the previous question had been sent; with `again` this very prompt had been."""
    if again:
        return tokens
    older = [index for index in range(start, len(groups) - 1) if groups[index].role == "user"]
    if not older:
        return 0
    return min(tokens, fixed + sum(costs[start : older[-1] + 1]))
