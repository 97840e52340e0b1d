"""A call to a provider as it is kept on disk while it runs, for the case that this process does not live to book it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from pennyweight.domain.errors import StoreError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.store import Store

EVERY_SECONDS = 0.5


class CallRecord:
    """`begin` before anything is sent, `sending` from the wire, `update` while it streams; then the call is booked
    under `call_id`, which ends the record in the same transaction, or the record is dropped.
    """

    def __init__(
        self,
        store: Store,
        call_id: str,
        row: Callable[[], LedgerEntry],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`row` makes the ledger row that the call would get if it ended at this moment."""
        self.call_id = call_id
        self._running = store.running
        self._row = row
        self._clock = clock
        self._sent = False
        self._held = 0
        self._output = 0
        self._written_at = 0.0

    def begin(self, held_nano: int) -> None:
        """StoreError if it cannot be kept: then nothing may be sent."""
        self._held = held_nano
        self._put()

    def sending(self, sent: bool) -> None:
        """True just before the request leaves: StoreError if that cannot be kept, and it must not leave then.

        False once it is known that the provider turned it down or never got it.
        """
        if sent == self._sent:
            return
        self._sent = sent
        if sent:
            self._put()
        else:
            with suppress(StoreError):  # it is dropped at the end, or stays the estimate of one that was sent
                self._put()

    def update(self, held_nano: int, output_tokens: int, *, now: bool = False) -> None:
        """What it has used so far: written twice a second, and each time the answer has grown to twice its length, for
        a burst may be followed by a long silence. Where it cannot be written, what was written before stands.
        """
        self._held = held_nano
        late = self._clock() - self._written_at >= EVERY_SECONDS
        if now or late or output_tokens >= 2 * self._output > 0 or (output_tokens and not self._output):
            self._output = output_tokens
            with suppress(StoreError):
                self._put()

    def drop(self) -> None:
        """It will have no row: nothing was sent, or the provider turned it down."""
        with suppress(StoreError):  # then it goes when this process is gone: it was not sent
            self._running.drop(self.call_id)

    def _put(self) -> None:
        self._written_at = self._clock()
        self._running.put(self._row(), sent=self._sent, held_nano=self._held)
