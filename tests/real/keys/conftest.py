"""A real Secret Service: GNOME Keyring on a session bus of its own, with a home of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.secret_service import Daemon

NEEDED = ("dbus-daemon", "gnome-keyring-daemon")


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (packaging/system-packages.txt names the packages)")
    started = Daemon(tmp_path)
    started.start()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", started.address)
    yield started
    started.close()


@pytest.fixture
def no_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session without a bus."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
