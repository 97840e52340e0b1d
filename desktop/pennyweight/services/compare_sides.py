"""One side of a comparison: an answer that belongs to no chat yet. Runs in a thread of its own and tells events."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from pennyweight.domain.answer import AnswerRequest, LoadProgress, ReasoningDelta, StopReason, TextDelta
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.comparison import Side
from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.errors import KnownError, StoreError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.model import ModelInfo
from pennyweight.domain.progress import Progress
from pennyweight.engine.state import LoadStoppedError
from pennyweight.meter.local_cost import electricity_usd
from pennyweight.meter.money import decimal_to_nano
from pennyweight.services.answer_writer import EVERY_SECONDS
from pennyweight.services.answering import Parts, too_long
from pennyweight.services.bookkeeping import entry_for, rates_of
from pennyweight.services.budgets import BudgetService
from pennyweight.services.cloud_call import BUDGET_NOTE, CloudCall
from pennyweight.services.comparison import CompareEvent, SideDelta, SideDone, SideFailed, SideLive, SideStatus
from pennyweight.services.context_plan import plan_context
from pennyweight.services.escalation import Preview
from pennyweight.services.model_call import ModelCall
from pennyweight.services.turns import groups
from pennyweight.store import Store

if TYPE_CHECKING:
    from pennyweight.cloud.source import CloudSource

_EVERY_SECONDS = 0.1
_BUG_NOTE = "Something went wrong inside Pennyweight. What had arrived is kept."
Tell = Callable[[CompareEvent], None]


class Answerer(Protocol):
    """Answers the question for one side."""

    call: ModelCall | None
    entry: LedgerEntry | None
    note: str

    def run(self, write: Callable[[str, str], None], status: Progress) -> None: ...

    def cost_so_far(self) -> int | None: ...


@dataclass(slots=True)
class SideRun:
    """Runs an answerer, tells what happens, and returns the side as it ended."""

    parts: Parts
    position: int
    side: Side
    answerer: Answerer
    tell: Tell
    keep: Callable[[Side], None]
    """Takes what there is of the answer while it is written, every half second."""

    def run(self) -> Side:
        """Never raises a KnownError: it becomes a `SideFailed`. The ledger row is written whatever happens.

        Where it cannot be written, that is told as a failure too, with the whole text; the record of a cloud call
        stays then (`CallRecord`), and is booked when this process has ended.
        """
        text: list[str] = []
        thoughts: list[str] = []
        told_at, kept_at = 0.0, -EVERY_SECONDS

        def write(piece: str, reasoning: str) -> None:
            nonlocal told_at, kept_at
            text.append(piece)
            thoughts.append(reasoning)
            if piece or reasoning:
                self.tell(SideDelta(self.position, piece, reasoning))
            now = time.monotonic()
            if now - told_at >= _EVERY_SECONDS:
                told_at = now
                self._live()
            if (piece or reasoning) and now - kept_at >= EVERY_SECONDS:
                kept_at = now
                with suppress(StoreError):  # the answer is being paid for: what is written at its end counts
                    self.keep(replace(self.side, text="".join(text), reasoning="".join(thoughts)))

        failure: KnownError | None = None
        try:
            self.answerer.run(write, lambda said, share: self.tell(SideStatus(self.position, said, share)))
        except LoadStoppedError:
            pass
        except KnownError as error:
            failure = error
        except BaseException:
            self._end(text, thoughts, MessageState.FAILED, _BUG_NOTE)
            raise
        if failure is not None:
            side, _ = self._end(text, thoughts, MessageState.FAILED, failure.sentence)
        else:
            side, failure = self._end(text, thoughts, self._state(), self.answerer.note)
        self.tell(SideDone(self.position, side) if failure is None else SideFailed(self.position, side, failure))
        return side

    def _state(self) -> MessageState:
        call = self.answerer.call
        result = call.result if call is not None else None
        stopped = result is None or result.reason is StopReason.STOPPED
        return MessageState.STOPPED if stopped else MessageState.COMPLETE

    def _live(self) -> None:
        call = self.answerer.call
        if call is None:
            return
        usage = call.usage_so_far()
        self.tell(
            SideLive(
                position=self.position,
                input_total=usage.input_total,
                output_total=usage.output_total,
                seconds=call.seconds,
                first_token_seconds=call.first_token_seconds,
                cost_nano=self.answerer.cost_so_far(),
            )
        )

    def _end(
        self, text: list[str], thoughts: list[str], state: MessageState, note: str
    ) -> tuple[Side, StoreError | None]:
        """The side as it ended, and why its row could not be written, where it could not."""
        entry, unwritten = self.answerer.entry, None
        if entry is not None:
            try:
                self.parts.store.ledger.add([entry])
            except StoreError as error:
                unwritten = error
                note = " ".join(
                    part for part in (note, "What it has used is not in the books yet.", error.sentence) if part
                )
        side = replace(
            self.side, text="".join(text).strip(), reasoning="".join(thoughts).strip(), state=state, note=note
        )
        if entry is not None:
            side = replace(
                side,
                input_total=entry.usage.input_total,
                output_total=entry.usage.output_total,
                reasoning_tokens=entry.usage.reasoning,
                seconds=entry.seconds,
                first_token_seconds=entry.first_token_seconds,
                cost_nano=entry.local.electric_nano if entry.local is not None else entry.billed_nano,
                joules=entry.energy.joules if entry.energy is not None else None,
            )
        return side, unwritten


class LocalAnswerer:
    """The engine; waits for its turn, since one answer at a time has the energy to itself."""

    def __init__(self, parts: Parts, model: ModelInfo, question: Message, side: Side, cancel: Cancel) -> None:
        self._parts = parts
        self._model = model
        self._question = question
        self._side = side
        self._cancel = cancel
        self._rates = rates_of(parts.settings.get(), parts.store)
        self.call: ModelCall | None = None
        self.entry: LedgerEntry | None = None
        self.note = ""

    def run(self, write: Callable[[str, str], None], status: Progress) -> None:
        turn, source = self._parts.turn, self._parts.source
        while not turn.acquire(timeout=0.1):
            if self._cancel.cancelled:
                return
        try:
            if self._cancel.cancelled:
                return
            status(f"Loading {self._model.name}", None)
            source.load(self._model.id, self._cancel, lambda share: status(f"Loading {self._model.name}", share))
            self._answer(write)
        finally:
            turn.release()

    def _answer(self, write: Callable[[str, str], None]) -> None:
        source, task = self._parts.source, self._question.task
        loaded = source.loaded
        if loaded is None:
            return
        recipe = self._parts.recipes[task]
        counter = self._parts.counters.exact(loaded)
        found = groups([self._question], {each.task: each for each in self._parts.recipes})
        plan = plan_context(recipe.system, found, counter, max_output=recipe.sampling.max_output_tokens)
        if plan.overflow:
            raise too_long(plan, counter.window, task)
        sampling = replace(recipe.sampling, max_output_tokens=plan.max_output)
        request = AnswerRequest(turns=plan.turns, model=self._model.id, sampling=sampling)
        self.call = ModelCall(source, request, prompt_tokens=plan.input_tokens)
        events = self.call.run(self._parts.power, source.process_id(), self._cancel)
        try:
            for event in events:
                if isinstance(event, TextDelta):
                    write(event.text, "")
                elif isinstance(event, ReasoningDelta):
                    write("", event.text)
                elif not isinstance(event, LoadProgress):
                    write("", "")
        finally:
            events.close()
            result = self.call.result
            if result is not None and result.ran:
                message = replace(self._question, id=self._side.id)
                self.entry = entry_for(result, self._rates, message=message, task=task, model_id=self._model.id)

    def cost_so_far(self) -> int | None:
        sample = self.call.sample() if self.call is not None else None
        return None if sample is None else decimal_to_nano(electricity_usd(sample.joules, self._rates.usd_per_kwh))


class CloudAnswerer:
    """A provider, with the preview that the person said yes to."""

    def __init__(
        self,
        store: Store,
        preview: Preview,
        source: CloudSource,
        budgets: BudgetService,
        question: Message,
        side: Side,
        cancel: Cancel,
    ) -> None:
        self.preview = preview
        self._cancel = cancel
        self._cloud = CloudCall(
            store,
            preview,
            source,
            budgets,
            task=question.task.value,
            conversation_id=question.conversation_id,
            message_id=side.id,
        )
        self.call: ModelCall | None = self._cloud.call
        self.note = ""

    @property
    def entry(self) -> LedgerEntry | None:
        return self._cloud.entry

    @entry.setter
    def entry(self, entry: LedgerEntry | None) -> None:
        self._cloud.entry = entry

    def run(self, write: Callable[[str, str], None], status: Progress) -> None:
        status(f"Waiting for {self.preview.provider_name}", None)
        pieces = self._cloud.run(self._cancel)
        try:
            for piece in pieces:
                write(piece.text, piece.reasoning)
        finally:
            pieces.close()
        self.note = BUDGET_NOTE if self._cloud.over_budget else ""

    def cost_so_far(self) -> int | None:
        return self._cloud.nano_so_far
