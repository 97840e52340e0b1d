"""One call to an answer source, with the energy it took. Whatever happens, `result` tells what was used."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from pennyweight.domain.answer import (
    AnswerEvent,
    AnswerRequest,
    AnswerSource,
    Finished,
    PromptProgress,
    ReasoningDelta,
    StopReason,
    TextDelta,
    Timing,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import ContextOverflowError, EngineError, KnownError
from pennyweight.domain.ledger import EnergyReading, EntryKind
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.engine.state import AnswerBrokenError, LoadStoppedError
from pennyweight.power import Sample

_UNTOLD = object()


class RunningMeter(Protocol):
    """What is needed of `power.Session`."""

    def sample(self) -> Sample | None: ...

    def end(self) -> EnergyReading: ...


class Power(Protocol):
    """What is needed of `PowerMeter`."""

    def begin(self, pid: int | None = None) -> RunningMeter: ...


class NoPower:
    """For work that is not done on this computer: its readings mean nothing and are not stored."""

    def begin(self, pid: int | None = None) -> NoPower:
        del pid
        return self

    def sample(self) -> None:
        return None

    def end(self) -> EnergyReading:
        return EnergyReading(joules=0, low=0, high=0, source="", measured=False, seconds=0, watts=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What one call gave and used. `ran` is False if the source did no work at all."""

    kind: EntryKind
    text: str
    reasoning: str
    reason: StopReason
    usage: UsageRecord
    timing: Timing
    evaluated: int
    energy: EnergyReading
    resent: int
    ran: bool
    billed_usd: str | None = None
    """What a provider says it billed; None where it does not say."""


