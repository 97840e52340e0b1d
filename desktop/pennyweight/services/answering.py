"""Writing one answer: load, plan, stream, store, meter. The person's message is in the database before this begins."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from pennyweight.domain.answer import (
    AnswerEvent,
    AnswerRequest,
    ChatTurn,
    LoadProgress,
    PromptProgress,
    ReasoningDelta,
    Sampling,
    StopReason,
    TextDelta,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Message, MessageState, Task
from pennyweight.domain.errors import ContextOverflowError, KnownError
from pennyweight.domain.ledger import EntryKind, LedgerEntry
from pennyweight.domain.model import ModelInfo
from pennyweight.domain.recipe import Recipe
from pennyweight.engine.state import LoadedModel, LoadStoppedError
from pennyweight.services import guards
from pennyweight.services.answer_writer import AnswerWriter
from pennyweight.services.bookkeeping import entry_for, line_of, rates_of
from pennyweight.services.context_plan import ContextPlan, plan_context
from pennyweight.services.counters import Counters, LocalSource
from pennyweight.services.events import AnswerDone, AnswerFailed, AnswerStarted, AskEvent, Delta, Status
from pennyweight.services.kept_parts import KeptParts
from pennyweight.services.live_meter import LiveMeter
from pennyweight.services.long_answer import LongSummary
from pennyweight.services.model_call import CallResult, ModelCall, Power
from pennyweight.services.progress import progress_of
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.settings import SettingsService
from pennyweight.services.turns import groups, request_of
from pennyweight.store import Store

_BUG_NOTE = "Something went wrong inside Pennyweight. What had been written is kept."
_END_NOTES = {
    StopReason.LENGTH: "The answer reached its length limit.",
    StopReason.REPEATING: "The model only repeated itself and was ended.",
}
_CHECKED_TASKS = (Task.DRAFT, Task.SUMMARIZE, Task.REWRITE)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an answer is made with."""

    store: Store
    source: LocalSource
    power: Power
    settings: SettingsService
    recipes: RecipeBook
    counters: Counters
    kept_parts: KeptParts
    turn: threading.Lock
    """Held while an answer is written: one at a time, so that each one's energy is its own."""


@dataclass(frozen=True, slots=True)
class Job:
    """`path` is the branch from the first message to the person's message that is to be answered."""

    path: tuple[Message, ...]
    model: ModelInfo
    seed: int | None = None
    again: bool = False
    """This very prompt was sent before."""
    goes_on: bool = False
    """An earlier answer did not come to its end: what it had of a long text is used."""

    @property
    def question(self) -> Message:
        return self.path[-1]


