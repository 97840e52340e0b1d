"""The text of one answer on its way into the database: every half second, and whole at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.errors import KnownError, StoreError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.services.events import AnswerDone, AnswerFailed, MeterLine
from pennyweight.store import Store, UnsavedAnswerError

EVERY_SECONDS = 0.5
_AFTER_FAILURE_SECONDS = 5.0
"""A try at a locked database takes seconds, in which the answer stands still."""


class AnswerWriter:
    """The message must be in the database, STREAMING.

    A disk that is full or locked does not end the answer: what is written at its end counts, and where that cannot be
    either, it is `unsaved`: the store keeps it until it can.
    """

    def __init__(self, store: Store, message: Message, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._text = [message.text]
        self._reasoning = [message.reasoning]
        self._unfinished = ""
        self._anew = False
        self._next_at = 0.0
        self.message = message
        self.unsaved: UnsavedAnswerError | None = None

    @property
    def text(self) -> str:
        return "".join(self._text)

    def add(self, text: str = "", reasoning: str = "") -> None:
        if text and self._anew:
            self._text, self._unfinished, self._anew = [], "", False
        if text:
            self._text.append(text)
        if reasoning:
            self._reasoning.append(reasoning)
        if self._clock() >= self._next_at:
            self._flush()

    def finish_part(self, text: str, unfinished: str, rows: Sequence[LedgerEntry]) -> None:
        """`text` instead of all text so far, and the rows of the calls that are done, in one transaction.

        `unfinished` says that the text is not the answer; it becomes the message's note if nothing better follows.
        """
        self._text, self._unfinished = [text], unfinished
        self._next_at = self._clock() + EVERY_SECONDS
        with suppress(StoreError):  # its rows come again, with those of the next part
            self._store.conversations.finish_part(self.message.id, text, unfinished, rows)

    def begin_anew(self) -> None:
        """What follows replaces the text so far, which stays until the first piece arrives."""
        self._anew = True

    def _flush(self) -> None:
        began = self._clock()
        try:
            self._store.conversations.append_text(
                self.message.id,
                text=self.text,
                reasoning="".join(self._reasoning),
                state=MessageState.STREAMING,
                note=self._unfinished,
            )
        except StoreError:
            self._next_at = self._clock() + _AFTER_FAILURE_SECONDS
        else:
            self._next_at = began + EVERY_SECONDS

    def finish(self, state: MessageState, rows: Sequence[LedgerEntry], note: str = "") -> Message:
        """The end of the answer and its ledger rows (those of finished parts are there already), in one transaction.

        Returns the message as it is to be shown.
        """
        if self._unfinished:
            why = "Stopped." if state is MessageState.STOPPED else note
            note = f"{why} {self._unfinished}".strip()
        self.message = replace(
            self.message, text=self.text.strip(), reasoning="".join(self._reasoning).strip(), state=state, note=note
        )
        try:
            self._store.conversations.finish_answer(self.message, rows)
        except UnsavedAnswerError as error:
            self.unsaved, self.message = error, error.message
        return self.message

    def done(self, line: MeterLine | None) -> AnswerDone | AnswerFailed:
        """The last event of an answer that came to its end, after `finish`: one that could not be saved has failed."""
        return AnswerDone(self.message, line) if self.unsaved is None else self.failed(line, self.unsaved)

    def failed(self, line: MeterLine | None, error: KnownError) -> AnswerFailed:
        return AnswerFailed(self.message, line, error, unsaved=self.unsaved is not None)
