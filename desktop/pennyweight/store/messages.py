"""SQL for the tree of messages, as functions on a connection (used by `conversations`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pennyweight.domain.conversation import Attachment, Message, MessageState
from pennyweight.store import codec
from pennyweight.store.handle import Database
from pennyweight.store.owner import Owner
from pennyweight.store.problems import MissingRowError

_INSERT = """
INSERT INTO messages (id, conversation_id, parent_id, role, text, reasoning, created_at, task, state, model, source,
    note, owner_pid, owner_started)
VALUES (:id, :conversation_id, :parent_id, :role, :text, :reasoning, :created_at, :task, :state, :model, :source,
    :note, :owner_pid, :owner_started)
"""
_UPDATE = """
UPDATE messages SET text = :text, reasoning = :reasoning, task = :task, state = :state, model = :model,
    source = :source, note = :note, owner_pid = :owner_pid, owner_started = :owner_started
WHERE id = :id
"""
# A parent is always older than its child, so a damaged file cannot make the walk endless.
_BRANCH = """
WITH RECURSIVE path (number, id, parent_id, depth) AS (
    SELECT number, id, parent_id, 0 FROM messages WHERE id = :leaf
    UNION ALL
    SELECT m.number, m.id, m.parent_id, path.depth + 1
    FROM path JOIN messages m ON m.id = path.parent_id AND m.number < path.number
    LIMIT :limit
)
"""
_PATH = f"""{_BRANCH}
SELECT m.*, v.verdict FROM path JOIN messages m ON m.number = path.number
LEFT JOIN answer_verdicts v ON v.message_id = m.id ORDER BY path.depth DESC
"""  # noqa: S608 - our own text
_ON_PATH = f"{_BRANCH} SELECT 1 FROM path WHERE id = :id LIMIT 1"  # noqa: S608 - our own text
_ONE = "SELECT m.*, v.verdict FROM messages m LEFT JOIN answer_verdicts v ON v.message_id = m.id WHERE m.id = ?"
_NEWEST_BELOW = """
WITH RECURSIVE below (number, id) AS (
    SELECT number, id FROM messages WHERE id = :id
    UNION
    SELECT m.number, m.id FROM below JOIN messages m ON m.parent_id = below.id
)
SELECT id FROM below ORDER BY number DESC LIMIT 1
"""


def missing_message() -> MissingRowError:
    return MissingRowError("That message is not in the database any more.")


def _owner_values(message: Message) -> codec.Values:
    if message.state is not MessageState.STREAMING:
        return {"owner_pid": None, "owner_started": None}
    owner = Owner.this_process()
    return {"owner_pid": owner.pid, "owner_started": owner.started}


def insert(db: Database, message: Message) -> None:
    """Add a message. Raises MissingRowError if its parent is not in the same conversation."""
    if message.parent_id is not None:
        parent = db.execute("SELECT conversation_id FROM messages WHERE id = ?", [message.parent_id]).fetchone()
        if parent is None or parent[0] != message.conversation_id:
            raise missing_message()
    db.execute(_INSERT, codec.message_values(message) | _owner_values(message))
    db.conn.executemany(
        "INSERT INTO attachments (message_id, position, name, text, size_bytes, sha256)"
        " VALUES (:message_id, :position, :name, :text, :size_bytes, :sha256)",
        [
            codec.attachment_values(attachment) | {"message_id": message.id, "position": position}
            for position, attachment in enumerate(message.attachments)
        ],
    )


def update(db: Database, message: Message) -> bool:
    """Write the parts of a message that change while it is answered; False if it is not there."""
    return db.execute(_UPDATE, codec.message_values(message) | _owner_values(message)).rowcount == 1


def get(db: Database, message_id: str) -> Message:
    row = db.execute(_ONE, [message_id]).fetchone()
    if row is None:
        raise missing_message()
    return _with_attachments(db, [row])[0]


def path(db: Database, leaf_id: str, limit: int = -1) -> list[Message]:
    """The last `limit` messages (-1: all) of the branch that ends at `leaf_id`, oldest first."""
    return _with_attachments(db, db.execute(_PATH, {"leaf": leaf_id, "limit": limit}).fetchall())


def on_path(db: Database, message_id: str, leaf_id: str) -> bool:
    return db.execute(_ON_PATH, {"id": message_id, "leaf": leaf_id, "limit": -1}).fetchone() is not None


def parent_of(db: Database, message_id: str) -> str | None:
    row = db.execute("SELECT parent_id FROM messages WHERE id = ?", [message_id]).fetchone()
    if row is None:
        raise missing_message()
    parent: str | None = row[0]
    return parent


def siblings(db: Database, message_id: str) -> list[str]:
    rows = db.execute(
        "SELECT s.id FROM messages m JOIN messages s"
        " ON s.conversation_id = m.conversation_id AND s.parent_id IS m.parent_id"
        " WHERE m.id = ? ORDER BY s.number",
        [message_id],
    ).fetchall()
    if not rows:
        raise missing_message()
    return [row[0] for row in rows]


def newest_below(db: Database, message_id: str) -> str:
    row = db.execute(_NEWEST_BELOW, {"id": message_id}).fetchone()
    if row is None:
        raise missing_message()
    return str(row[0])


def interrupt_orphans(db: Database, note: str) -> int:
    """Mark each message that no living process is writing; returns how many."""
    rows = db.execute(
        "SELECT number, owner_pid, owner_started FROM messages WHERE state = 'streaming' ORDER BY number"
    ).fetchall()
    orphans = [row["number"] for row in rows if not _owned(row)]
    db.conn.executemany(
        "UPDATE messages SET state = 'interrupted', note = trim(? || ' ' || note),"
        " owner_pid = NULL, owner_started = NULL WHERE number = ?",
        [(note, number) for number in orphans],
    )
    return len(orphans)


def _owned(row: codec.Row) -> bool:
    if row["owner_pid"] is None or row["owner_started"] is None:
        return False
    return Owner(row["owner_pid"], row["owner_started"]).lives()


def _with_attachments(db: Database, rows: Sequence[codec.Row]) -> list[Message]:
    found: dict[str, list[Attachment]] = {}
    for chunk in _chunks([row["id"] for row in rows], 500):
        marks = ",".join("?" * len(chunk))
        for row in db.execute(
            f"SELECT * FROM attachments WHERE message_id IN ({marks}) ORDER BY message_id, position",  # noqa: S608
            chunk,
        ):
            found.setdefault(row["message_id"], []).append(codec.attachment(row))
    return [codec.message(row, found.get(row["id"], ())) for row in rows]


def _chunks(items: list[str], size: int) -> Iterable[list[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
