"""Summarizing a text longer than the context: in parts, then the part summaries together, as often as needed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pennyweight.domain.answer import ChatTurn, Sampling, StopReason
from pennyweight.domain.errors import EngineError
from pennyweight.domain.ledger import EntryKind
from pennyweight.domain.recipe import Recipe
from pennyweight.services.context_plan import output_reserve
from pennyweight.services.events import AskEvent, Status
from pennyweight.services.long_text import group_texts, split_text
from pennyweight.services.model_call import CallResult
from pennyweight.services.tokens import TURN_OVERHEAD, Counter
from pennyweight.services.turns import Request

_MARGIN = 8
"""Tokens that text and instruction may need more together than apart."""
_SMALLEST_PART = 32
_EMPTY_PARTS = 3
"""So many parts without a word of summary at the beginning, and the rest would be wasted work."""


OnParts = Callable[[str, int, int, bool], None]
"""The summaries so far as one text, how many parts are whole in them, of how many, and whether a piece of the next one
stands at their end."""


_FILLED = 0.8
"""How full a part is as a rule: a text is cut where a paragraph or a sentence ends."""


class Call(Protocol):
    """Makes one model call; `shown` streams its text into the answer."""

    def __call__(
        self, turns: tuple[ChatTurn, ...], sampling: Sampling, kind: EntryKind, shown: bool, status: Status, /
    ) -> Generator[AskEvent, None, CallResult]: ...


@dataclass(frozen=True, slots=True)
class Shape:
    """How a long text is going to be worked through."""

    parts: int
    calls: int


class LongSummary:
    """One long text. `budget` is how many tokens of it go into one call."""

    def __init__(self, recipe: Recipe, request: Request, counter: Counter) -> None:
        own = request.instruction != recipe.default_instruction
        self._part_instruction = recipe.part_instruction or recipe.default_instruction
        self._join_instruction = _join_with(recipe, request.instruction if own else "")
        self._recipe = recipe
        self._material = request.material
        self._counter = counter
        reserve = output_reserve(counter.window, recipe.sampling.max_output_tokens)
        longest = max((self._part_instruction, self._join_instruction), key=counter.text)
        self.budget = counter.window - reserve - self._frame(longest) - _MARGIN
        # At least four part summaries fit into one join, so that each round leaves fewer.
        self._part_output = max(16, min(reserve, self.budget // 4))
        self._reserve = reserve
        self._parts = self._empty = 0

    @property
    def possible(self) -> bool:
        """False where the window is too small for instruction and any text."""
        return bool(self._material) and self.budget >= _SMALLEST_PART

    @property
    def left_out(self) -> str:
        """A sentence where parts are not in the summary because the model wrote nothing about them."""
        return f"The model wrote nothing about {self._empty:,} of {self._parts:,} parts." if self._empty else ""

    def shape(self) -> Shape:
        """An estimate of the number of calls, without cutting."""
        tokens = self._counter.text(self._material)
        parts = 1 if tokens <= self.budget else max(2, round(tokens / max(1, self.budget) / _FILLED))
        calls, left = parts, parts
        fits = max(2, self.budget // max(1, min(self._part_output, self._recipe.expected_output_tokens)))
        while left > 1:
            left = -(-left // fits)
            calls += left
        return Shape(parts, calls)

    def run(
        self, call: Call, on_parts: OnParts, known: dict[str, str] | None = None
    ) -> Generator[AskEvent, None, StopReason]:
        """Make the calls; the last join is shown as the answer.

        After each other call `on_parts` gets what is to be kept should nothing follow. `known` are summaries of parts
        that were made before, by the text of the part; new ones are added.
        """
        known = {} if known is None else known
        yield Status("Cutting the text into parts…")
        parts = split_text(self._material, self.budget, self._counter.text)
        parts = [part for part in parts if part.strip()]
        sampling = replace(self._recipe.sampling, max_output_tokens=self._part_output)
        self._parts = len(parts)
        summaries: list[str] = []
        for index, part in enumerate(parts, 1):
            if part in known:
                summaries.append(known[part])
                continue
            meanwhile = summaries[-1] if summaries else ""
            status = Status(f"Summarizing part {index:,} of {len(parts):,}", (index - 1) / (len(parts) + 1), meanwhile)
            turns = self._turns(self._part_instruction, part.strip("\n"))
            result = yield from call(turns, sampling, "part", False, status)
            text = result.text.strip()
            stopped = result.reason is StopReason.STOPPED
            if text:
                summaries.append(text)
                if not stopped:
                    known[part] = text
            elif not stopped:
                self._empty += 1
                if self._empty == index == min(_EMPTY_PARTS, len(parts)):
                    raise _nothing_written(index, len(parts), thought=bool(result.reasoning))
            on_parts("\n\n".join(summaries), index - stopped, len(parts), stopped and bool(text))
            if stopped:
                return result.reason
        if not summaries:  # nothing but blanks in the text
            return StopReason.END
        return (yield from self._join(call, summaries, lambda text: on_parts(text, len(parts), len(parts), False)))

    def _join(
        self, call: Call, summaries: list[str], on_parts: Callable[[str], None]
    ) -> Generator[AskEvent, None, StopReason]:
        status = Status("Putting the parts together…")
        sampling = replace(self._recipe.sampling, max_output_tokens=self._part_output)
        while len(groups := group_texts(summaries, self.budget, self._counter.text)) > 1:
            joined: list[str] = []
            for index, group in enumerate(groups, 1):
                status = Status(f"Putting the parts together: {index:,} of {len(groups):,}")
                result = yield from call(self._join_turns(group), sampling, "join", False, status)
                if result.reason is StopReason.STOPPED:
                    return result.reason
                joined.append(result.text.strip() or "\n\n".join(group)[: 4 * self.budget // len(groups)])
                on_parts("\n\n".join([*joined, *(text for later in groups[index:] for text in later)]))
            summaries = joined
        final = replace(self._recipe.sampling, max_output_tokens=self._reserve)
        result = yield from call(self._join_turns(summaries), final, "join", True, status)
        return result.reason

    def _join_turns(self, summaries: Sequence[str]) -> tuple[ChatTurn, ...]:
        text = "\n\n".join(summaries)
        if self._counter.text(text) > self.budget:  # two overlong summaries: the start of each
            share = max(1, self.budget // max(1, len(summaries)) - 2)
            text = "\n\n".join(split_text(summary, share, self._counter.text)[0].strip() for summary in summaries)
        return self._turns(self._join_instruction, text)

    def _turns(self, instruction: str, text: str) -> tuple[ChatTurn, ...]:
        user = ChatTurn("user", f"{instruction}\n\n{text}")
        return (ChatTurn("system", self._recipe.system), user) if self._recipe.system else (user,)

    def _frame(self, instruction: str) -> int:
        """Tokens of everything around the text."""
        return self._counter.prompt(self._turns(instruction, "")) + TURN_OVERHEAD


def _join_with(recipe: Recipe, own_instruction: str) -> str:
    """The words for the last step: the person's own wish, after the sentence that says what the text is."""
    join = recipe.join_instruction or recipe.default_instruction
    if not own_instruction:
        return join
    head, dot, _ = join.partition(". ")
    return f"{head}. {own_instruction}" if dot else own_instruction


def _nothing_written(parts: int, total: int, *, thought: bool) -> EngineError:
    of_them = "any part" if parts == total else f"the first {parts} of {total:,} parts"
    instead = ": it only thought" if thought else ""
    other = "a model that thinks less" if thought else "another model"
    return EngineError(
        f"The model wrote no summary of {of_them} of the text{instead}.", advice=f"Choose {other}, and answer again."
    )
