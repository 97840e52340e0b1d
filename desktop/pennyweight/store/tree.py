"""The messages of conversations as a tree, and the end of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.errors import StoreError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.store import codec, messages
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.handle import Database
from pennyweight.store.ledger import insert_entries
from pennyweight.store.problems import MissingRowError

INTERRUPTED_NOTE = "The program ended before this answer was finished."


def missing_conversation() -> MissingRowError:
    return MissingRowError("That chat is not in the database any more.")


class UnsavedAnswerError(StoreError):
    """The end of an answer could not be written. It is kept, and written as soon as the database can be."""

    def __init__(self, message: Message, why: StoreError) -> None:
        super().__init__(
            f"This answer is not saved yet. {why.what}",
            kept="It is kept here while Pennyweight runs, and saved with what it used as soon as that is possible.",
            advice=why.advice,
        )
        self.message = replace(message, note=f"{message.note} {self.sentence}".strip())
        """As it is to be shown meanwhile."""


@dataclass(frozen=True, slots=True)
class _End:
    """The end of an answer and its ledger rows, as a change."""

    message: Message
    entries: Sequence[LedgerEntry]
    now: str

    def __call__(self, db: Database) -> None:
        message = self.message
        if not messages.update(db, message) and _exists(db, message.conversation_id):
            messages.insert(db, message)
        db.execute(
            "UPDATE conversations SET updated_at = max(updated_at, ?) WHERE id = ?",
            [self.now, message.conversation_id],
        )
        insert_entries(db, self.entries)


class MessageTree:
    """Edits and regenerations are branches: siblings share a parent, a branch is named by its leaf."""

    def __init__(self, readers: ReaderPool, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def _now(self) -> str:
        return codec.time_to_text(self._clock())

    def _change(
        self,
        sql: str,
        values: Sequence[object],
        missing: Callable[[], MissingRowError] = missing_conversation,
    ) -> None:
        def change(db: Database) -> None:
            if db.execute(sql, values).rowcount != 1:
                raise missing()

        self._writer.write(change)

    def add_message(self, message: Message) -> None:
        """Add it and make it the leaf that is shown. A STREAMING message belongs to this process from now on."""

        def add(db: Database) -> None:
            changed = db.execute(
                "UPDATE conversations SET leaf_id = ?, updated_at = max(updated_at, ?) WHERE id = ?",
                [message.id, codec.time_to_text(message.created_at), message.conversation_id],
            )
            if changed.rowcount != 1:
                raise missing_conversation()
            messages.insert(db, message)

        self._writer.write(add)

    def append_text(self, message_id: str, *, text: str, reasoning: str, state: MessageState, note: str = "") -> None:
        """Write the whole text so far."""
        self._change(
            "UPDATE messages SET text = ?, reasoning = ?, state = ?, note = ? WHERE id = ?",
            [codec.clean(text), codec.clean(reasoning), state.value, codec.clean(note), message_id],
            missing=messages.missing_message,
        )

    def finish_part(self, message_id: str, text: str, note: str, entries: Sequence[LedgerEntry]) -> None:
        """The text so far of a STREAMING answer, what is to be said of it should nothing follow, and the ledger rows
        of its calls that are done, in one transaction.

        Rows whose `dedup_key` is known are not added again. Raises MissingRowError, with nothing written, if the
        message is not there any more.
        """

        def finish(db: Database) -> None:
            values = [codec.clean(text), codec.clean(note), message_id]
            changed = db.execute("UPDATE messages SET text = ?, note = ? WHERE id = ?", values)
            if changed.rowcount != 1:
                raise messages.missing_message()
            insert_entries(db, entries)

        self._writer.write(finish)

    def finish_answer(self, message: Message, entries: Sequence[LedgerEntry]) -> None:
        """The end of an answer and its ledger rows, in one transaction.

        Rows whose `dedup_key` is known are not added again. If the chat was removed for good in the meantime, the
        message is dropped and the spend is still recorded. UnsavedAnswerError where it cannot be written now: until it
        can, the message is read as it ended.
        """
        end = _End(message, tuple(entries), self._now())
        try:
            self._writer.write_or_owe(end)
        except MissingRowError:
            raise
        except StoreError as error:
            raise UnsavedAnswerError(message, error) from error

    def get_message(self, message_id: str) -> Message:
        unsaved = self._unsaved()
        with self._readers.borrow() as db:
            return _ended([messages.get(db, message_id)], unsaved)[0]

    def path_to(self, leaf_id: str) -> list[Message]:
        """The branch that ends at `leaf_id`, oldest first."""
        unsaved = self._unsaved()
        with self._readers.borrow() as db:
            return _ended(messages.path(db, leaf_id), unsaved)

    def count_messages(self, conversation_id: str) -> int:
        """Of all branches together."""
        with self._readers.borrow() as db:
            found = db.execute("SELECT COUNT(*) FROM messages WHERE conversation_id = ?", [conversation_id])
            return int(found.fetchone()[0])

    def path_page(self, leaf_id: str, before: str | None = None, limit: int = 40) -> list[Message]:
        """The last `limit` messages of the branch, or the last ones above the message `before`; oldest first."""
        unsaved = self._unsaved()
        with self._readers.borrow() as db:
            end = leaf_id if before is None else messages.parent_of(db, before)
            return [] if end is None or limit <= 0 else _ended(messages.path(db, end, limit), unsaved)

    def unsaved_calls(self, message_id: str) -> Sequence[LedgerEntry] | None:
        """The ledger rows that are owed with the end of this answer; None where nothing of it is."""
        ends = [owed.work for owed in self._writer.owed if isinstance(owed.work, _End)]
        return next((end.entries for end in ends if end.message.id == message_id), None)

    def _unsaved(self) -> dict[str, Message]:
        """Asked for before the database is: what is written in between is the same in both."""
        ends = [(each.work, each.error) for each in self._writer.owed]
        unsaved = [UnsavedAnswerError(end.message, why).message for end, why in ends if isinstance(end, _End)]
        return {message.id: message for message in unsaved}

    def on_path(self, message_id: str, leaf_id: str) -> bool:
        """True if the message is on the branch that ends at `leaf_id`."""
        with self._readers.borrow() as db:
            return messages.on_path(db, message_id, leaf_id)

    def siblings(self, message_id: str) -> list[str]:
        """The message and its alternatives (same parent), in the order they were made."""
        with self._readers.borrow() as db:
            return messages.siblings(db, message_id)

    def descend(self, message_id: str) -> str:
        """The newest message below `message_id`, which is a leaf; itself if nothing is below."""
        with self._readers.borrow() as db:
            return messages.newest_below(db, message_id)

    def mark_interrupted(self) -> int:
        """STREAMING messages whose process is gone become INTERRUPTED; returns how many. Called at start-up.

        What their note says already (of the parts of a long summary) is kept after the reason.
        """
        return self._writer.write(lambda db: messages.interrupt_orphans(db, INTERRUPTED_NOTE))


def _exists(db: Database, conversation_id: str) -> bool:
    return db.execute("SELECT 1 FROM conversations WHERE id = ?", [conversation_id]).fetchone() is not None


def _ended(found: Iterable[Message], unsaved: Mapping[str, Message]) -> list[Message]:
    """What the person has said of an answer is in a table of its own, and read anew."""
    return [replace(unsaved[each.id], verdict=each.verdict) if each.id in unsaved else each for each in found]
