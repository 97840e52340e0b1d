"""One answer's messages with the child, turned into the events of `domain.answer`."""

from __future__ import annotations

import queue
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime

from pennyweight.domain.answer import (
    AnswerEvent,
    AnswerRequest,
    Finished,
    LoadProgress,
    PromptProgress,
    ReasoningDelta,
    StopReason,
    TextDelta,
    Timing,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import ContextOverflowError, EngineError, KnownError
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.engine import protocol
from pennyweight.engine.child import Child, Death, Mail
from pennyweight.engine.state import AnswerBrokenError, LoadedModel, LoadStoppedError

HELLO_SECONDS = 60.0
"""A first start on a slow disk reads a lot."""
STOP_SECONDS = 0.1
"""How long a stopped answer waits for the child's own figures; then it ends with what was counted until then."""
GRACE_SECONDS = 3.0
"""A child that has still not stopped by then is ended."""
BEAT_SECONDS = 0.1
"""An answer tells at least this often that it goes on: a batch of a prompt takes seconds, and energy all the while."""
NO_RESPONSE = "The engine did not respond to Stop, so it was ended and is started again."


class ChildDiedError(Exception):
    """The child died before it had ended the answer."""

    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """When a request reached the engine, on the wall and on the monotonic clock."""

    at: datetime
    started: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def nothing(self, reason: StopReason) -> Finished:
        """The end of an answer that never began."""
        timing = Timing(started_at=self.at, total_seconds=self.seconds)
        return Finished(reason=reason, usage=UsageRecord(at=self.at), timing=timing, prompt_evaluated=0)


class Exchange:
    """One answer. `run` raises ChildDiedError, AnswerBrokenError, or the KnownError the child told."""

    def __init__(self, child: Child, number: int, cancel: Cancel, watch: Stopwatch) -> None:
        self._child = child
        self._number = number
        self._cancel = cancel
        self._watch = watch
        self._first: float | None = None
        self._prompt = PromptProgress(0, 0, 0)
        self._tokens = self._reasoned = 0
        self._begun = self._ended = False
        self._box: queue.SimpleQueue[Mail | None] = queue.SimpleQueue()

    @property
    def child(self) -> Child:
        return self._child

    @property
    def unsettled(self) -> bool:
        """The answer is over, but the child has not said so yet: see `settle`."""
        return self._begun and not self._ended

    @property
    def begun(self) -> bool:
        """The child has taken up the request; before that, its death had another reason."""
        return self._prompt.total > 0

    @property
    def has_text(self) -> bool:
        """Something was said: the request cannot be tried again unseen."""
        return self._tokens > 0

    def run(self, request: AnswerRequest, seed: int) -> Iterator[AnswerEvent]:
        """The events until the child's end of the answer, or until a stop that it does not answer at once."""
        child, number = self._child, self._number
        self._begun = True
        child.open_mailbox(number, self._box)
        child.send(_generate(number, request, seed))
        forget_cancel = self._cancel.on_cancel(self._stop)
        try:
            yield from self._events()
        finally:
            forget_cancel()
            if self._ended:
                child.forget(number)
            elif not self._cancel.cancelled:  # nobody listens any more
                self._stop()

    def _stop(self) -> None:
        self._child.send(protocol.Stop(id=self._number))
        self._box.put(None)  # wakes whoever waits

    def _events(self) -> Iterator[AnswerEvent]:
        deadline: float | None = None
        while not self._ended:
            if self._cancel.cancelled:
                deadline = deadline or time.monotonic() + STOP_SECONDS
                if time.monotonic() > deadline:
                    yield self._given_up()
                    return
            try:
                mail = self._box.get(timeout=BEAT_SECONDS / 4 if deadline else BEAT_SECONDS)
            except queue.Empty:
                if self.begun:
                    yield self._prompt
                continue
            if mail is not None:
                yield self._event(mail)

    def settle(self) -> bool:
        """Wait until the child has ended the answer that was given up. False if it had to be killed."""
        deadline = time.monotonic() + GRACE_SECONDS
        heeded = True
        try:
            while True:
                try:
                    mail = self._box.get(timeout=max(deadline - time.monotonic(), 0) if heeded else None)
                except queue.Empty:
                    heeded = False
                    self._child.ended_because = self._child.ended_because or NO_RESPONSE
                    self._child.kill()
                    continue
                if isinstance(mail, protocol.Finished | protocol.Failed | Death):
                    return heeded
        finally:
            self._child.forget(self._number)

    def _event(self, mail: Mail) -> AnswerEvent:
        if isinstance(mail, protocol.Prompt):
            self._prompt = PromptProgress(mail.evaluated, mail.reused, mail.total)
            return self._prompt
        if isinstance(mail, protocol.Delta):
            self._tokens, self._reasoned = mail.tokens, mail.reasoning_tokens
            self._first = self._first or self._watch.seconds
            return (ReasoningDelta if mail.reasoning else TextDelta)(mail.text, mail.tokens)
        self._ended = True
        if isinstance(mail, protocol.Finished):
            return self._finished(mail)
        if isinstance(mail, protocol.Failed):
            raise self.broken(mail.message) if self._tokens else failure(mail)
        if isinstance(mail, Death):
            raise ChildDiedError(mail)
        raise EngineError("The engine gave an answer that does not fit the question.")

    def _finished(self, mail: protocol.Finished) -> Finished:
        usage = UsageRecord(
            input_total=mail.prompt_tokens,
            cache_read=mail.reused,
            output_total=mail.output_tokens,
            reasoning=mail.reasoning_tokens,
            at=self._watch.at,
        )
        timing = Timing(
            started_at=self._watch.at,
            first_token_seconds=self._first,
            prefill_seconds=mail.prefill_seconds,
            decode_seconds=mail.decode_seconds,
            total_seconds=self._watch.seconds,
        )
        return Finished(reason=StopReason(mail.reason), usage=usage, timing=timing, prompt_evaluated=mail.evaluated)

    def broken(self, cause: str) -> AnswerBrokenError:
        """The error for an answer that broke off, with what was counted until then."""
        finished = self._counted(StopReason.FAILED)
        kept = "What it had written is kept." if self._tokens else ""
        return AnswerBrokenError(cause, kept=kept, advice="Ask again to try once more.", finished=finished)

    def _given_up(self) -> Finished:
        return self._counted(StopReason.STOPPED)

    def _counted(self, reason: StopReason) -> Finished:
        """What the child had told of its work until now."""
        usage = UsageRecord(
            input_total=self._prompt.total,
            cache_read=self._prompt.reused,
            output_total=self._tokens,
            reasoning=self._reasoned,
            at=self._watch.at,
            usage_state=UsageState.PARTIAL,
        )
        timing = Timing(started_at=self._watch.at, first_token_seconds=self._first, total_seconds=self._watch.seconds)
        return Finished(reason=reason, usage=usage, timing=timing, prompt_evaluated=self._prompt.evaluated)


def hello(child: Child, cancel: Cancel) -> protocol.Hello | Death:
    """A new child's first words. Raises EngineError if there are none, LoadStoppedError when cancelled."""
    deadline = time.monotonic() + HELLO_SECONDS
    while True:
        try:
            return child.wait_hello(BEAT_SECONDS / 2)
        except queue.Empty:
            late = time.monotonic() > deadline
            if cancel.cancelled or late:
                child.kill()
                child.close()
            if cancel.cancelled:
                raise LoadStoppedError("Loading was stopped.") from None
            if late:
                raise EngineError("The engine did not start within a minute.") from None


def progress_events(loading: Generator[float, None, LoadedModel]) -> Generator[AnswerEvent, None, LoadedModel]:
    """The same generator with its numbers as events."""
    try:
        while True:
            try:
                fraction = next(loading)
            except StopIteration as done:
                result: LoadedModel = done.value
                return result
            yield LoadProgress(fraction)
    finally:
        loading.close()


def await_mail(child: Child, box: queue.SimpleQueue[Mail], cancel: Cancel) -> Mail:
    """The next message about a load; a child that does not heed a stop is ended, so that this always returns."""
    deadline: float | None = None
    while True:
        try:
            return box.get(timeout=BEAT_SECONDS)
        except queue.Empty:
            if cancel.cancelled:
                deadline = deadline or time.monotonic() + STOP_SECONDS
                if time.monotonic() > deadline:
                    child.kill()


def failure(mail: protocol.Failed) -> KnownError:
    """What the child could not do, as an error for a person."""
    if mail.kind == "stopped":
        return LoadStoppedError(mail.message)
    if mail.kind == "overflow":
        return ContextOverflowError(
            mail.message, kept="Nothing was sent.", advice="Shorten it, or choose a larger context window."
        )
    advice = {
        "memory": "Close other programs, or choose a smaller model or context window.",
        "file": "",
        "unsupported": "Choose another model.",
    }.get(mail.kind, "")
    return EngineError(mail.message, advice=advice)


def _generate(number: int, request: AnswerRequest, seed: int) -> protocol.Generate:
    sampling = request.sampling
    return protocol.Generate(
        id=number,
        turns=tuple(protocol.Turn(turn.role, turn.text) for turn in request.turns),
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        min_p=sampling.min_p,
        repeat_penalty=sampling.repeat_penalty,
        max_output_tokens=sampling.max_output_tokens,
        seed=seed,
        stop=sampling.stop,
        stop_repeating=sampling.stop_repeating,
    )
