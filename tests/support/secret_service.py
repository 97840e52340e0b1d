"""GNOME Keyring, started for one test: no screen, so a password prompt cannot appear and counts as dismissed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import secretstorage

PASSWORD = b"correct horse\n"
_ASK = """
import secretstorage
bus = secretstorage.dbus_init()
try:
    locked = secretstorage.Collection(bus, "/org/freedesktop/secrets/aliases/default").is_locked()
    print("locked" if locked else "open")
finally:
    bus.close()
"""


class Daemon:
    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.runtime = folder / "runtime"
        self.home.mkdir()
        self.runtime.mkdir(mode=0o700)
        self._bus: subprocess.Popen[bytes] | None = None
        self._keyring: subprocess.Popen[bytes] | None = None
        self.address = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_DATA_HOME": str(self.home / "data"),
            "DBUS_SESSION_BUS_ADDRESS": self.address,
        }

    def start(self) -> None:
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self._bus.stdout is not None
        self.address = self._bus.stdout.readline().decode().strip()
        self.start_keyring()

    def start_keyring(self) -> None:
        """The daemon, with its login collection unlocked (made at the first time)."""
        self._keyring = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self._keyring.stdin is not None
        self._keyring.stdin.write(PASSWORD)
        self._keyring.stdin.close()
        assert _within(10, self._is_open), "the keyring did not start"

    def stop_keyring(self) -> None:
        _end(self._keyring)
        self._keyring = None

    def lock(self) -> None:
        with closing(secretstorage.dbus_init()) as bus:
            secretstorage.get_default_collection(bus).lock()

    def unlock(self) -> None:
        """As logging in anew does."""
        self.stop_keyring()
        self.start_keyring()

    def damage(self, service: str, name: str) -> None:
        """Put bytes that are no text where a key was."""
        with closing(secretstorage.dbus_init()) as bus:
            collection = secretstorage.get_default_collection(bus)
            (item,) = collection.search_items({"service": service, "username": name})
            item.set_secret(b"\xff\xfe\x00", "application/octet-stream")

    def everything_written(self) -> bytes:
        files = [path for folder in (self.home, self.runtime) for path in folder.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in files)

    def close(self) -> None:
        self.stop_keyring()
        _end(self._bus)
        if self._bus is not None and self._bus.stdout is not None:
            self._bus.stdout.close()

    def _is_open(self) -> bool:
        """Asked in another process, so that it sees this daemon's bus whatever the test's environment says."""
        asked = subprocess.run(
            [sys.executable, "-c", _ASK], capture_output=True, text=True, env=self.environment, check=False
        )
        return asked.stdout.strip() == "open"


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
    return True


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
