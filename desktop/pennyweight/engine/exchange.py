"""One answer's messages with the child, turned into the events of `domain.answer`."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pennyweight.domain.answer import (
    AnswerEvent,
    AnswerRequest,
    Finished,
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
from pennyweight.engine.causes import Phase, death
from pennyweight.engine.child import Child, Death, Mail
from pennyweight.engine.state import AnswerBrokenError, LoadStoppedError

STOP_GRACE_SECONDS = 10.0
"""A child that has not stopped by then is ended."""


class FaultBeforeTextError(Exception):
    """The child died before it said anything: the request can be tried again."""

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
    """One answer. `run` raises FaultBeforeTextError, AnswerBrokenError, or the KnownError the child told."""

    def __init__(self, child: Child, number: int, cancel: Cancel, watch: Stopwatch) -> None:
        self._child = child
        self._number = number
        self._cancel = cancel
        self._watch = watch
        self._first: float | None = None
        self._prompt = PromptProgress(0, 0, 0)
        self._tokens = 0
        self._ended = False

    @property
    def begun(self) -> bool:
        """The child has taken up the request; before that, its death had another reason."""
        return self._prompt.total > 0

    def run(self, request: AnswerRequest, seed: int) -> Iterator[AnswerEvent]:
        child, number = self._child, self._number
        box = child.mailbox(number)
        child.send(_generate(number, request, seed))
        forget_cancel = self._cancel.on_cancel(lambda: child.send(protocol.Stop(id=number)))
        try:
            while not self._ended:
                yield self._event(await_mail(child, box, self._cancel))
        finally:
            forget_cancel()
            if not self._ended:
                self._abandon(box)
            child.forget(number)

    def _event(self, mail: Mail) -> AnswerEvent:
        if isinstance(mail, protocol.Prompt):
            self._prompt = PromptProgress(mail.evaluated, mail.reused, mail.total)
            return self._prompt
        if isinstance(mail, protocol.Delta):
            self._tokens = mail.tokens
            self._first = self._first or self._watch.seconds
            return (ReasoningDelta if mail.reasoning else TextDelta)(mail.text, mail.tokens)
        self._ended = True
        if isinstance(mail, protocol.Finished):
            return self._finished(mail)
        if isinstance(mail, protocol.Failed):
            raise self.broken(mail.message) if self._tokens else failure(mail)
        if isinstance(mail, Death):
            if self._tokens == 0:
                raise FaultBeforeTextError(mail)
            raise self.broken(self._child.ended_because or death(mail.returncode, mail.log, Phase.ANSWERING))
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
        usage = UsageRecord(
            input_total=self._prompt.total,
            cache_read=self._prompt.reused,
            output_total=self._tokens,
            at=self._watch.at,
            usage_state=UsageState.PARTIAL,
        )
        timing = Timing(started_at=self._watch.at, first_token_seconds=self._first, total_seconds=self._watch.seconds)
        finished = Finished(
            reason=StopReason.FAILED, usage=usage, timing=timing, prompt_evaluated=self._prompt.evaluated
        )
        kept = "What it had written is kept." if self._tokens else ""
        return AnswerBrokenError(cause, kept=kept, advice="Ask again to try once more.", finished=finished)

    def _abandon(self, box: queue.SimpleQueue[Mail]) -> None:
        """Nobody listens any more: stop the child and wait until it has."""
        self._child.send(protocol.Stop(id=self._number))
        stopped = Cancel()
        stopped.cancel()
        while not isinstance(await_mail(self._child, box, stopped), protocol.Finished | protocol.Failed | Death):
            pass


def await_mail(child: Child, box: queue.SimpleQueue[Mail], cancel: Cancel) -> Mail:
    """The next message; a child that does not heed a stop is ended, so that this always returns."""
    deadline: float | None = None
    while True:
        try:
            return box.get(timeout=0.5)
        except queue.Empty:
            if cancel.cancelled:
                deadline = deadline or time.monotonic() + STOP_GRACE_SECONDS
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
