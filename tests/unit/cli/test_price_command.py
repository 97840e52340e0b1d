"""Every worked example of `metering-cases.json` through `pennyweight price`."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pennyweight.cli.main import group, run

CASES = json.loads((Path(__file__).parents[1] / "meter" / "metering-cases.json").read_text("utf-8"))["cases"]


def arguments(case: dict[str, Any]) -> list[str]:
    given = ["price", "--json", "--provider", case["provider"], "--model", case["model"], "--at", case["at"]]
    given += ["--usage", json.dumps(case["usage"])]
    return given + (["--service-tier", case["service_tier"]] if case.get("service_tier") else [])


def check(case: dict[str, Any], found: dict[str, Any]) -> None:
    if case["usd"] is None:
        assert found["usd"] is None
    else:
        assert Decimal(found["usd"]) == Decimal(case["usd"])
    for name, value in case.get("record", {}).items():
        assert found["record"][name] == value
    assert {"usd", "record", "matched_model", "price_source", "rate_card"} <= found.keys()


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_a_worked_example(case: dict[str, Any]) -> None:
    result = CliRunner().invoke(group, arguments(case))
    assert result.exit_code == 0, result.output
    check(case, json.loads(result.stdout))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES[:2]])
def test_a_worked_example_as_a_program_of_its_own(case: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pennyweight", *arguments(case)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    check(case, json.loads(done.stdout))


def nothing_to_open() -> Any:
    raise AssertionError("pricing opens no database")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["price", "--provider", "openai", "--model", "gpt-4o", "--usage", "{"], 1),
        (["price", "--provider", "openai", "--model", "gpt-4o", "--usage", "[]"], 1),
        (["price", "--provider", "openai", "--model", "gpt-4o", "--usage", "{}"], 1),
        (["price", "--provider", "openai", "--model", "gpt-4o", "--usage", "{}", "--at", "soon"], 2),
        (["price", "--provider", "openai"], 2),
        (["nonsense"], 2),
        (["price", "--provider", "x", "--model", "y", "--usage", '{"prompt_tokens": 1, "completion_tokens": 1}'], 0),
        (["--version"], 0),
        (["--help"], 0),
    ],
)
def test_exit_codes(given: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(given, nothing_to_open) == code
    printed = capsys.readouterr()
    if code == 1:
        assert printed.out == ""
        assert len(printed.err.splitlines()) == 1


def test_an_unknown_model_is_unpriced_and_never_zero(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["price", "--json", "--provider", "openai", "--model", "no-such-model"]
    assert run([*given, "--usage", '{"prompt_tokens": 9, "completion_tokens": 1}'], nothing_to_open) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["usd"] is None
    assert "does not know the model" in printed.err


def test_a_price_reads_as_everywhere_else_and_stays_exact_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["price", "--provider", "openai", "--model", "gpt-4o-2024-05-13"]
    given += ["--usage", '{"prompt_tokens": 181, "completion_tokens": 0}']
    assert run(given, nothing_to_open) == 0
    assert capsys.readouterr().out == "0.09¢\n"
    assert run([*given, "--json"], nothing_to_open) == 0
    assert json.loads(capsys.readouterr().out)["usd"] == "0.000905"
