"""A bug and an abort in mid-answer, with a key in memory: neither the notes nor any other file holds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback

KEY = "sk-proj-PLANTEDkey0123456789abcdefWXYZ"
PROGRAM = """
import os, sys
from pathlib import Path
home, url, ending, key = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.stdin.read().strip()
from pennyweight.app import composition, crash
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task
from pennyweight.keys import KeyStore
from pennyweight.services.cloud_call import CloudCall
from pennyweight.services.draft import Draft
composition._open_keys = lambda: KeyStore(find=lambda: None)
crash.install(home)
services = composition.build_services(home)
services.keys.set_address("openai", url)
services.keys.set("openai", key)
def broken(self):
    raise RuntimeError(f"a bug that quotes {key}")
for event in services.escalate.send(
    services.escalate.preview(Draft(text="Hello", task=Task.ASK), "openai", "gpt-4o"), Cancel()
):
    if "text='Half" in repr(event):
        if ending == "abort":
            os.abort()
        CloudCall._book = broken
services.close()
"""


@pytest.mark.parametrize("ending", ["bug", "abort"])
def test_no_file_holds_the_key_after_a_crash(ending: str, tmp_path: Path, server: Loopback) -> None:
    (home := tmp_path / "home").mkdir()
    delta = {"type": "response.output_text.delta", "delta": "Half of it"}
    server.say(sse(delta, names=True), sse(delta, names=True))
    arguments = [sys.executable, "-c", PROGRAM, str(home), f"{server.url}/v1", ending]
    done = subprocess.run(arguments, input=KEY, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    files = [path for path in home.rglob("*") if path.is_file()]
    notes = [path for path in files if path.parent.name == "logs" and path.stat().st_size]
    assert notes, done.stderr
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
