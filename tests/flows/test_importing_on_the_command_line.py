"""Import, list, undo, redo and reconcile: real files through the real program into a real database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.usage_files import (
    GPT_5_MINI_DAYS,
    anthropic_usage,
    chatgpt_export,
    claude_log,
    openai_cost,
    openai_usage,
)

Program = Any


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    folder = tmp_path / "files"
    folder.mkdir()
    return {
        "usage": openai_usage(folder / "usage.csv", *((day, taken, made) for day, taken, made, _ in GPT_5_MINI_DAYS)),
        "cost": openai_cost(folder / "cost.csv", *((day, usd) for day, _, _, usd in GPT_5_MINI_DAYS)),
        "log": claude_log(folder / "claude" / "s.jsonl", ("m1", 40, 100, "2026-11-01T10:00:00Z")),
        "report": anthropic_usage(folder / "anthropic.json", ("2026-11-01", 1_000, 500)),
        "chats": chatgpt_export(folder / "conversations.json", ("Question. " * 50, "Answer. " * 90)),
    }


def test_the_three_billed_days_reconcile_to_nothing_left(program: Program, files: dict[str, Path]) -> None:
    preview = program.json("import", "auto", str(files["usage"]), "--dry-run")
    assert (preview["kind"], preview["rows_new"], preview["usd_known"]) == ("openai", 3, "0.982742")
    assert (preview["preview"], preview["run_id"]) == (True, None)
    assert program.json("import", "list") == {"imports": []}
    assert program.json("import", "openai", str(files["usage"]))["usd_known"] == "0.982742"
    found = program.json("reconcile", "openai", str(files["cost"]))
    assert [day["utc_day"] for day in found["days"]] == [day for day, *_ in GPT_5_MINI_DAYS]
    assert [day["billed_usd"] for day in found["days"]] == ["0.569788", "0.3409", "0.072054"]
    assert (
        {day["unexplained_usd"] for day in found["days"]} == {day["difference_usd"] for day in found["days"]} == {"0"}
    )
    assert found["totals"]["unexplained_usd"] == "0"
    shown = program.run("reconcile", "openai")
    assert shown.returncode == 0
    assert "Billed $0.98, in the ledger $0.98, difference $0.00, unexplained $0.00." in shown.stdout
    assert shown.stdout.count("agrees") == 3


def test_an_import_is_listed_taken_back_and_put_back(program: Program, files: dict[str, Path]) -> None:
    tried = program.run("import", "auto", str(files["log"]), "--dry-run")
    assert tried.stdout.startswith("1 row would be new, ")
    done = program.json("import", "auto", str(files["log"]))
    assert done["rows_new"] == 1
    assert program.json("import", "auto", str(files["log"]))["rows_known"] == 1
    (listed,) = program.json("import", "list")["imports"]
    assert (listed["id"], listed["kind"], listed["state"], listed["usd"]) == (
        done["run_id"],
        "claude-code",
        "done",
        "0.00108",
    )
    assert program.json("import", "undo", done["run_id"][:8])["rows"] == 1
    assert program.json("meter", "--period", "all")["billed_usd"] == "0"
    again = program.json("import", "redo", done["run_id"])
    assert (again["rows"], again["was"]) == (1, done["run_id"])
    assert program.json("meter", "--period", "all")["billed_usd"] == "0.00108"
    assert "no such import" in program.run("import", "undo", "nothing").stderr


def test_use_told_twice_is_said_and_counted_once_in_the_audit(program: Program, files: dict[str, Path]) -> None:
    program.json("import", "auto", str(files["log"]))
    done = program.run("import", "auto", str(files["report"]))
    assert "1 day of Anthropic is in the ledger twice: 0.7¢" in done.stderr
    for counting, usd in (("calls", "0.00108"), ("reports", "0.007"), ("both", "0.00808")):
        assert program.json("import", "count", counting) == {"counting": counting}
        found = program.json("audit", "--from", "2026-10-30", "--to", "2026-11-03")
        assert found["totals"]["billed_usd"] == usd
        assert found["told_twice"]["counting"] == counting


def test_chat_exports_are_estimates_in_the_audit_and_no_spend(program: Program, files: dict[str, Path]) -> None:
    assert program.json("import", "chatgpt", str(files["chats"]))["rows_estimated"] == 1
    found = program.json("audit", "--from", "2025-10-30", "--to", "2025-11-03")
    (estimate,) = found["estimates"]
    assert (estimate["source"], estimate["answers"]) == ("chatgpt", 1)
    assert 0 < float(estimate["usd_low"]) < float(estimate["usd"]) < float(estimate["usd_high"])
    assert found["totals"]["billed_usd"] == "0"


def test_the_usual_places_and_the_switch(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    for name in ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_DATA_DIR", "LLM_USER_PATH"):
        monkeypatch.delenv(name, raising=False)
    claude_log(tmp_path / "person" / ".claude" / "projects" / "p" / "s.jsonl", ("m1", 1, 1, "2026-11-01T10:00:00Z"))
    (place,) = program.json("import", "find")["places"]
    assert (place["kind"], place["files"]) == ("claude-code", 1)
    assert program.json("import", "watch") == {"watching": False}
    assert program.json("import", "watch", "on") == {"watching": True}


def test_wrong_use_and_bad_files_are_told_apart(program: Program, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    bad = program.run("import", "auto", str(tmp_path / "bad.csv"))
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "Nothing in" in bad.stderr
    assert program.run("import").returncode == 2
    assert program.run("import", "no-such-kind", "x").returncode == 2
    assert program.run("reconcile", "nobody").returncode == 2
