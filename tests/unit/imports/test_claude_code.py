"""Claude Code logs, to the nano-dollar."""

from __future__ import annotations

from pathlib import Path

from tests.unit.imports.import_samples import CLAUDE_NANO, claude, claude_folder

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_claude_code_counts_each_answer_once_and_the_advisor_at_its_own_price(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    folder = claude_folder(tmp_path / "projects")
    preview = service.preview("auto", folder)
    assert store.ledger.totals().calls == 0
    report = service.run("claude-code", folder)
    assert (report.rows_new, report.rows_skipped, report.nano) == (4, 2, CLAUDE_NANO)
    assert (preview.rows_new, preview.nano, preview.skipped) == (4, CLAUDE_NANO, report.skipped)
    totals = store.ledger.totals()
    assert (totals.calls, totals.billed_nano, totals.estimated_rows) == (4, CLAUDE_NANO, 1)


def test_the_folder_of_a_session_becomes_its_project_until_the_import_is_taken_back(
    store: Store, tmp_path: Path
) -> None:
    log = tmp_path / "s1.jsonl"
    log.write_text(
        "\n".join(
            [
                claude("m1", 5, cwd="/home/ann/harbour/"),
                claude("m2", 7, cwd="/home/ann/harbour/docs", timestamp="2026-11-01T10:05:00Z"),
                claude("m3", 9, cwd="C:\\work\\port", sessionId="s2"),
                claude("m4", 9, sessionId="s3"),
            ]
        )
    )
    imports = ImportService(store)
    report = imports.run("claude-code", log)
    assert store.projects.all() == [("harbour", 1), ("port", 1)]
    assert {entry.id[-1]: entry.project for entry in store.ledger.iterate()} == {
        "0": "harbour", "3": "harbour", "1": "port", "2": ""
    }  # fmt: skip
    assert report.run_id is not None
    imports.undo(report.run_id)
    assert store.projects.all() == []
