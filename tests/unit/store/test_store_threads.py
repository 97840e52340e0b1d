"""One writer, many readers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from tests.unit.store.store_samples import local_entry, user_message

from pennyweight.domain.errors import StoreError
from pennyweight.store import Store
from pennyweight.store.handle import Database


def test_a_failed_change_is_undone_as_a_whole_and_raised_where_it_was_asked(store: Store) -> None:
    def half(db: object) -> None:
        assert hasattr(db, "execute")
        db.execute("INSERT INTO settings VALUES ('half', '1', 'now')")
        raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        store._writer.write(half)
    assert store.settings.all() == {}
    store.settings.set("next", 1)
    assert store.settings.get("next") == 1


def test_many_threads_write_and_read_at_once(store: Store) -> None:
    chat = store.conversations.create()

    def work(number: int) -> int:
        store.conversations.add_message(user_message(chat.id, f"m{number}"))
        store.ledger.add([local_entry(f"e{number}")])
        return store.ledger.totals().calls

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(work, range(64)))
    assert max(seen) == 64
    assert len(store.conversations.siblings("m0")) == 64


def test_closing_finishes_what_is_queued_and_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    store = Store.open(tmp_path / "pennyweight.db")

    def insert(number: int, db: Database) -> int:
        db.execute("INSERT INTO settings VALUES (?, '1', 'now')", [f"k{number}"])
        return number

    waiting = [store._writer.submit(partial(insert, number)) for number in range(50)]
    store.close()
    store.close()
    assert [future.result(timeout=0) for future in waiting] == list(range(50))
    assert set(threading.enumerate()) == before
    with Store.open(tmp_path / "pennyweight.db") as again:
        assert len(again.settings.all()) == 50


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "pennyweight.db")
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.settings.set("a", 1)
    with pytest.raises(StoreError, match="closed"):
        store.settings.get("a")


def test_a_change_inside_a_change_is_a_mistake_not_a_deadlock(store: Store) -> None:
    with pytest.raises(RuntimeError, match="may not wait"):
        store._writer.write(lambda _db: store.settings.set("a", 1))


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot open or write"), store._readers.borrow() as db:
        db.execute("DELETE FROM settings")
