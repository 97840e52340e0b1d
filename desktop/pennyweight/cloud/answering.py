"""One answer from an open exchange: events out, and a closing record whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import httpx

from pennyweight.cloud import errors as e
from pennyweight.cloud import failures
from pennyweight.cloud.exchange import Exchange, HungUpError
from pennyweight.cloud.limits import RetryPolicy
from pennyweight.cloud.tally import Tally
from pennyweight.cloud.wire.base import Decoder, GarbledError, Piece, ProviderSaidError
from pennyweight.cloud.wire.sse import EventTooLargeError, SseParser
from pennyweight.domain.answer import (
    AnswerEvent,
    Finished,
    ReasoningDelta,
    StopReason,
    TextDelta,
    Timing,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.money import usd_text
from pennyweight.meter.usage import billed_usd

_STREAM_TYPES = ("text/event-stream", "text/plain", "application/octet-stream", "")


class Answering:
    """Carries the state of one answer."""

    def __init__(self, decoder: Decoder, tally: Tally, at: datetime, clock: Callable[[], float]) -> None:
        self._decoder = decoder
        self._tally = tally
        self._at = at
        self._clock = clock
        self._started = clock()
        self._first: float | None = None

    def events(
        self,
        exchange: Exchange,
        context: failures.Context,
        headers: Mapping[str, str],
        cancel: Cancel,
        retry: RetryPolicy,
    ) -> Iterator[AnswerEvent]:
        """Deltas, then `Finished`; or the error, with a `finished` of its own if something may be billed."""
        failure: e.CloudError | None = None
        stopped = False
        try:
            asked = {**headers, "accept": "text/event-stream", "content-type": "application/json"}
            response = exchange.open(asked, cancel, retry)
            yield from self._pieces(exchange, response, context)
        except HungUpError:
            stopped = True
        except e.CloudError as error:
            failure = error
        if stopped:
            yield self._finished(StopReason.STOPPED, sent=exchange.sent)
            return
        if failure is None:
            failure = self._missing(context)
        if failure is None:
            yield self._finished(self._decoder.outcome.stop or StopReason.END, sent=True)
            return
        if exchange.sent:
            failure.finished = self._finished(StopReason.FAILED, sent=True)
        raise failure

    def _pieces(self, exchange: Exchange, response: httpx.Response, context: failures.Context) -> Iterator[AnswerEvent]:
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in _STREAM_TYPES:
            beginning = exchange.beginning()
            exchange.check()
            unusable = failures.not_a_stream(context, content_type, beginning)
            if type(unusable) is not e.NotAStreamError:
                exchange.not_billed()
            raise unusable
        parser = SseParser()
        failure: e.CloudError | None = None
        try:
            for chunk in exchange.chunks():
                for event in parser.feed(chunk):
                    for piece in self._decoder.feed(event):
                        yield from self._prompt()  # what it costs first: it may be all that the budget allows
                        yield self._delta(piece)
                        exchange.check()
                    for told in self._prompt():
                        yield told
                        exchange.check()
                if self._decoder.outcome.ended:
                    return
        except ProviderSaidError as said:
            failure = failures.from_stream(context, said)
        except (GarbledError, EventTooLargeError):
            failure = failures.garbled(context)
        except (e.NetworkError, e.StreamError) as error:
            # a connection that breaks after the model's last word took nothing away
            failure = None if self._complete else error
        if failure is not None:
            raise failure

    @property
    def _complete(self) -> bool:
        outcome = self._decoder.outcome
        return outcome.ended or outcome.stop is not None

    def _missing(self, context: failures.Context) -> e.CloudError | None:
        """Why an answer that ended without a failure is none all the same."""
        if not self._complete:
            return failures.cut_off(context)
        if self._decoder.outcome.refused and not self._tally.has_text:
            return failures.from_stream(context, ProviderSaidError(code="content_filter"))
        return None

    def _prompt(self) -> Iterator[AnswerEvent]:
        """While there is something left to stop."""
        told = None if self._complete else self._tally.prompt(self._decoder.outcome)
        if told is not None:
            yield told

    def _delta(self, piece: Piece) -> AnswerEvent:
        if self._first is None:
            self._first = self._clock() - self._started
        count = self._tally.add(piece, self._decoder.outcome)
        return ReasoningDelta(piece.text, count) if piece.reasoning else TextDelta(piece.text, count)

    def _finished(self, reason: StopReason, *, sent: bool) -> Finished:
        outcome = self._decoder.outcome
        complete = reason not in (StopReason.STOPPED, StopReason.FAILED)
        usage = self._tally.record(outcome, complete=complete) if sent else self._tally.nothing()
        return Finished(
            reason=reason,
            usage=usage,
            timing=self._timing(),
            prompt_evaluated=usage.input_total - usage.cache_read,
            billed_usd=self._billed(usage),
        )

    def _billed(self, usage: UsageRecord) -> str | None:
        """What the provider says it billed, if it said so at the end."""
        told = self._decoder.outcome.usage
        if told is None or usage.usage_state != "reported":
            return None
        try:
            usd = billed_usd(self._tally.provider, told)
        except InputError:
            return None
        return None if usd is None else usd_text(usd)

    def _timing(self) -> Timing:
        total = self._clock() - self._started
        first = self._first
        return Timing(
            started_at=self._at,
            first_token_seconds=first,
            prefill_seconds=total if first is None else first,
            decode_seconds=0.0 if first is None else total - first,
            total_seconds=total,
        )
