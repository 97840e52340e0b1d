"""Writing one answer of a provider into a chat: the same way as a local one, without load and energy."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator

from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.errors import KnownError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.services.answer_writer import AnswerWriter
from pennyweight.services.bookkeeping import line_of
from pennyweight.services.cloud_call import BUDGET_NOTE, CloudCall, Piece
from pennyweight.services.events import AnswerStarted, AskEvent, Delta, Live, Status
from pennyweight.store import Store

_BUG_NOTE = "Something went wrong inside Pennyweight. What had arrived is kept."
_LENGTH_NOTE = "The answer reached its length limit."
_EVERY_SECONDS = 0.1


class CloudAnswering:
    """`run` is its whole life; the message must be in the database, STREAMING. `pieces` is `call.run(cancel)`."""

    def __init__(
        self,
        store: Store,
        message: Message,
        call: CloudCall,
        pieces: Generator[Piece, None, None],
        provider_name: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer = AnswerWriter(store, message)
        self._call = call
        self._pieces = pieces
        self._provider_name = provider_name
        self._clock = clock
        self._told_at = -_EVERY_SECONDS

    def run(self) -> Iterator[AskEvent]:
        message = self._writer.message
        try:
            yield AnswerStarted(message)
            yield Status(f"Waiting for {self._provider_name}")
            yield from self._stream()
        except KnownError as error:
            self._finish(MessageState.FAILED, error.sentence)
            yield self._writer.failed(line_of(message.id, self._rows), error)
            return
        except GeneratorExit:
            self._finish(MessageState.STOPPED)
            raise
        except BaseException:
            self._finish(MessageState.FAILED, _BUG_NOTE)
            raise
        done = self._done()
        yield self._writer.done(line_of(done.id, self._rows))

    @property
    def _rows(self) -> list[LedgerEntry]:
        return [] if self._call.entry is None else [self._call.entry]

    def _stream(self) -> Iterator[AskEvent]:
        try:
            for piece in self._pieces:
                if piece.text or piece.reasoning:
                    self._writer.add(piece.text, piece.reasoning)
                    yield Delta(self._writer.message.id, piece.text, piece.reasoning)
                live = self._live()
                if live is not None:
                    yield live
        finally:
            self._pieces.close()

    def _done(self) -> Message:
        result = self._call.result
        reason = result.reason if result is not None else StopReason.STOPPED
        if reason is StopReason.STOPPED:
            return self._finish(MessageState.STOPPED, BUDGET_NOTE if self._call.over_budget else "")
        return self._finish(MessageState.COMPLETE, _LENGTH_NOTE if reason is StopReason.LENGTH else "")

    def _finish(self, state: MessageState, note: str = "") -> Message:
        self._pieces.close()  # the row of an abandoned call is made here
        return self._writer.finish(state, self._rows, note)

    def _live(self) -> Live | None:
        now = self._clock()
        if now - self._told_at < _EVERY_SECONDS:
            return None
        self._told_at = now
        call = self._call.call
        usage = call.usage_so_far()
        return Live(
            message_id=self._writer.message.id,
            input_total=usage.input_total,
            reused=0,
            evaluated=usage.input_total,
            output_total=usage.output_total,
            reasoning=usage.reasoning,
            seconds=call.seconds,
            tokens_per_second=call.decode_rate,
            joules=0.0,
            watts=0.0,
            energy_measured=False,
            energy_source="",
            local_nano=None,
            low=None,
            high=None,
            equivalent_nano=None,
            reference_name="",
            billed_nano=self._call.nano_so_far,
        )
