"""Comparisons: answers side by side and the person's choice. Kept on this machine only."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pennyweight.domain.comparison import Choice, Comparison, Earlier, Side
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.store import codec
from pennyweight.store.connection import ReaderPool, Writer
from pennyweight.store.handle import Database
from pennyweight.store.problems import MissingRowError

_Found = list[Comparison]
_SIDE = (
    "id", "source", "model", "model_name", "text", "reasoning", "state", "input_total", "output_total",
    "reasoning_tokens", "seconds", "first_token_seconds", "cost_nano", "joules", "note",
)  # fmt: skip


_HISTORY = """
SELECT c.id, h.prompts, h.chosen
FROM (SELECT min(number) AS first, max(number) AS last, count(*) AS prompts, count(choice) AS chosen
      FROM comparisons GROUP BY CASE batch WHEN '' THEN id ELSE batch END) h
JOIN comparisons c ON c.number = h.first ORDER BY h.last DESC LIMIT ?
"""


class Comparisons:
    """Thread-safe; changes wait until they are committed."""

    def __init__(self, readers: ReaderPool, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def add(self, comparison: Comparison) -> None:
        self._writer.write(lambda db: _insert(db, comparison))

    def set_side(self, comparison_id: str, position: int, side: Side) -> None:
        """What has become of one side."""
        values = _side_values(side)
        sets = ", ".join(f"{name} = :{name}" for name in values if name != "id")
        key = {"comparison_id": comparison_id, "position": position}
        self._writer.write(
            lambda db: db.execute(
                f"UPDATE comparison_sides SET {sets} WHERE comparison_id = :comparison_id AND position = :position",  # noqa: S608
                values | key,
            )
        )

    def choose(self, comparison_id: str, choice: Choice, kept: Sequence[int], note: str, at: datetime) -> None:
        """A later choice replaces an earlier one. MissingRowError if there is no such comparison."""

        def work(db: Database) -> None:
            _change(
                db,
                "UPDATE comparisons SET choice = ?, note = ?, chosen_at = ? WHERE id = ?",
                [choice.value, codec.clean(note), codec.time_to_text(at), comparison_id],
            )
            db.execute("UPDATE comparison_sides SET kept = 0 WHERE comparison_id = ?", [comparison_id])
            for position in kept:
                db.execute(
                    "UPDATE comparison_sides SET kept = 1 WHERE comparison_id = ? AND position = ?",
                    [comparison_id, position],
                )

        self._writer.write(work)

    def edit(self, comparison_id: str, text: str) -> None:
        """The person's own wording of the answer they kept."""
        values = [codec.clean(text), comparison_id]
        self._writer.write(lambda db: _change(db, "UPDATE comparisons SET edited = ? WHERE id = ?", values))

    def mark_interrupted(self) -> int:
        """Sides that were being written when the program died. One that another process writes gets its end later."""
        return self._writer.write(
            lambda db: (
                db.execute("UPDATE comparison_sides SET state = 'interrupted' WHERE state = 'streaming'").rowcount
            )
        )

    def delete(self, comparison_id: str) -> None:
        self._writer.write(lambda db: db.execute("DELETE FROM comparisons WHERE id = ?", [comparison_id]))

    def get(self, comparison_id: str) -> Comparison:
        """MissingRowError if there is none."""
        found = self._read("WHERE id = ?", [comparison_id])
        if not found:
            raise _missing()
        return found[0]

    def history(self, limit: int) -> Sequence[Earlier]:
        """Newest first, those that were run together as one."""
        with self._readers.borrow() as db:
            lines = db.execute(_HISTORY, [limit]).fetchall()
        ids = json.dumps([line["id"] for line in lines])
        firsts = {each.id: each for each in self._read("WHERE id IN (SELECT value FROM json_each(?))", [ids])}
        # one that was deleted in between is not there any more
        return [Earlier(firsts[line["id"]], line["prompts"], line["chosen"]) for line in lines if line["id"] in firsts]

    def of_batch(self, batch: str) -> _Found:
        """Those that were run together, in their order."""
        return self._read("WHERE batch = ? ORDER BY number", [batch])

    def chosen(self) -> Sequence[Comparison]:
        """All with a choice, oldest first."""
        return self._read("WHERE choice IS NOT NULL ORDER BY number", [])

    def _read(self, rest: str, values: Sequence[object]) -> _Found:
        with self._readers.borrow() as db:
            rows = db.execute(f"SELECT * FROM comparisons {rest}", values).fetchall()  # noqa: S608
            wanted = json.dumps([row["id"] for row in rows])
            sides = db.execute(
                "SELECT * FROM comparison_sides WHERE comparison_id IN (SELECT value FROM json_each(?))"
                " ORDER BY comparison_id, position",
                [wanted],
            ).fetchall()
        by_id: dict[str, Any] = defaultdict(list)
        for side in sides:
            by_id[side["comparison_id"]].append(side)
        return [_comparison(row, by_id[row["id"]]) for row in rows]


