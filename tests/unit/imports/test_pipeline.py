"""A whole import, from files to the ledger and back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.imports.import_samples import claude, claude_folder

from pennyweight.domain.cancel import Cancel
from pennyweight.services.imports import ImportService, ImportStopped, pipeline
from pennyweight.store import Store


def test_a_second_import_adds_nothing_and_undo_restores_the_totals(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    before = store.ledger.totals()
    folder = claude_folder(tmp_path / "projects")
    first = service.run("claude-code", folder)
    with_rows = store.ledger.totals()
    second = service.run("claude-code", folder)
    assert (second.rows_new, second.rows_known, second.run_id) == (0, 4, None)
    assert store.ledger.totals() == with_rows
    assert first.run_id is not None
    assert service.undo(first.run_id) == 4
    assert store.ledger.totals() == before
    assert store.ledger.sums_match_rows()
    assert service.run("claude-code", folder).rows_new == 4
    assert store.ledger.totals() == with_rows
    assert store.ledger.sums_match_rows()


def test_a_row_imported_while_it_was_being_written_is_corrected(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    log = tmp_path / "a.jsonl"
    log.write_text(claude("msg_A", 1, stop_reason=None))
    first = service.run("claude-code", log)
    log.write_text(claude("msg_A", 100))
    report = service.run("claude-code", log)
    assert (report.rows_new, report.rows_known, report.rows_corrected) == (0, 1, 1)
    assert store.ledger.totals().billed_nano == 20_000 + 1_000_000
    assert store.ledger.totals().calls == 1
    assert service.run("claude-code", log).rows_corrected == 0
    assert first.run_id is not None
    service.undo(first.run_id)
    assert store.ledger.totals().billed_nano == 0


def test_the_ledger_still_refuses_deletions(store: Store, tmp_path: Path) -> None:
    ImportService(store).run("claude-code", claude_folder(tmp_path / "projects"))
    with closing(sqlite3.connect(store.path)) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("DELETE FROM ledger")


def test_stopping_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    cancel = Cancel()
    service = ImportService(store)
    with pytest.raises(ImportStopped):
        service.run("auto", claude_folder(tmp_path / "p"), cancel=cancel, progress=lambda *_: cancel.cancel())
    assert store.ledger.totals().calls == 0


def test_a_stop_while_writing_takes_back_what_was_written(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "_BATCH", 2)
    log = tmp_path / "a.jsonl"
    log.write_text("\n".join(claude(f"msg_{number}", 5) for number in range(9)))
    cancel, written = Cancel(), list[int]()

    def progress(text: str, fraction: float | None) -> None:
        if text == "Writing" and fraction is not None and fraction > 0.6:
            written.append(store.ledger.totals().calls)
            cancel.cancel()

    service, before = ImportService(store), store.ledger.totals()
    with pytest.raises(ImportStopped) as stopped:
        service.run("auto", log, cancel=cancel, progress=progress)
    assert stopped.value.kept == "Nothing was imported."
    assert written[0] >= 2
    assert store.ledger.totals() == before
    assert store.ledger.sums_match_rows()
    assert service.run("auto", log).rows_new == 9


def test_a_long_file_without_answers_tells_how_far_it_is_and_can_be_stopped(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "a.jsonl"
    line = json.dumps({"type": "user", "sessionId": "s", "message": {"content": "x" * 50_000}})
    log.write_text("\n".join([line] * 100))
    told: list[float] = []
    service = ImportService(store)
    service.run("claude-code", log, progress=lambda _text, fraction: told.append(fraction or 0.0))
    assert told == sorted(told)
    assert len([one for one in told if 0 < one < 1]) >= 3
    cancel = Cancel()
    with pytest.raises(ImportStopped):
        service.run("claude-code", log, cancel=cancel, progress=lambda _text, fraction: cancel.cancel())


def test_keys_that_files_should_not_have_are_known_again(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "a.jsonl"
    log.write_text("\n".join(claude(name, 5) for name in ("a\0b", "a\0c", "#", "$", "'", "\u2028", "\U0001f4b8")))
    service = ImportService(store)
    assert service.run("auto", log).rows_new == 7
    again = service.run("auto", log)
    assert (again.rows_new, again.rows_known) == (0, 7)
    assert service.preview("auto", log).rows_new == 0
