"""The whole program: the command line, the real engine child, the starter model, a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.secret_service import Daemon

from pennyweight.app.composition import build_services
from pennyweight.domain.resources import starter_model_path
from pennyweight.services.container import Services


@dataclass
class Program:
    """`pennyweight …` over one data folder."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY", "WAYLAND"))}
        return kept | {"PENNYWEIGHT_HOME": str(self.home)}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pennyweight", *arguments]

    def run(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, input=text, timeout=110,
            check=False,
        )  # fmt: skip

    def json(self, *arguments: str) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture
def program(tmp_path: Path) -> Program:
    if not starter_model_path().is_file():
        pytest.fail("the starter model is missing: make starter")
    return Program(tmp_path / "home")


@pytest.fixture
def services(program: Program) -> Iterator[Services]:
    program.home.mkdir(exist_ok=True)
    opened = build_services(program.home)
    yield opened
    opened.close()


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    if shutil.which("dbus-daemon") is None or shutil.which("gnome-keyring-daemon") is None:
        pytest.skip("a keyring daemon is not installed (packaging/system-packages.txt names the packages)")
    folder = tmp_path / "keyring"
    folder.mkdir()
    daemon = Daemon(folder)
    daemon.start()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.address)
    yield daemon
    daemon.close()