def interrupt_side(db: Database, entry: LedgerEntry) -> None:
    """Inside the caller's transaction: what a side has used whose process was killed before it could tell."""
    values = {
        "state": MessageState.INTERRUPTED.value,
        "id": entry.message_id,
        "input_total": entry.usage.input_total,
        "output_total": entry.usage.output_total,
        "reasoning_tokens": entry.usage.reasoning,
        "seconds": entry.seconds,
        "first_token_seconds": entry.first_token_seconds,
        "cost_nano": entry.billed_nano,
        "note": codec.clean(entry.note),
    }
    sets = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    db.execute(
        f"UPDATE comparison_sides SET {sets} WHERE id = :id AND state IN ('streaming', 'interrupted')",  # noqa: S608
        values,
    )


def _missing() -> MissingRowError:
    return MissingRowError("That comparison is not in the database any more.")


def _change(db: Database, sql: str, values: Sequence[object]) -> None:
    if db.execute(sql, values).rowcount != 1:
        raise _missing()


def _insert(db: Database, comparison: Comparison) -> None:
    values = {
        "id": comparison.id,
        "at": codec.time_to_text(comparison.at),
        "task": comparison.task.value,
        "prompt": codec.clean(comparison.prompt),
        "attachments": codec.to_json([codec.attachment_values(each) for each in comparison.attachments]),
        "conversation_id": comparison.conversation_id,
        "blind": int(comparison.blind),
        "seed": comparison.seed,
        "batch": comparison.batch,
        "note": codec.clean(comparison.note),
        "edited": codec.clean(comparison.edited),
    }
    _insert_row(db, "comparisons", values)
    for position, side in enumerate(comparison.sides):
        key = {"comparison_id": comparison.id, "position": position, "kept": 0}
        _insert_row(db, "comparison_sides", key | _side_values(side))


def _insert_row(db: Database, table: str, values: Mapping[str, object]) -> None:
    marks = ", ".join(f":{name}" for name in values)
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", dict(values))  # noqa: S608


def _side_values(side: Side) -> dict[str, object]:
    values = {name: getattr(side, name) for name in _SIDE}
    values["state"] = side.state.value
    return {name: codec.clean(value) if isinstance(value, str) else value for name, value in values.items()}


def _comparison(row: Any, sides: Sequence[Any]) -> Comparison:
    return Comparison(
        id=row["id"],
        at=codec.text_to_time(row["at"]),
        task=Task(row["task"]),
        prompt=row["prompt"],
        conversation_id=row["conversation_id"],
        sides=tuple(_side(side) for side in sides),
        attachments=tuple(codec.attachment(each) for each in json.loads(row["attachments"])),
        blind=bool(row["blind"]),
        seed=row["seed"],
        batch=row["batch"],
        choice=Choice(row["choice"]) if row["choice"] else None,
        kept=tuple(side["position"] for side in sides if side["kept"]),
        note=row["note"],
        edited=row["edited"],
        chosen_at=codec.text_to_time(row["chosen_at"]) if row["chosen_at"] else None,
    )


def _side(row: Any) -> Side:
    values = {name: row[name] for name in _SIDE}
    return Side(**values | {"state": MessageState(row["state"])})