class ModelCall:
    """Loop over `run(...)`; afterwards `result` is there, also after an error or an abandoned loop."""

    def __init__(
        self,
        source: AnswerSource,
        request: AnswerRequest,
        *,
        prompt_tokens: int,
        kind: EntryKind = "answer",
        resent: int = 0,
    ) -> None:
        self._source = source
        self._request = request
        self._prompt_tokens = prompt_tokens
        self._kind = kind
        self._resent = resent
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._progress = PromptProgress(0, 0, 0)
        self._output = 0
        self._reasoning_tokens = 0
        self._first_token_at: float | None = None
        self._began = time.monotonic()
        self._began_at = datetime.now(UTC)
        self._session: RunningMeter | None = None
        self.result: CallResult | None = None

    def run(self, power: Power, pid: int | None, cancel: Cancel) -> Generator[AnswerEvent, None, None]:
        """Raises the KnownError of the source; `result` is set before."""
        self._began = time.monotonic()
        self._began_at = datetime.now(UTC)
        self._session = power.begin(pid)
        try:
            for event in self._source.stream(self._request, cancel):
                self._note(event)
                if isinstance(event, Finished):
                    self._close(event)
                yield event
            if self.result is None:
                raise EngineError("The answer ended without an end.")
        except LoadStoppedError:
            self._close(self._guess(StopReason.STOPPED))
        except AnswerBrokenError as error:
            self._close(self._floored(error.finished))
            raise
        except ContextOverflowError:
            self._close(self._nothing())
            raise
        except KnownError as error:
            self._close(self._of_failure(error))
            raise
        finally:
            if self.result is None:  # the loop was abandoned, or a bug of ours
                self._close(self._guess(StopReason.STOPPED))

    # -- figures while it runs

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    @property
    def decode_rate(self) -> float | None:
        """Output tokens per second since the first one; None while that says nothing."""
        if self._first_token_at is None or self._output < 2:
            return None
        elapsed = time.monotonic() - self._first_token_at
        return (self._output - 1) / elapsed if elapsed > 0.05 else None

    def usage_so_far(self) -> UsageRecord:
        total = self._progress.total or (self._prompt_tokens if self._ran() else 0)
        return UsageRecord(
            input_total=total,
            cache_read=min(self._progress.reused, total),
            output_total=self._output,
            reasoning=self._reasoning_tokens,
            at=self._began_at,
            usage_state=UsageState.PARTIAL,
        )

    @property
    def output_tokens(self) -> int:
        return self._output

    @property
    def first_token_seconds(self) -> float | None:
        return None if self._first_token_at is None else self._first_token_at - self._began

    @property
    def evaluated(self) -> int:
        return self._progress.evaluated

    def so_far(self) -> CallResult:
        """As if it had ended at this moment without another word, its prompt with the source: an estimate."""
        finished = self._guess(StopReason.FAILED)
        if not finished.usage.input_total:
            usage = replace(finished.usage, input_total=max(1, self._prompt_tokens))
            finished = replace(finished, usage=usage)
        return self._result(finished, NoPower().end())

    def sample(self) -> Sample | None:
        return self._session.sample() if self._session is not None else None

    # -- keeping books

    def _note(self, event: AnswerEvent) -> None:
        if isinstance(event, PromptProgress):
            self._progress = event
        elif isinstance(event, TextDelta | ReasoningDelta):
            self._first_token_at = self._first_token_at or time.monotonic()
            fresh = max(0, event.output_tokens - self._output)
            if isinstance(event, ReasoningDelta):
                self._reasoning.append(event.text)
                self._reasoning_tokens += fresh
            else:
                self._text.append(event.text)
            self._output = max(self._output, event.output_tokens)

    def _of_failure(self, error: KnownError) -> Finished:
        """What the source says was used, where it says so (a cloud's None: nothing was); else a guess."""
        told = getattr(error, "finished", _UNTOLD)
        if isinstance(told, Finished):
            return self._floored(told)
        return self._nothing() if told is None and not self._ran() else self._guess(StopReason.FAILED)

    def _ran(self) -> bool:
        """Whether work had begun: the first batch of a prompt costs seconds before any token of it is counted."""
        return bool(self._progress.total or self._output or self._text or self._reasoning)

    def _close(self, finished: Finished) -> None:
        assert self._session is not None
        self.result = self._result(finished, self._session.end())

    def _result(self, finished: Finished, energy: EnergyReading) -> CallResult:
        usage = finished.usage if finished.usage.at is not None else replace(finished.usage, at=self._began_at)
        return CallResult(
            kind=self._kind,
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            reason=finished.reason,
            usage=usage,
            timing=finished.timing,
            evaluated=finished.prompt_evaluated,
            energy=energy,
            resent=min(self._resent, usage.input_total),
            ran=self._ran() or finished.prompt_evaluated > 0 or usage.output_total > 0,
            billed_usd=finished.billed_usd,
        )

    def _guess(self, reason: StopReason) -> Finished:
        """From the events so far, where the source could not tell: an estimate, never zero for work that was done."""
        first = None if self._first_token_at is None else self._first_token_at - self._began
        timing = Timing(
            started_at=self._began_at,
            first_token_seconds=first,
            prefill_seconds=first or 0.0,
            decode_seconds=0.0 if first is None else self.seconds - first,
            total_seconds=self.seconds,
        )
        usage = replace(self.usage_so_far(), usage_state=UsageState.ESTIMATED)
        return self._floored(
            Finished(reason=reason, usage=usage, timing=timing, prompt_evaluated=self._progress.evaluated)
        )

    def _floored(self, finished: Finished) -> Finished:
        usage = finished.usage
        if not self._ran() or (usage.input_total > 0 and (usage.output_total > 0 or not self._text)):
            return finished
        output = usage.output_total or max(1, len("".join(self._text + self._reasoning)) // 4)
        usage = replace(
            usage,
            input_total=usage.input_total or max(1, self._prompt_tokens),
            output_total=output if self._text or self._reasoning else usage.output_total,
            usage_state=UsageState.ESTIMATED,
        )
        return replace(finished, usage=usage)

    def _nothing(self) -> Finished:
        timing = Timing(started_at=self._began_at, total_seconds=self.seconds)
        return Finished(
            reason=StopReason.FAILED, usage=UsageRecord(at=self._began_at), timing=timing, prompt_evaluated=0
        )
