"""Claude Code logs, to the nano-dollar."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.imports.import_samples import CLAUDE_NANO, claude, claude_folder

from pennyweight.services.imports import ImportService
from pennyweight.services.imports.claude_code import rows
from pennyweight.services.imports.rows import MALFORMED, Skipped
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
    imports.put_back(report.run_id)
    assert store.projects.all() == [("harbour", 1), ("port", 1)]


def parsed(*lines: str) -> list[object]:
    return list(rows(io.BytesIO("\n".join(lines).encode())))


def escaped(text: str, chosen: list[bool]) -> str:
    """The same JSON with some letters of its names and words written as escapes."""
    marks = iter(chosen)
    letters = r"(?<=[\"a-zA-Z])[a-z](?=[a-z_\"])"
    return re.sub(letters, lambda found: f"\\u{ord(found[0]):04x}" if next(marks, False) else found[0], text)


@given(st.lists(st.booleans(), max_size=120))
def test_an_answer_is_found_however_its_letters_are_written(chosen: list[bool]) -> None:
    line = escaped(claude("msg_A", 5), chosen)
    assert json.loads(line) == json.loads(claude("msg_A", 5))
    assert parsed(line) == parsed(claude("msg_A", 5))
    assert len(parsed(line)) == 1


def test_what_a_person_or_a_tool_says_about_usage_is_no_answer_and_nothing_is_called_unreadable() -> None:
    quoted = json.dumps({"type": "user", "message": {"role": "user", "content": claude("msg_Q", 5)}})
    nested = json.dumps({"type": "progress", "data": {"message": json.loads(claude("msg_P", 5))}})
    other = '{"type":"system","message":"text","usage":{},"about":"assistant"}'
    assert parsed(quoted, nested, other) == []


def test_an_unreadable_line_is_counted_whether_or_not_it_looks_like_an_answer() -> None:
    found = parsed('{"type":"user",', claude("msg_A", 5)[:-4], '{"type":"assistant","message":7,"usage":0}', "[1]")
    assert [one.reason for one in found if isinstance(one, Skipped)] == [MALFORMED] * 4
