"""Against a server that is not ours: llama-cpp-python's own OpenAI-compatible one, with the starter model.

While the program is Offline: a server on this computer needs no yes.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pennyweight.app import composition
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.resources import starter_model_path
from pennyweight.domain.usage import UsageState
from pennyweight.keys import KeyStore
from pennyweight.services.draft import Draft
from pennyweight.services.egress import EgressState
from pennyweight.services.events import AnswerDone, Delta

QUESTION = "What is Pennyweight?"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = ("--host", "127.0.0.1", "--port", str(port), "--n_ctx", "1024", "--n_threads", "1")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    running = subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", "--model", str(starter_model_path()), *where],
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


def test_it_lists_its_model_and_streams_an_answer_into_the_ledger(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    (tmp_path / "home").mkdir()
    services = composition.build_services(tmp_path / "home")
    try:
        services.keys.set_address("own-server", address)
        assert services.egress.state() is EgressState.OFFLINE
        (model,) = services.keys.fetch_models("own-server", Cancel())
        preview = services.escalate.preview(Draft(text=QUESTION, task=Task.ASK, seed=1), "own-server", model.id)
        assert preview.problem == ""
        assert preview.local
        events = list(services.escalate.send(preview, Cancel()))
        last = events[-1]
        assert isinstance(last, AnswerDone)
        assert last.message.state is MessageState.COMPLETE
        pieces = [event.text for event in events if isinstance(event, Delta) and event.text]
        assert len(pieces) > 5, "it came piece by piece"
        assert "".join(pieces).strip() == last.message.text
        counted = _counted_by_the_server(preview.url, preview.body)
        (row,) = services.meter.entries(last.message.id)
        assert (row.source, row.model, row.kind, row.billed_nano) == ("own-server", model.id, "answer", None)
        # Its streams carry no usage, so ours is an estimate and says so; its own count of the same request is near.
        assert row.usage.usage_state is UsageState.ESTIMATED
        assert row.usage.input_total == pytest.approx(counted["prompt_tokens"], rel=0.25)
        assert row.usage.output_total == pytest.approx(len(pieces), rel=0.25)
    finally:
        services.close()


def _counted_by_the_server(url: str, body: bytes) -> dict[str, int]:
    """The usage it gives where nothing is streamed."""
    asked: dict[str, Any] = json.loads(body) | {"stream": False}
    asked.pop("stream_options", None)
    request = urllib.request.Request(url, json.dumps(asked).encode(), {"content-type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - our own server
        usage: dict[str, int] = json.loads(reply.read())["usage"]
    return usage


def test_the_command_line_asks_it_while_offline(address: str, tmp_path: Path) -> None:
    environment = dict(os.environ) | {
        "PENNYWEIGHT_HOME": str(tmp_path / "home"),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
    }

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "pennyweight", *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=90, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("keys", "address", "own-server", address)
    models = json.loads(run("keys", "models", "own-server", "--fetch", "--json"))["models"]
    assert json.loads(run("keys", "list", "--json"))["egress"] == "offline"
    found = json.loads(run("ask", QUESTION, "--source", "own-server", "--model", models[0]["id"], "--yes", "--json"))
    assert found["source"] == "own-server"
    assert found["text"].strip()
    assert found["usage"]["usage_state"] == "estimated"
    assert found["billed_usd"] is None
    (row,) = json.loads(run("audit", "--by", "source", "--json"))["rows"]
    assert (row["source"], row["calls"], row["estimated_rows"], row["unpriced_rows"]) == ("own-server", 1, 1, 1)
    assert row["tokens"]["output_total"] == found["usage"]["output_total"] > 0
