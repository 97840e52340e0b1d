"""Opening the database: new, old, newer, damaged, foreign, and in use."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations
from tests.unit.store.store_samples import Clock, local_entry, user_message

from pennyweight.domain.conversation import Verdict
from pennyweight.domain.errors import StoreError
from pennyweight.store import Store, connection, migrations, schema

MUSEUM = sorted((Path(__file__).parent / "museum").glob("*.db"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


PARTS = ("ledger", "messages", "settings", "messages_fts", "ledger_no_update", "equivalent_sums")


@pytest.mark.parametrize("part", PARTS)
def test_a_database_that_lacks_a_part_is_told_and_not_touched(tmp_path: Path, part: str) -> None:
    path = tmp_path / "pennyweight.db"
    with Store.open(path) as store:
        store.conversations.create("Kept")
        backup = store.backup_daily()
    with closing(sqlite3.connect(path)) as db:
        kind = "TRIGGER" if part.endswith("_update") else "TABLE"
        db.execute(f"DROP {kind} {part}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"is damaged .the {kind.lower()} {part} is missing.") as caught:
        Store.open(path)
    assert str(backup) in caught.value.sentence
    assert "put the backup in its place" in caught.value.sentence
    assert path.read_bytes() == before


@pytest.mark.parametrize("first_page", [0, 2], ids=["no-database", "damaged"])
def test_the_advice_brings_the_backup_back_as_it_was_also_after_a_crash(tmp_path: Path, first_page: int) -> None:
    path = tmp_path / "pennyweight.db"
    with Store.open(path) as store:
        chat = store.conversations.create("As it was")
        backup = store.backup_daily()
        assert backup is not None
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.conversations.rename(chat.id, "Changed since")
        left = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}  # as of a killed process
    for name, content in left.items():
        (tmp_path / name).write_bytes(content)
    with path.open("r+b") as file:
        file.seek(4096 * first_page)
        file.write(b"\0" * 4096 * 3)
    with pytest.raises(StoreError) as caught:
        Store.open(path)
    for name, content in left.items():  # a close in order would have removed them
        (tmp_path / name).write_bytes(content)
    for beside in [each for each in tmp_path.iterdir() if each.is_file() and each.name in caught.value.sentence]:
        beside.rename(tmp_path / f"{beside.name}.away")
    shutil.copy(backup, path)
    with Store.open(path) as store:
        assert store.conversations.get(chat.id).title == "As it was"
        assert store.ledger.sums_match_rows()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_the_database_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    os.mkfifo(path)
    with pytest.raises(StoreError, match="is not a Pennyweight database"):
        Store.open(path)


def test_what_is_wrong_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    Store.open(path).close()
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    path.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged") as caught:
        Store.open(path)
    assert "\n" not in caught.value.sentence


def test_a_column_that_went_missing_is_told_when_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE settings RENAME COLUMN value TO worth")
    with Store.open(path) as store, pytest.raises(StoreError, match=r"is damaged .no such column"):
        store.settings.get("models.shelf")


def test_a_new_database_and_its_folder_are_private(tmp_path: Path) -> None:
    path = tmp_path / "Data of Ann #1?" / "pennyweight.db"
    with Store.open(path) as store:
        store.conversations.create("First")
        store.backup_daily()
        for file in [path, *path.parent.glob("pennyweight.db-*"), *(path.parent / "backups").iterdir()]:
            assert mode(file) == 0o600, file
        assert mode(path.parent) == 0o700
        assert mode(path.parent / "backups") == 0o700


def test_a_database_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    Store.open(path).close()
    path.chmod(0o644)
    Store.open(path).close()
    assert mode(path) == 0o600


def test_everything_is_still_there_after_closing_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    with Store.open(path) as store:
        chat = store.conversations.create("Kept")
        store.conversations.add_message(user_message(chat.id, "m1"))
        store.ledger.add([local_entry("e1")])
    with Store.open(path) as store:
        assert store.conversations.get(chat.id).leaf_id == "m1"
        assert store.ledger.recent(5) == [local_entry("e1")]


def test_the_database_uses_a_write_ahead_log_and_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert db.execute("PRAGMA user_version").fetchone() == (schema.CURRENT_VERSION,)
        names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    assert {"conversations", "messages", "ledger", "equivalents", "spend_by_day", "spend_by_model"} <= names


def test_the_newest_version_is_the_last_migration(tmp_path: Path) -> None:
    Store.open(tmp_path / "pennyweight.db").close()
    with closing(sqlite3.connect(tmp_path / "pennyweight.db")) as db:
        applied = [row[0] for row in db.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert applied == [f"v{number}" for number in range(1, schema.CURRENT_VERSION + 1)]


def test_a_newer_schema_is_refused_by_name_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"version 99, this program knows version {schema.CURRENT_VERSION}"):
        Store.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("old", MUSEUM, ids=lambda path: path.stem)
def test_each_database_of_the_museum_opens_and_keeps_what_it_held(old: Path, tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    shutil.copy(old, path)
    with Store.open(path, clock=Clock()) as store:
        (chat,) = store.conversations.list()
        assert (chat.title, chat.turns) == ("Museum", 1)
        assert [message.text for message in store.conversations.path_to("m2")] == ["A question", "An answer"]
        assert store.conversations.search("answer")[0].message_id == "m2"
        assert store.ledger.for_message("m2") == [
            local_entry("e1", conversation_id=chat.id, message_id="m2"),
            local_entry("e2", conversation_id=chat.id, message_id="m2", kind="join"),
        ]
        totals = store.ledger.totals()
        assert (totals.calls, totals.answers, totals.electric_nano, totals.equivalent_nano) == (3, 2, 1200, 2000)
        assert totals.kwh_prices == ("0.18",)
        assert store.settings.get("theme") == "dark"
        assert store.conversations.get_message("m2").verdict is None
        store.verdicts.set("m2", Verdict.KEPT)
        assert store.conversations.path_page("m2")[-1].verdict is Verdict.KEPT
    backups = [file.name for file in (tmp_path / "backups").glob("before-*")]
    version = int(old.stem.removeprefix("v"))
    if version < schema.CURRENT_VERSION:
        assert backups == [f"before-v{schema.CURRENT_VERSION}-from-v{version}-20261120T120000Z.db"]
    else:
        assert backups == []


def test_the_meter_of_an_older_database_counts_what_an_imported_cache_held_as_sent_before(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    shutil.copy(MUSEUM[8], path)
    with closing(sqlite3.connect(path)) as db:
        (own,) = db.execute("SELECT resent FROM ledger WHERE source = 'openai'").fetchone()
        changes = {"number": "NULL", "id": "'run-1'", "dedup_key": "'k'", "origin": "'codex:f:1'", "cache_read": "150"}
        columns = [row[1] for row in db.execute("PRAGMA table_info(ledger)")]
        copied = ", ".join(changes.get(column, column) for column in columns)
        db.execute(f"INSERT INTO ledger SELECT {copied} FROM ledger WHERE source = 'openai'")  # noqa: S608
        db.commit()
    with Store.open(path) as store:
        assert store.ledger.totals().cloud.resent == own + 150
        assert store.ledger.sums_match_rows()


def test_the_museum_has_every_older_version() -> None:
    assert [path.stem for path in MUSEUM] == [f"v{number}" for number in range(1, len(MUSEUM) + 1)]
    assert len(MUSEUM) >= max(1, schema.CURRENT_VERSION - 1)


def test_a_migration_that_fails_leaves_the_old_database_and_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pennyweight.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as db:
        before = db.execute("SELECT group_concat(sql) FROM sqlite_master").fetchone()

    def breaks(db: Database) -> None:
        db.execute("CREATE TABLE half_done (id INTEGER)")
        raise RuntimeError("broken migration")

    broken = Migrations("pennyweight")
    for step in migrations.migrations._migrations:
        broken(name=step.name)(step.fn)
    broken(name="broken")(breaks)
    monkeypatch.setattr(migrations, "migrations", broken)
    monkeypatch.setattr(schema, "CURRENT_VERSION", schema.CURRENT_VERSION + 1)
    with pytest.raises(RuntimeError, match="broken migration"):
        Store.open(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT group_concat(sql) FROM sqlite_master").fetchone() == before
    assert len(list((tmp_path / "backups").glob("before-*.db"))) == 1


@pytest.mark.parametrize(
    "content", [b"Dear diary, today I wrote no SQL at all.", b"\0" * 4096, b"SQLite format 4\0" * 9]
)
def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pennyweight.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is not a Pennyweight database"):
        Store.open(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is not a Pennyweight database"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_damaged_database_is_named_with_its_newest_backup(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    with Store.open(path, clock=Clock()) as store:
        store.ledger.add([local_entry(f"e{number}") for number in range(500)])
        backup = store.backup_daily()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xaa" * 20_000
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged") as caught:
        Store.open(path)
    assert str(backup) in caught.value.sentence
    assert "was changed" in caught.value.kept
    assert path.read_bytes() == content


def test_a_cut_off_database_is_damaged_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    Store.open(path).close()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError, match=r"is damaged.*There is no backup"):
        Store.open(path)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot write to"):
        Store.open(tmp_path / "file" / "pennyweight.db")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreError, match="not a Pennyweight database"):
        Store.open(tmp_path / "folder.db")


def test_a_change_that_another_program_blocks_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    path = tmp_path / "pennyweight.db"
    with Store.open(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program is using the database"):
            store.settings.set("theme", "dark")
        assert store.settings.get("theme") is None  # reading goes on
        other.execute("ROLLBACK")
        store.settings.set("theme", "dark")
        assert store.settings.get("theme") == "dark"


def test_a_full_disk_is_a_sentence_and_nothing_half_written_stays(tmp_path: Path) -> None:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.settings.set("small", 1)
        store._writer.write(lambda db: db.execute("PRAGMA max_page_count = 1"))  # SQLite then says: disk full
        with pytest.raises(StoreError, match="is full") as caught:
            store.settings.set("large", "x" * 5_000_000)
        assert "saved before" in caught.value.kept
        assert store.settings.all() == {"small": 1}


def test_two_processes_worth_of_stores_write_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    with Store.open(path) as window, Store.open(path) as command_line:
        chat = window.conversations.create("Shared")
        command_line.conversations.rename(chat.id, "Renamed")
        assert window.conversations.get(chat.id).title == "Renamed"
        assert window.ledger.add([local_entry("e1")]) == 1
        assert command_line.ledger.add([local_entry("e1")]) == 0
