"""Daily backups: whole, checked, seven of them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.store.store_samples import Clock, local_entry

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import StoreError
from pennyweight.store import Store, backup


def backups(store: Store) -> list[str]:
    return sorted(file.name for file in (store.path.parent / "backups").iterdir())


def test_one_backup_a_day_and_it_opens(store: Store, tmp_path: Path) -> None:
    store.ledger.add([local_entry("e1")])
    made = store.backup_daily()
    assert made is not None
    assert made.name == f"pennyweight-{store._clock().astimezone().date()}.db"
    store.ledger.add([local_entry("e2")])
    assert store.backup_daily() is None
    assert backups(store) == [made.name]
    shutil.copy(made, tmp_path / "restored.db")
    with Store.open(tmp_path / "restored.db") as restored:
        assert restored.ledger.recent() == [local_entry("e1")]


def test_one_that_is_cancelled_leaves_nothing_and_those_of_the_days_before(store: Store, clock: Clock) -> None:
    made = store.backup_daily()
    assert made is not None
    clock.forward(days=1)
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(StoreError, match="Stopped"):
        store.backup_daily(cancel)
    assert backups(store) == [made.name]
    assert store.backup_daily(Cancel()) is not None


def test_seven_days_are_kept_and_nothing_else_is_touched(store: Store, clock: Clock) -> None:
    folder = store.path.parent / "backups"
    folder.mkdir()
    for name in ("before-v2-from-v1-20200101T000000Z.db", "pennyweight-mine.db", "notes.txt"):
        (folder / name).write_text("kept")
    for _ in range(10):
        assert store.backup_daily() is not None
        clock.forward(days=1)
    dated = [name for name in backups(store) if name[:14] == "pennyweight-20"]
    assert len(dated) == 7
    assert len(backups(store)) == 10


def test_a_backup_is_taken_while_a_change_is_going_on(store: Store) -> None:
    store.ledger.add([local_entry("e1")])
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO settings VALUES ('half', '1', 'now')")
        made = store.backup_daily()
        other.execute("ROLLBACK")
    assert made is not None
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("SELECT count(*) FROM ledger").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM settings").fetchone() == (0,)


def test_a_backup_that_cannot_be_written_is_a_sentence_and_leaves_no_rest(store: Store) -> None:
    (store.path.parent / "backups").write_text("a file is in the way")
    with pytest.raises(StoreError, match="cannot write to"):
        store.backup_daily()


def test_a_damaged_database_makes_no_backup(store: Store) -> None:
    store.ledger.add(local_entry(f"e{n}") for n in range(400))
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(store.path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xaa" * 20_000
    store.path.write_bytes(content)
    with pytest.raises(StoreError):
        store.backup_daily()
    assert backups(store) == []


def test_the_database_is_never_replaced_by_its_own_copy(store: Store) -> None:
    store.settings.set("a", 1)
    with pytest.raises(StoreError, match="onto itself"):
        store.copy_to(store.path)
    assert store.settings.all() == {"a": 1}


def test_a_copy_replaces_its_target_only_when_it_is_complete(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "export" / "copy.db"
    store.settings.set("a", 1)
    store.copy_to(target)
    store.copy_to(target)
    with Store.open(target) as copy:
        assert copy.settings.all() == {"a": 1}
    assert [file.name for file in target.parent.iterdir() if file.suffix == ".part"] == []


def test_a_copy_that_takes_long_is_of_one_moment_and_tells_how_far_it_is(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 8)
    store.settings.set("before", 1)
    told: list[float] = []

    def progress(_text: str, fraction: float | None) -> None:
        if fraction is not None:
            told.append(fraction)
            store.settings.set(f"during {len(told)}", "text " * 2_000)

    store.copy_to(tmp_path / "copy.db", progress=progress)
    assert told == sorted(told)
    assert len(told) > 2
    with Store.open(tmp_path / "copy.db") as copy:
        assert copy.settings.all() == {"before": 1}


def test_a_copy_that_is_stopped_leaves_its_target_as_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 8)
    target = tmp_path / "export" / "copy.db"
    store.copy_to(target)
    before, cancel = target.read_bytes(), Cancel()
    store.settings.set("a", 1)
    with pytest.raises(StoreError, match=r"Stopped. Nothing was written."):
        store.copy_to(target, cancel, lambda _text, _fraction: cancel.cancel())
    assert target.read_bytes() == before
    assert [file.name for file in target.parent.iterdir()] == ["copy.db"]
