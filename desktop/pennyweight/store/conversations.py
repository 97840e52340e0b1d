"""The list of conversations: create, name, delete with undo, search."""

from __future__ import annotations

import uuid
from datetime import datetime

from pennyweight.domain.conversation import Conversation, ConversationSummary, SearchHit
from pennyweight.store import codec, search
from pennyweight.store.handle import Database
from pennyweight.store.settings import EDIT_OF
from pennyweight.store.tree import MessageTree, missing_conversation

_SUMMARY = """
SELECT c.id, c.title, c.updated_at,
    (SELECT project FROM project_tags p WHERE p.conversation_id = c.id) AS project,
    (WITH RECURSIVE path (number, parent_id, role) AS (
        SELECT number, parent_id, role FROM messages INDEXED BY messages_path WHERE id = c.leaf_id
        UNION ALL
        SELECT m.number, m.parent_id, m.role
        FROM path JOIN messages m INDEXED BY messages_path ON m.id = path.parent_id AND m.number < path.number
    ) SELECT count(*) FROM path WHERE role = 'user') AS turns,
    EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.role = 'assistant' AND m.source <> 'local')
        AS escalated,
    (SELECT coalesce(sum(coalesce(l.electric_nano, 0) + coalesce(l.billed_nano, 0)), 0) FROM ledger l
        WHERE l.conversation_id = c.id) AS spent_nano
FROM (SELECT * FROM conversations c WHERE c.deleted_at IS NULL {filter}
      ORDER BY c.updated_at DESC, c.number DESC LIMIT :limit OFFSET :offset) c
ORDER BY c.updated_at DESC, c.number DESC
"""
_FILTER = """AND (
    c.number IN (SELECT rowid FROM titles_fts WHERE titles_fts MATCH :query)
    OR c.id IN (SELECT m.conversation_id FROM messages_fts JOIN messages m ON m.number = messages_fts.rowid
                WHERE messages_fts MATCH :query))"""


_Summaries = list[ConversationSummary]
_Hits = list[SearchHit]


class Conversations(MessageTree):
    """All methods may be called from any thread; changes wait until they are committed."""

    def create(self, title: str = "", *, conversation_id: str | None = None) -> Conversation:
        """A new chat; `conversation_id` where its id was given out before (a comparison that goes on as a chat)."""
        now = self._clock()
        made = Conversation(
            id=conversation_id or uuid.uuid4().hex, title=codec.clean(title), created_at=now, updated_at=now
        )
        text = codec.time_to_text(now)
        self._writer.write(
            lambda db: db.execute(
                "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, ?, ?)",
                [made.id, made.title, text, text],
            )
        )
        return made

    def get(self, conversation_id: str) -> Conversation:
        """Raises MissingRowError if it is deleted or was never there."""
        with self._readers.borrow() as db:
            row = db.execute(
                "SELECT * FROM conversations WHERE id = ? AND deleted_at IS NULL", [conversation_id]
            ).fetchone()
        if row is None:
            raise missing_conversation()
        return codec.conversation(row)

    def list(self, limit: int = 100, offset: int = 0, query: str | None = None) -> _Summaries:
        """Newest first; with `query`, those whose title or messages hold all of its words."""
        values: dict[str, object] = {"limit": limit, "offset": offset}
        condition = ""
        if query is not None and query.strip():
            values["query"] = search.match_query(query)
            if not values["query"]:
                return []
            condition = _FILTER
        with self._readers.borrow() as db:
            rows = db.execute(_SUMMARY.format(filter=condition), values).fetchall()
        return [
            ConversationSummary(
                id=row["id"],
                title=row["title"],
                updated_at=codec.text_to_time(row["updated_at"]),
                turns=row["turns"],
                escalated=bool(row["escalated"]),
                spent_nano=row["spent_nano"],
                project=row["project"] or "",
            )
            for row in rows
        ]

    def rename(self, conversation_id: str, title: str) -> None:
        self._change("UPDATE conversations SET title = ? WHERE id = ?", [codec.clean(title), conversation_id])

    def set_leaf(self, conversation_id: str, message_id: str | None) -> None:
        """Choose the branch that is shown. Does not move the conversation up in the list."""
        self._change("UPDATE conversations SET leaf_id = ? WHERE id = ?", [message_id, conversation_id])

    def delete(self, conversation_id: str) -> str:
        """Hide it; returns the token that `restore` takes. The ledger is not touched."""
        self._change(
            "UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
            [self._now(), conversation_id],
        )
        return conversation_id

    def restore(self, token: str) -> None:
        self._change("UPDATE conversations SET deleted_at = NULL WHERE id = ?", [token])

    def last_deleted(self) -> str | None:
        """The token of the conversation that was hidden last, of those that are still there."""
        with self._readers.borrow() as db:
            found = db.execute(
                "SELECT id FROM conversations WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC LIMIT 1"
            )
            row = found.fetchone()
        return None if row is None else str(row[0])

    def purge_deleted(self, older_than: datetime) -> int:
        """Remove for good what was deleted before `older_than`; returns how many. The ledger is not touched.

        No word of it stays in the file: not in free pages, not in the search index, not in the write-ahead log.
        """
        before = codec.time_to_text(older_than)

        def purge(db: Database) -> int:
            db.execute("PRAGMA secure_delete = ON")
            db.execute(
                "DELETE FROM drafts WHERE conversation_id IN (SELECT id FROM conversations WHERE deleted_at < ?)",
                [before],
            )
            # Without a chat's id: one edit for all of them was kept there once.
            db.execute(
                "DELETE FROM settings WHERE key = 'window.edit'"
                " OR key IN (SELECT ? || id FROM conversations WHERE deleted_at < ?)",
                [EDIT_OF, before],
            )
            count = db.execute("DELETE FROM conversations WHERE deleted_at < ?", [before]).rowcount
            if count:
                for index in ("messages_fts", "titles_fts"):  # what was deleted is only marked there until this
                    db.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608
            return count

        count = self._writer.write(purge)
        if count:
            self._writer.empty_log()
        return count

    def search(self, text: str, limit: int = 50) -> _Hits:
        """Best matches first; any text is safe. Deleted conversations and answers in progress are left out."""
        with self._readers.borrow() as db:
            return search.search(db, text, limit)