class Answering:
    """One answer. `run` is its whole life; the message must be in the database, STREAMING."""

    def __init__(self, parts: Parts, job: Job, message: Message, cancel: Cancel) -> None:
        self._parts = parts
        self._job = job
        self._cancel = cancel
        self._task = job.question.task
        self._recipe: Recipe = parts.recipes[self._task]
        self._writer = AnswerWriter(parts.store, message)
        self._rows: list[LedgerEntry] = []
        self._rates = rates_of(parts.settings.get(), parts.store)
        self._live = LiveMeter(message.id, self._rates, self._rows)
        self._reason = StopReason.END
        self._left_out = ""

    def run(self) -> Iterator[AskEvent]:
        message = self._writer.message
        try:
            yield AnswerStarted(message)
            yield from self._in_turn()
        except LoadStoppedError:
            self._reason = StopReason.STOPPED
        except KnownError as error:
            self._writer.finish(MessageState.FAILED, self._rows, error.sentence)
            yield self._writer.failed(line_of(message.id, self._rows), error)
            return
        except GeneratorExit:
            self._writer.finish(MessageState.STOPPED, self._rows)
            raise
        except BaseException:
            self._writer.finish(MessageState.FAILED, self._rows, _BUG_NOTE)
            raise
        yield self._done()

    def _done(self) -> AnswerDone | AnswerFailed:
        stopped = self._reason is StopReason.STOPPED
        state = MessageState.STOPPED if stopped else MessageState.COMPLETE
        done = self._writer.finish(state, self._rows, "" if stopped else self._note())
        return self._writer.done(line_of(done.id, self._rows))

    def _note(self) -> str:
        notes = [_END_NOTES.get(self._reason, ""), self._left_out]
        if self._task in _CHECKED_TASKS:
            source = "\n".join(
                "\n".join((message.text, *(file.text for file in message.attachments)))
                for message in self._job.path
                if message.role == "user"
            )
            notes.append(guards.note(source, self._writer.text))
        return " ".join(note for note in notes if note)

    def _in_turn(self) -> Iterator[AskEvent]:
        turn = self._parts.turn
        if not turn.acquire(blocking=False):
            yield Status("Waiting for another answer to end")
            while not turn.acquire(timeout=0.1):
                if self._cancel.cancelled:
                    self._reason = StopReason.STOPPED
                    return
        try:
            loaded = yield from self._load()
            yield from self._answer(loaded)
        finally:
            turn.release()

    def _load(self) -> Generator[AskEvent, None, LoadedModel]:
        model = self._job.model
        source = self._parts.source
        if self._cancel.cancelled:
            raise LoadStoppedError("Stopped.")
        loading = progress_of(lambda cancel, tell: source.load(model.id, cancel, tell), self._cancel)
        try:
            while True:
                yield Status(f"Loading {model.name}", next(loading))
        except StopIteration as done:
            loaded: LoadedModel = done.value
            return loaded
        finally:
            loading.close()

    def _answer(self, loaded: LoadedModel) -> Iterator[AskEvent]:
        counter = self._parts.counters.exact(loaded)
        found = groups(self._job.path, {recipe.task: recipe for recipe in self._parts.recipes})
        plan = plan_context(
            self._recipe.system,
            found,
            counter,
            max_output=self._recipe.sampling.max_output_tokens,
            again=self._job.again,
        )
        if plan.overflow:
            question, kept = self._job.question, self._parts.kept_parts
            long = LongSummary(self._recipe, request_of(question, self._recipe), counter)
            if self._task is not Task.SUMMARIZE or not long.possible:
                raise too_long(plan, counter.window, self._task)
            known = kept.of(question.id, loaded.id, anew=not self._job.goes_on)
            self._reason = yield from long.run(self._long_call, self._part_done, known)
            self._left_out = long.left_out
            if self._reason is not StopReason.STOPPED:
                kept.forget(question.id, loaded.id)
            return
        newest = found[-1].text
        self._parts.counters.learn(loaded.id, newest, counter.text(newest))
        sampling = replace(self._recipe.sampling, max_output_tokens=plan.max_output)
        result = yield from self._call(plan.turns, sampling, "answer", True, plan)
        self._reason = result.reason

    def _part_done(self, text: str, done: int, total: int, begun: bool) -> None:
        if not text:
            self._writer.finish_part("", "", self._rows)
            return
        note = "These are summaries of parts of the text, not the answer. Answer again for the summary of the whole."
        self._writer.finish_part(f"**{_parts_heading(done, total, begun)}**\n\n{text}", note, self._rows)

    def _long_call(
        self, turns: tuple[ChatTurn, ...], sampling: Sampling, kind: EntryKind, shown: bool, status: Status, /
    ) -> Generator[AskEvent, None, CallResult]:
        yield status
        if shown:
            self._writer.begin_anew()
        return (yield from self._call(turns, sampling, kind, shown, None, status))

    def _call(
        self,
        turns: tuple[ChatTurn, ...],
        sampling: Sampling,
        kind: EntryKind,
        shown: bool,
        plan: ContextPlan | None,
        status: Status | None = None,
    ) -> Generator[AskEvent, None, CallResult]:
        """One model call, streamed; its ledger row is kept whatever happens (the store gets it when the part ends)."""
        source, model = self._parts.source, self._job.model
        request = AnswerRequest(turns=turns, model=model.id, sampling=replace(sampling, seed=self._job.seed))
        resent = plan.resent_tokens if plan is not None else 0
        tokens = plan.input_tokens if plan is not None else source.count_prompt_tokens(turns, model.id)
        call = ModelCall(source, request, prompt_tokens=tokens, kind=kind, resent=resent)
        events = call.run(self._parts.power, source.process_id(), self._cancel)
        try:
            for event in events:
                yield from self._tell(event, shown, status)
                live = self._live.tell(call, resent)
                if live is not None:
                    yield live
        finally:
            events.close()
            if call.result is not None and call.result.ran:
                message, task = self._writer.message, self._task
                self._rows.append(entry_for(call.result, self._rates, message=message, task=task, model_id=model.id))
        assert call.result is not None
        return call.result

    def _tell(self, event: AnswerEvent, shown: bool, status: Status | None) -> Iterator[AskEvent]:
        if isinstance(event, TextDelta | ReasoningDelta):
            if shown:
                text = event.text if isinstance(event, TextDelta) else ""
                reasoning = "" if text else event.text
                self._writer.add(text, reasoning)
                yield Delta(self._writer.message.id, text, reasoning)
        elif isinstance(event, LoadProgress):
            yield Status(f"Loading {self._job.model.name}", event.fraction)
        elif isinstance(event, PromptProgress) and status is None:
            done = event.evaluated + event.reused
            if done < event.total:
                yield Status(_reading(done, event.total), done / event.total)


def _reading(done: int, total: int) -> str:
    """Before the first batch is through there is nothing to count yet."""
    return f"Reading {done:,} of {total:,} tokens" if done else f"Reading {total:,} tokens…"


def _parts_heading(done: int, total: int, begun: bool) -> str:
    """Above the summaries of `done` parts of `total`, and a piece of the next one where it was `begun`."""
    if done == total:
        return f"Summaries of all {total:,} parts, not put together yet"
    if not done:
        return f"The beginning of the summary of part 1 of {total:,}"
    return f"Summaries of {done:,} of {total:,} parts" + (", and the beginning of the next" if begun else "")


def too_long(plan: ContextPlan, window: int, task: Task) -> ContextOverflowError:
    """The newest turn does not fit; nothing was sent."""
    hint = "Shorten it, choose a model with a larger context window"
    if task is not Task.SUMMARIZE:
        hint += ", or use Summarize, which takes texts of any length"
    return ContextOverflowError(
        f"This text is about {plan.overflow:,} tokens too long for the model's context window of {window:,}.",
        kept="Nothing was sent.",
        advice=f"{hint}.",
    )
