from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pennyweight.domain.errors import StoreError
from pennyweight.store import Store, WindowLock

HOLDING = """
import sys
from pathlib import Path
from pennyweight.store import WindowLock
lock = WindowLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_window_is_told(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "pennyweight.db"
    with WindowLock(path), pytest.raises(StoreError, match="already open"):
        WindowLock(path)
    lock = WindowLock(path)
    lock.release()
    lock.release()
    assert (path.parent / "pennyweight.db.window").stat().st_mode & 0o077 == 0


def test_the_lock_of_a_killed_window_is_free_and_the_store_needs_none(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match="already open"):
            WindowLock(path)
        Store.open(path).close()  # the command line beside the window
        window.kill()
        window.wait()
    WindowLock(path).release()
