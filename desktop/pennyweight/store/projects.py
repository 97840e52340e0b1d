"""Project tags of conversations: the person's word, or the folder that an imported log was written in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pennyweight.store import codec
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.handle import Database


def tag_from_import(db: Database, conversation_id: str, project: str, at: str) -> None:
    """Inside the caller's transaction. The first tag stays, and the person's always."""
    db.execute(
        "INSERT OR IGNORE INTO project_tags (conversation_id, project, set_by, set_at) VALUES (?, ?, 'import', ?)",
        [codec.clean(conversation_id), codec.clean(project), at],
    )


class Projects:
    """All methods may be called from any thread. The ledger is never touched, and a tag outlives its chat."""

    def __init__(self, readers: ReaderPool, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def may_tag(self, conversation_id: str) -> bool:
        """Whether there is such a chat, a call of it, or a tag of one that is gone."""
        with self._readers.borrow() as db:
            found = db.execute(
                "SELECT EXISTS (SELECT 1 FROM conversations WHERE id = :id AND deleted_at IS NULL)"
                " OR EXISTS (SELECT 1 FROM ledger WHERE conversation_id = :id)"
                " OR EXISTS (SELECT 1 FROM project_tags WHERE conversation_id = :id)",
                {"id": conversation_id},
            )
            return bool(found.fetchone()[0])

    def get(self, conversation_id: str) -> str:
        """Empty where there is none."""
        with self._readers.borrow() as db:
            row = db.execute("SELECT project FROM project_tags WHERE conversation_id = ?", [conversation_id]).fetchone()
        return "" if row is None else str(row[0])

    def set(self, conversation_id: str, project: str) -> None:
        """An empty one takes the tag off."""
        values = [conversation_id, codec.clean(project), codec.time_to_text(self._clock())]

        def write(db: Database) -> None:
            if not project:
                db.execute("DELETE FROM project_tags WHERE conversation_id = ?", values[:1])
                return
            db.execute(
                "INSERT INTO project_tags (conversation_id, project, set_by, set_at) VALUES (?, ?, 'person', ?)"
                " ON CONFLICT (conversation_id) DO UPDATE SET project = excluded.project, set_by = excluded.set_by,"
                " set_at = excluded.set_at",
                values,
            )

        self._writer.write(write)

    def all(self) -> list[tuple[str, int]]:
        """(project, conversations with that tag), by name; without those of imports that were taken back."""
        with self._readers.borrow() as db:
            rows = db.execute(
                "SELECT project, count(*) FROM project_tags p WHERE set_by = 'person'"
                " OR EXISTS (SELECT 1 FROM ledger l WHERE l.conversation_id = p.conversation_id)"
                " GROUP BY project ORDER BY project COLLATE NOCASE, project"
            ).fetchall()
        return [(row[0], row[1]) for row in rows]
