"""A database with a damaged page that no start reads."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.store.store_samples import user_message

from pennyweight.app.composition import DATABASE
from pennyweight.store import Store, database

_MARK = "where the damage is "
_PAGE = 4096


def damage(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a large one: these are not checked when they are opened."""
    monkeypatch.setattr(database, "_CHECK_UP_TO_BYTES", 0)
    path = home / DATABASE
    with Store.open(path) as store:
        chat = store.conversations.create("Long").id
        store.conversations.add_message(user_message(chat, "m1", None, _MARK * 2_000))
        store.conversations.create("Another")
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    page = content.find(_MARK.encode()) // _PAGE + 1
    content[page * _PAGE : (page + 1) * _PAGE] = b"\xde\xad" * (_PAGE // 2)
    path.write_bytes(content)
