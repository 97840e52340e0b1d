"""Against a server that is not ours: llama-cpp-python's own OpenAI-compatible one, with the starter model.

It needs packages that the program does not: name a Python that has `llama-cpp-python[server]` in
PENNYWEIGHT_TEST_SERVER_PYTHON.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pennyweight.app import composition
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.resources import starter_model_path
from pennyweight.domain.usage import UsageState
from pennyweight.keys import KeyStore
from pennyweight.services.draft import Draft
from pennyweight.services.events import AnswerDone

PYTHON = os.environ.get("PENNYWEIGHT_TEST_SERVER_PYTHON", "")


@pytest.fixture
def address() -> Iterator[str]:
    if not PYTHON:
        pytest.skip("PENNYWEIGHT_TEST_SERVER_PYTHON is not set")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = ("--host", "127.0.0.1", "--port", str(port), "--n_ctx", "1024", "--n_threads", "1")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    running = subprocess.Popen(
        [PYTHON, "-m", "llama_cpp.server", "--model", str(starter_model_path()), *where],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/v1/models", running)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        running.terminate()
        running.wait(20)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert running.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server did not start")


def test_it_lists_its_model_and_answers(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    (tmp_path / "home").mkdir()
    services = composition.build_services(tmp_path / "home")
    try:
        services.keys.set_address("own-server", address)
        (model,) = services.keys.fetch_models("own-server", Cancel())
        draft = Draft(text="What is Pennyweight?", task=Task.ASK, seed=1)
        preview = services.escalate.preview(draft, "own-server", model.id)
        assert preview.problem == ""
        assert preview.local
        last = list(services.escalate.send(preview, Cancel()))[-1]
        assert isinstance(last, AnswerDone)
        assert last.message.state is MessageState.COMPLETE
        assert last.message.text
        (row,) = services.meter.entries(last.message.id)
        assert row.billed_nano is None
        assert row.usage.usage_state in (UsageState.REPORTED, UsageState.ESTIMATED)
        assert row.usage.input_total > 0
        assert row.usage.output_total > 0
    finally:
        services.close()
