"""The text of one answer on its way into the database: every half second, and whole at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.store import Store

EVERY_SECONDS = 0.5


class AnswerWriter:
    """The message must be in the database, STREAMING."""

    def __init__(self, store: Store, message: Message, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._text = [message.text]
        self._reasoning = [message.reasoning]
        self._unfinished = ""
        self._anew = False
        self._written_at = -EVERY_SECONDS
        self.message = message

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
        if self._clock() - self._written_at >= EVERY_SECONDS:
            self.flush()

    def finish_part(self, text: str, unfinished: str, rows: Sequence[LedgerEntry]) -> None:
        """`text` instead of all text so far, and the rows of the calls that are done, in one transaction.

        `unfinished` says that the text is not the answer; it becomes the message's note if nothing better follows.
        """
        self._text, self._unfinished = [text], unfinished
        self._written_at = self._clock()
        self._store.conversations.finish_part(self.message.id, text, unfinished, rows)

    def begin_anew(self) -> None:
        """What follows replaces the text so far, which stays until the first piece arrives."""
        self._anew = True

    def flush(self) -> None:
        self._written_at = self._clock()
        self._store.conversations.append_text(
            self.message.id,
            text=self.text,
            reasoning="".join(self._reasoning),
            state=MessageState.STREAMING,
            note=self._unfinished,
        )

    def finish(self, state: MessageState, rows: Sequence[LedgerEntry], note: str = "") -> Message:
        """The end of the answer and its ledger rows (those of finished parts are there already), in one transaction."""
        if self._unfinished:
            why = "Stopped." if state is MessageState.STOPPED else note
            note = f"{why} {self._unfinished}".strip()
        self.message = replace(
            self.message, text=self.text.strip(), reasoning="".join(self._reasoning).strip(), state=state, note=note
        )
        self._store.conversations.finish_answer(self.message, rows)
        return self.message
