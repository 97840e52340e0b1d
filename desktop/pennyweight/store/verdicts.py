"""What the person says of answers: kept, not useful, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pennyweight.domain.conversation import Verdict
from pennyweight.store import codec
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.handle import Database

_OF_LOCAL_ANSWERS = """
SELECT l.task, l.model, sum(v.verdict = 'kept') AS kept, count(*) AS judged
FROM answer_verdicts v JOIN ledger l ON l.message_id = v.message_id
WHERE l.opens_answer = 1 AND l.source = 'local' AND l.origin = 'pennyweight'
GROUP BY l.task, l.model ORDER BY judged DESC, l.task, l.model
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """How many answers of a local model the person said something of, for one task."""

    task: str
    model: str
    """Its id, as in the ledger."""
    kept: int
    judged: int


class Verdicts:
    """All methods may be called from any thread. A message is read with its verdict; the ledger is never touched."""

    def __init__(self, readers: ReaderPool, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def set(self, message_id: str, verdict: Verdict | None) -> None:
        """A later one replaces an earlier one; None takes it off."""
        now = codec.time_to_text(self._clock())

        def write(db: Database) -> None:
            if verdict is None:
                db.execute("DELETE FROM answer_verdicts WHERE message_id = ?", [message_id])
                return
            db.execute(
                "INSERT INTO answer_verdicts (message_id, verdict, at) VALUES (?, ?, ?)"
                " ON CONFLICT (message_id) DO UPDATE SET verdict = excluded.verdict, at = excluded.at",
                [message_id, verdict.value, now],
            )

        self._writer.write(write)

    def of_local_answers(self) -> list[Judged]:
        """By task and model, the most judged first; answers of deleted chats too."""
        with self._readers.borrow() as db:
            return [Judged(*row) for row in db.execute(_OF_LOCAL_ANSWERS)]
