"""The database of the `llm` program, read only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pennyweight.domain.errors import InputError

_COLUMNS = "id, coalesce(resolved_model, model), datetime_utc, input_tokens, output_tokens, token_details"
LlmRow = tuple[object, object, object, object, object, object]


def llm_rows(path: Path) -> Iterator[LlmRow]:
    """(id, model, time, input, output, details) of both generations of tables. InputError if it cannot be read."""
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=2)) as db:
            db.text_factory = lambda data: data.decode("utf-8", "replace")
            names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            parts = []
            if "turns" in names:
                parts.append(f"SELECT {_columns(db, 'turns')} FROM turns")  # noqa: S608
            if "responses" in names:
                known = " WHERE id NOT IN (SELECT id FROM turns)" if "turns" in names else ""
                parts.append(f"SELECT {_columns(db, 'responses')} FROM responses{known}")  # noqa: S608
            if not parts:
                raise InputError(f"{path.name} is not a database of llm.")
            yield from db.execute(" UNION ALL ".join(parts))
    except sqlite3.Error as error:
        raise InputError(f"{path.name} cannot be read as a database: {error}.") from error


def _columns(db: sqlite3.Connection, table: str) -> str:
    there = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
    wanted = ["id", "model", "datetime_utc", "input_tokens", "output_tokens", "token_details"]
    names = [name if name in there else "NULL" for name in wanted]
    if "resolved_model" in there:
        names[1] = "coalesce(resolved_model, model)"
    return ", ".join(names)
