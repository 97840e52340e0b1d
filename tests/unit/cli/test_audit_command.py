"""The fields of `audit` and `what-if`, as scripts read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.app.composition import build_services
from pennyweight.cli.main import run
from pennyweight.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.ledger.add([local_entry("l"), cloud_entry("c"), cloud_entry("i", origin="codex:a:1", billed_nano=None)])
    return tmp_path


def ask(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run([*arguments, "--json"], lambda: build_services(home)) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_audit_gives_rows_and_totals(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(home, capsys, "audit", "--from", "2026-11-18", "--to", "2026-11-22", "--by", "source")
    assert {row["source"] for row in found["rows"]} == {"local", "openai"}
    assert {row["label"]: row["billed_usd"] for row in found["rows"]} == {
        "openai": "0.000805", "Codex CLI": "0", "This computer": "0"
    }  # fmt: skip
    totals = found["totals"]
    assert totals["billed_usd"] == totals["billed_here_usd"] == "0.000805"
    assert totals["local_usd"] == "0.0000006"
    assert totals["unpriced_rows"] == 1
    assert totals["tokens"]["input_total"] == 2_100
    assert ask(home, capsys, "audit", "--from", "2026-11-18", "--to", "2026-11-22")["rows"][0]["day"] == "2026-11-18"


def test_what_if_gives_the_thousand_dollar_answer(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ("--input", "3000", "--output", "1000", "--runs", "100000")
    found = ask(home, capsys, "what-if", *numbers, "--model", "openai/gpt-4o-2024-05-13", "--model", "local")
    cloud, local = found["rows"]
    assert (cloud["per_run_usd"], cloud["total_usd"], cloud["asset_usd"]) == ("0.03", "3000", "0.03")
    assert local["model"] == "local"
    assert local["seconds"] == pytest.approx(100_000 * local["seconds_per_run"])
    assert local["basis"] in ("measured", "estimated")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["audit", "--from", "soon"], 2),
        (["audit", "--from", "2026-11-02", "--to", "2026-11-01"], 1),
        (["what-if", "--input", "1", "--output", "1"], 2),
        (["what-if", "--input", "-1", "--output", "1", "--runs", "1"], 2),
        (["what-if", "--input", "1", "--output", "1", "--runs", "1", "--model", "nonsense"], 1),
    ],
)
def test_wrong_usage_and_impossible_wishes(home: Path, arguments: list[str], code: int) -> None:
    assert run(arguments, lambda: build_services(home)) == code
