"""A whole import, from files to the ledger and back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.imports.import_samples import claude, claude_folder

from pennyweight.domain.cancel import Cancel
from pennyweight.services.imports import ImportService, ImportStopped
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
