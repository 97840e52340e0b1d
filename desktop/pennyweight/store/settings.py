"""Settings as JSON values under text keys, and drafts that were not sent yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.store import codec
from pennyweight.store.connection import ReaderPool, Writer

EDIT_OF = "window.edit:"
"""Before a chat's id: the setting that has its edit under way. It goes with the chat."""
_UNREADABLE = object()


class Settings:
    """Values must be JSON: text, numbers, booleans, None, lists, objects."""

    def __init__(self, readers: ReaderPool, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def get(self, key: str, default: Any = None) -> Any:
        with self._readers.borrow() as db:
            row = db.execute("SELECT value FROM settings WHERE key = ?", [key]).fetchone()
        return default if row is None else _value(row[0], default)

    def set(self, key: str, value: object) -> None:
        """Raises TypeError or ValueError for a value that JSON does not have."""
        row = [key, codec.to_json(value), codec.time_to_text(self._clock())]
        self._writer.write(
            lambda db: db.execute(
                "INSERT INTO settings (key, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (key)"
                " DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                row,
            )
        )

    def remove(self, key: str) -> None:
        self._writer.write(lambda db: db.execute("DELETE FROM settings WHERE key = ?", [key]))

    def all(self) -> dict[str, Any]:
        with self._readers.borrow() as db:
            rows = db.execute("SELECT key, value FROM settings ORDER BY key").fetchall()
        values = {row["key"]: _value(row["value"], _UNREADABLE) for row in rows}
        return {key: value for key, value in values.items() if value is not _UNREADABLE}


def _value(written: str, default: Any) -> Any:
    """What is no JSON (somebody edited the file by hand) counts as not set, so that the program still starts."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return default


@dataclass(frozen=True, slots=True)
class StoredDraft:
    text: str
    task: Task
    attachments: tuple[Attachment, ...]
    saved_at: datetime


class Drafts:
    """What is in the composer, per conversation; None stands for the chat that does not exist yet."""

    def __init__(self, readers: ReaderPool, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._readers = readers
        self._writer = writer
        self._clock = clock

    def save(
        self, conversation_id: str | None, text: str, task: Task = Task.ASK, attachments: Sequence[Attachment] = ()
    ) -> None:
        files = codec.to_json([codec.attachment_values(attachment) for attachment in attachments])
        row = [conversation_id or "", codec.clean(text), task.value, files, codec.time_to_text(self._clock())]
        self._writer.write(
            lambda db: db.execute(
                "INSERT INTO drafts (conversation_id, text, task, attachments, saved_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (conversation_id) DO UPDATE SET text = excluded.text, task = excluded.task,"
                " attachments = excluded.attachments, saved_at = excluded.saved_at",
                row,
            )
        )

    def load(self, conversation_id: str | None) -> StoredDraft | None:
        with self._readers.borrow() as db:
            row = db.execute("SELECT * FROM drafts WHERE conversation_id = ?", [conversation_id or ""]).fetchone()
        if row is None:
            return None
        files = tuple(codec.attachment(item) for item in json.loads(row["attachments"]))
        return StoredDraft(row["text"], Task(row["task"]), files, codec.text_to_time(row["saved_at"]))

    def clear(self, conversation_id: str | None) -> None:
        self._writer.write(
            lambda db: db.execute("DELETE FROM drafts WHERE conversation_id = ?", [conversation_id or ""])
        )
