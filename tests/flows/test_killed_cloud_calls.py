"""kill -9 on the command line in the middle of a provider's answer: ledger, meter, audit and budget have it, once."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.flows.conftest import Program
from tests.support.secret_service import Daemon
from tests.support.tap import KEY, MODEL, Tap, until_recorded

from pennyweight.domain.conversation import MessageState
from pennyweight.domain.usage import UsageState
from pennyweight.services.container import Services

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")
INPUT = 1_000
PER_INPUT, PER_OUTPUT = Decimal("0.000003"), Decimal("0.000015")
Killing = Callable[..., None]


@pytest.fixture
def tap() -> Iterator[Tap]:
    server = Tap(answers=2, input_tokens=INPUT)
    yield server
    server.close()


@pytest.fixture
def kill_in_mid_answer(program: Program, keyring: Daemon, tap: Tap) -> Killing:
    """Runs a command that asks Anthropic, and kills it once enough of the answer has come."""
    assert program.run("keys", "set", "anthropic", text=f"{KEY}\n").returncode == 0
    assert program.run("keys", "address", "anthropic", tap.url).returncode == 0

    def run(*arguments: str) -> None:
        with subprocess.Popen(
            program.command(*arguments), env=program.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            tap.open(30)
            until_recorded(program.home, "sent = 1 AND output_total > 200", running)
            running.send_signal(signal.SIGKILL)

    return run


def billed_of_one_call(program: Program) -> Decimal:
    """What the one cloud call was billed, as every command tells it."""
    found = program.json("meter", "--period", "all")
    billed, tokens = Decimal(found["billed_usd"]), found["tokens"]["cloud"]
    assert tokens["input_total"] == INPUT
    assert tokens["output_total"] > 200
    assert billed == PER_INPUT * INPUT + PER_OUTPUT * tokens["output_total"]
    audit = program.json("audit", "--by", "model")
    (row,) = [row for row in audit["rows"] if MODEL in str(row)]
    assert Decimal(row["billed_usd"]) == billed
    program.json("keys", "budget", "10")
    (budget,) = program.json("keys", "budget")["budgets"]
    assert Decimal(budget["spent_usd"]) == billed
    return billed


def test_ask(program: Program, kill_in_mid_answer: Killing, tap: Tap) -> None:
    kill_in_mid_answer("ask", "Go on", "--source", "anthropic", "--model", MODEL, "--yes")
    billed = billed_of_one_call(program)
    assert program.json("meter", "--period", "all")["estimated_rows"] == 1
    chats = program.home.parent / "chats.json"
    program.run("export", "chats", str(chats))
    assert '"interrupted"' in chats.read_text()
    assert billed_of_one_call(program) == billed
    assert KEY.encode() not in b"".join(path.read_bytes() for path in program.home.glob("pennyweight.db*"))


@pytest.mark.parametrize("batch", [False, True], ids=["one prompt", "a batch"])
def test_compare(
    program: Program, kill_in_mid_answer: Killing, request: pytest.FixtureRequest, tmp_path: Path, batch: bool
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("Go on\nAnd on\n")
    what = ("--prompts", str(prompts)) if batch else ("Go on",)
    kill_in_mid_answer("compare", *what, "--with", f"anthropic/{MODEL}", "--yes")
    billed = billed_of_one_call(program)
    services: Services = request.getfixturevalue("services")
    (line,) = services.compare.history()
    assert line.prompts == 1
    side = next(side for side in line.first.sides if side.source == "anthropic")
    assert side.state is MessageState.INTERRUPTED
    assert side.text.startswith("ten plain words")
    assert "estimate" in side.note
    assert side.cost_nano == billed * 10**9
    (row,) = services.meter.entries(side.id)
    assert row.usage.usage_state is UsageState.ESTIMATED
