"""docs/database.md names every table, view and column, and none that is not there; every view can be read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.store import Store

PAGE = Path(__file__).resolve().parents[3] / "docs" / "database.md"
_OWN_TABLES_OF_SQLITE = re.compile(r"sqlite_|_sqlite_migrations|\w+_fts_(config|data|docsize|idx)$")


def documented() -> dict[str, set[str]]:
    """Table or view -> columns named in its list."""
    found: dict[str, set[str]] = {}
    for section in PAGE.read_text("utf-8").split("\n### ")[1:]:
        name = section[1 : section.index("`", 1)]
        columns: set[str] = set()
        for group in re.findall(r"(`\w+`(?:, `\w+`)*):", section):
            columns |= set(re.findall(r"\w+", group))
        same = re.search(r"Columns as in `(\w+)`", section)
        found[name] = columns | (found[same.group(1)] if same else set())
    return found


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "pennyweight.db"
    with Store.open(path) as store:
        store.conversations.create("Harbour", conversation_id="one")
        store.projects.set("one", "harbour")
        store.ledger.add(
            [local_entry("l", conversation_id="one"), cloud_entry("c"), cloud_entry("i", origin="codex:f:1")]
        )
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        yield opened


def test_every_table_view_and_column_is_documented_and_no_other(db: sqlite3.Connection) -> None:
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    there = {
        name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")}
        for name in names
        if not _OWN_TABLES_OF_SQLITE.match(name)
    }
    assert documented() == there


def test_every_view_reads_as_it_says(db: sqlite3.Connection) -> None:
    for (view,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        db.execute(f"SELECT * FROM {view}").fetchall()  # noqa: S608
    calls = db.execute("SELECT imported_from, chat, project, cloud_usd, electricity_usd FROM calls ORDER BY ledger_id")
    assert calls.fetchall() == [
        ("", None, None, 0.000805, None),
        ("codex", None, None, 0.000805, None),
        ("", "Harbour", "harbour", None, 6e-07),
    ]
    assert db.execute("SELECT project, calls, cloud_usd FROM spend_by_project ORDER BY 1").fetchall() == [
        ("", 2, 0.00161),
        ("harbour", 1, 0.0),
    ]
