"""The start up to the first paint, in processor time, against a bare Qt window started in the same way."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from pennyweight.app.composition import build_services

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

ROUNDS = 7
MOST = 6.0
"""Times a bare window."""


def _processor_seconds(what: str, home: Path) -> float:
    """With compiled files, as a person has them; where they go is our own, so that nothing else changes them."""
    script = Path(__file__).with_name("first_paint.py")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {
        "QT_QPA_PLATFORM": "offscreen",
        "PENNYWEIGHT_HOME": str(home),
        "PYTHONPYCACHEPREFIX": str(home / "compiled"),
    }
    done = subprocess.run(
        [sys.executable, script, what], capture_output=True, text=True, env=environment, check=True, timeout=100
    )
    return float(done.stdout)


def test_a_second_start_paints_its_window_in_a_few_times_a_bare_windows_processor_time(tmp_path: Path) -> None:
    services = build_services(tmp_path)
    services.settings.update(onboarding_done=True)
    services.close()
    for what in ("program", "bare"):  # the first start makes the compiled files
        _processor_seconds(what, tmp_path)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_processor_seconds("program", tmp_path))
        theirs.append(_processor_seconds("bare", tmp_path))
    mine, bare = statistics.median(ours), statistics.median(theirs)
    print(f"\nfirst paint: {mine:.2f} s of processor time, a bare Qt window {bare:.3f} s: ×{mine / bare:.1f}")
    assert mine / bare < MOST
