"""A process is known again whatever becomes of the clock, and not mistaken for another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pennyweight.store import owner
from pennyweight.store.owner import Owner

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux derives the time a process began from a clock"
)


@pytest.fixture
def boot_id(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Where the name of the start of the system is read; not there yet."""
    with monkeypatch.context() as patched:
        patched.setattr(owner, "_BOOT_ID", tmp_path / "boot_id")
        yield tmp_path / "boot_id"
    owner._boot.cache_clear()


@pytest.fixture
def mine() -> Owner:
    return Owner.this_process()


def clock_set(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """What psutil reads as the time of the start of the system moves along when the clock is set."""
    before = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: before + seconds)


@on_linux
@pytest.mark.parametrize("seconds", [-86_400.0, -3.0, 3.0, 86_400.0])
def test_a_process_lives_on_when_the_clock_is_set(mine: Owner, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    before = psutil.Process(os.getpid()).create_time()
    clock_set(monkeypatch, seconds)
    assert psutil.Process(os.getpid()).create_time() == pytest.approx(before + seconds, abs=0.1)
    assert mine.lives()
    assert Owner.this_process() == mine


def test_what_an_earlier_version_wrote_is_understood() -> None:
    began = psutil.Process(os.getpid()).create_time()
    assert Owner(os.getpid(), began).lives()
    assert not Owner(os.getpid(), began - 3_600).lives()
    assert not Owner(os.getpid(), 1.0).lives()


@on_linux
def test_the_same_number_and_tick_after_another_start_of_the_system_is_another_process(
    mine: Owner, boot_id: Path
) -> None:
    seen = set()
    for name in range(100):
        boot_id.write_text(f"0e8400-{name}\n")
        owner._boot.cache_clear()
        assert not mine.lives()
        seen.add(Owner.this_process().started)
    assert len(seen) > 95


@on_linux
def test_a_process_that_began_a_tick_later_is_another_one(mine: Owner) -> None:
    assert not replace(mine, started=mine.started - 1).lives()
    assert not replace(mine, started=mine.started + 1).lives()
    assert float(int(mine.started)) == mine.started
    assert -(2**53) <= mine.started < -(2**35)


@on_linux
def test_without_a_name_of_the_start_nobody_who_runs_is_taken_for_gone(mine: Owner, boot_id: Path) -> None:
    assert not boot_id.exists()
    owner._boot.cache_clear()
    assert mine.lives()
    assert Owner.this_process().started > 0
    assert Owner.this_process().lives()


def test_a_process_that_has_ended_does_not_live_not_even_while_its_parent_has_not_looked() -> None:
    said = (
        "import sys; from pennyweight.store.owner import Owner; print(repr(Owner.this_process().started), flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", f"{said}; sys.stdin.readline()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        its = Owner(child.pid, float(child.stdout.readline()))
        assert its.lives()
        child.kill()
        if sys.platform != "win32":
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and still in the table of processes
        assert not its.lives()
    assert not its.lives()
