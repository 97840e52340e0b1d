"""Whatever comes in, and wherever the output goes: one line that says why, and an exit code."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pennyweight.cli.answer import stopped_by_signals
from pennyweight.cli.main import group

PRICE = ["price", "--provider", "openai", "--model", "gpt-4o", "--usage"]
USAGE = '{"prompt_tokens": 10, "completion_tokens": 5}'


def test_a_number_of_thousands_of_digits_is_no_usable_usage() -> None:
    result = CliRunner().invoke(group, [*PRICE, '{"prompt_tokens": 1' + "0" * 5_000 + "}"])
    assert "not JSON" in str(result.exception)


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-02-30", ""])
def test_a_moment_that_no_calendar_has_is_wrong_usage(at: str) -> None:
    result = CliRunner().invoke(group, [*PRICE, USAGE, "--at", at])
    assert result.exit_code == 2
    assert "is not a time" in result.output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_an_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pennyweight", *PRICE, USAGE],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("The output cannot be written: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no terminals that hang up")
@pytest.mark.parametrize(("before", "stops"), [(signal.SIG_DFL, True), (signal.SIG_IGN, False)])
def test_a_terminal_that_is_closed_stops_the_answer_but_not_under_nohup(before: signal.Handlers, stops: bool) -> None:
    old = signal.signal(signal.SIGHUP, before)
    try:
        with stopped_by_signals():
            assert (signal.getsignal(signal.SIGHUP) is not before) is stops
        assert signal.getsignal(signal.SIGHUP) is before
    finally:
        signal.signal(signal.SIGHUP, old)
