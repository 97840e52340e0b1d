"""Taking an import back, putting it back, and re-importing the usual places at start."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.usage_files import chatgpt_export, claude_log, openai_cost

from pennyweight.domain.errors import InputError
from pennyweight.services.imports import ImportService
from pennyweight.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "pennyweight.db") as opened:
        yield opened


@pytest.fixture
def service(store: Store) -> ImportService:
    return ImportService(store)


def test_an_import_that_was_taken_back_can_be_put_back_without_its_file(
    store: Store, service: ImportService, tmp_path: Path
) -> None:
    log = claude_log(tmp_path / "s.jsonl", ("m1", 10, 100, "2026-11-01T10:00:00Z"))
    first = service.run("auto", log)
    totals = store.ledger.totals()
    log.unlink()
    assert first.run_id is not None
    service.undo(first.run_id)
    assert store.ledger.totals().calls == 0
    again, rows = service.put_back(first.run_id)
    assert rows == 1
    assert store.ledger.totals() == totals
    assert store.ledger.sums_match_rows()
    assert [(run.id, run.state) for run in service.runs()] == [(again, "done"), (first.run_id, "undone")]
    assert service.undo(again) == 1
    assert store.ledger.totals().calls == 0
    assert store.ledger.sums_match_rows()


def test_what_a_later_import_brought_up_to_date_comes_back_whole(
    store: Store, service: ImportService, tmp_path: Path
) -> None:
    first, second = grown_log(service, tmp_path)
    whole = store.ledger.totals()
    assert whole.cloud.output_total == 150
    service.undo(second)
    service.undo(first)
    assert store.ledger.totals().calls == 0
    again, _ = service.put_back(first)
    assert store.ledger.totals().cloud.output_total == 100
    service.put_back(second)
    assert store.ledger.totals() == whole
    service.undo(again)  # the correction leaves with the row
    assert store.ledger.totals().calls == 0
    service.put_back(again)
    assert store.ledger.totals() == whole
    assert store.ledger.sums_match_rows()


def test_a_correction_does_not_come_back_over_a_row_that_was_imported_anew(
    store: Store, service: ImportService, tmp_path: Path
) -> None:
    first, _ = grown_log(service, tmp_path)
    whole = store.ledger.totals()
    service.undo(first)
    service.run("auto", tmp_path / "s.jsonl")
    assert store.ledger.totals() == whole
    assert service.put_back(first)[1] == 0
    assert store.ledger.totals() == whole


def test_a_correction_does_not_come_back_without_the_row_it_corrects(
    store: Store, service: ImportService, tmp_path: Path
) -> None:
    first, second = grown_log(service, tmp_path)
    whole = store.ledger.totals()
    service.undo(second)
    service.undo(first)
    assert service.put_back(second)[1] == 0
    service.run("auto", tmp_path / "s.jsonl")
    assert store.ledger.totals() == whole


def grown_log(service: ImportService, folder: Path) -> tuple[str, str]:
    """The ids of two imports of a log: its one answer has 100 tokens in the first, and 150 in the second."""
    ids = []
    for output in (100, 150):
        log = claude_log(folder / "s.jsonl", ("m1", 10, output, "2026-11-01T10:00:00Z"))
        ids.append(service.run("auto", log).run_id or "")
    return ids[0], ids[1]


def test_bills_and_estimates_come_back_too(store: Store, service: ImportService, tmp_path: Path) -> None:
    bill = service.run("auto", openai_cost(tmp_path / "cost.csv", ("2026-11-01", "1.5")))
    chats = service.run("auto", chatgpt_export(tmp_path / "conversations.json", ("Hi", "Hello")))
    for done in (bill, chats):
        assert done.run_id is not None
        assert service.undo(done.run_id) == 1
    assert (service.billed(), service.estimates()) == ([], [])
    for done in (bill, chats):
        assert done.run_id is not None
        assert service.put_back(done.run_id)[1] == 1
    assert service.billed() == [("openai", "2026-11-01", "2026-11-01", 1_500_000_000)]
    assert len(service.estimates()) == 1


def test_nothing_is_put_back_twice_and_rows_imported_meanwhile_stay_once(
    store: Store, service: ImportService, tmp_path: Path
) -> None:
    log = claude_log(tmp_path / "s.jsonl", ("m1", 10, 100, "2026-11-01T10:00:00Z"))
    first = service.run("auto", log)
    assert first.run_id is not None
    with pytest.raises(InputError, match="no such import to put back"):
        service.put_back(first.run_id)
    service.undo(first.run_id)
    service.run("auto", log)
    assert service.put_back(first.run_id)[1] == 0
    assert store.ledger.totals().calls == 1
    with pytest.raises(InputError, match="no such import to put back"):
        service.put_back(first.run_id)


def test_a_ledger_row_that_was_put_back_still_cannot_be_deleted(
    store: Store, service: ImportService, tmp_path: Path
) -> None:
    done = service.run("auto", claude_log(tmp_path / "s.jsonl", ("m1", 10, 100, "2026-11-01T10:00:00Z")))
    assert done.run_id is not None
    service.undo(done.run_id)
    service.put_back(done.run_id)
    with closing(sqlite3.connect(store.path)) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("DELETE FROM ledger")


def test_the_usual_places_are_found_with_size_and_age(
    service: ImportService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = usual_home(tmp_path, monkeypatch)
    assert service.look() == []
    log = claude_log(home / ".claude" / "projects" / "p" / "s.jsonl", ("m1", 10, 100, "2026-11-01T10:00:00Z"))
    os.utime(log, (1_790_000_000, 1_790_000_000))
    (place,) = service.look()
    assert (place.kind, place.path, place.files) == ("claude-code", home / ".claude" / "projects", 1)
    assert place.size_bytes == log.stat().st_size
    assert place.newest is not None
    assert place.newest.timestamp() == 1_790_000_000


def test_watching_brings_in_what_is_new_and_reads_nothing_that_did_not_change(
    service: ImportService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = usual_home(tmp_path, monkeypatch)
    log = claude_log(home / ".claude" / "projects" / "p" / "s.jsonl", ("m1", 10, 100, "2026-11-01T10:00:00Z"))
    assert service.import_watched() == []
    service.set_watching(True)
    assert [report.rows_new for report in service.import_watched()] == [1]
    assert service.import_watched() == []
    claude_log(log, ("m1", 10, 100, "2026-11-01T10:00:00Z"), ("m2", 10, 100, "2026-11-01T11:00:00Z"))
    assert [(report.rows_new, report.rows_known) for report in service.import_watched()] == [(1, 1)]


def usual_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "person"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_DATA_DIR", "LLM_USER_PATH"):
        monkeypatch.delenv(name, raising=False)
    return home
