"""Keys, ask --source and compare on the command line: a real keyring, real HTTP servers, and strace as a witness."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.cloud_bench import chat_chunk, sse
from tests.support.loopback import Loopback
from tests.support.secret_service import Daemon

Program = Any
KEY = "sk-proj-PLANTEDkey0123456789abcdefWXYZ"
LOCAL = re.compile(r"AF_UNIX|AF_NETLINK|inet_addr\(\"127\.|\"::1\"")


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


def answer(*texts: str) -> bytes:
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
    pieces = [chat_chunk(text) for text in texts]
    return sse(*pieces, chat_chunk(finish="stop"), {"choices": [], "usage": usage}, "[DONE]")


def responses(*texts: str) -> bytes:
    usage = {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25}
    pieces = [{"type": "response.output_text.delta", "delta": text} for text in texts]
    end = {"type": "response.completed", "response": {"status": "completed", "usage": usage}}
    return sse(*pieces, end, names=True)


def test_without_a_yes_nothing_is_sent_and_with_it_the_answer_comes(program: Program, server: Loopback) -> None:
    assert program.run("keys", "address", "own-server", f"{server.url}/v1").returncode == 0
    asked = ("ask", "Mail jana@example.com", "--source", "own-server", "--model", "m-1")
    refused = program.run(*asked)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Sending to a provider needs your yes: add --yes. Nothing was sent.\n"
    assert server.asked == []
    server.say(answer("Dear ⟨ema", "il-1⟩"))
    found = program.json(*asked, "--yes")
    assert (found["text"], found["source"], found["model"]) == ("Dear jana@example.com", "own-server", "m-1")
    assert (found["billed_usd"], found["local_usd"], found["energy_joules"]) == (None, None, None)
    assert found["usage"]["usage_state"] == "reported"
    assert b"jana@example.com" not in server.asked[0].body
    assert program.json("meter", "--period", "all")["unpriced_rows"] == 1


def test_compare_prints_both_sides(program: Program, server: Loopback, tmp_path: Path) -> None:
    program.run("keys", "address", "own-server", f"{server.url}/v1")
    server.say(answer("Far."))
    found = program.json("compare", "What is a pennyweight?", "--with", "own-server/m-1", "--yes")
    assert found["cloud"]["text"] == "Far."
    assert found["local"]["text"]
    assert found["local"]["cost_usd"]
    assert found["cloud"]["usage"]["output_total"] == 5
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("One\nTwo\n")
    server.say(answer("A."))
    server.say(answer("B."))
    done = program.run("compare", "--prompts", str(prompts), "--with", "own-server/m-1", "--yes", "--json")
    assert [json.loads(line)["cloud"]["text"] for line in done.stdout.splitlines()] == ["A.", "B."]
    refused = program.run("compare", "One", "--with", "own-server/m-1")
    assert (refused.returncode, refused.stdout) == (1, "")


def test_a_key_lives_in_the_keyring_and_nowhere_else(program: Program, server: Loopback, keyring: Daemon) -> None:
    """Set, used, refused, killed in mid-answer, backed up and exported: then looked for in every file."""
    listed = {row["provider"]: row["state"] for row in program.json("keys", "list")["keys"]}
    assert listed["openai"] == "none"
    done = program.run("keys", "set", "openai", text=f"{KEY}\n")
    assert done.returncode == 0, done.stderr
    program.run("keys", "address", "openai", f"{server.url}/v1")
    listed = {row["provider"]: row["state"] for row in program.json("keys", "list")["keys"]}
    assert listed["openai"] == "keyring"
    ask = ("ask", "Hello", "--source", "openai", "--model", "gpt-4o", "--yes")
    server.say(responses("Good day."))
    assert program.json(*ask)["billed_usd"] == "0.0001"
    assert server.asked[-1].headers["authorization"] == f"Bearer {KEY}"
    server.fail(401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}})
    failed = program.run(*ask)
    assert failed.returncode == 1
    said = failed.stdout + failed.stderr
    over = threading.Event()
    server.say(responses("Half")[:120], lambda: over.wait(30))
    said += _killed_in_mid_answer(program, server, ask)
    over.set()
    checks = {check["name"]: check["detail"] for check in program.json("doctor")["checks"]}
    assert "OpenAI" in checks["keyring"]
    for kind, name in (("chats", "chats.json"), ("ledger", "ledger.csv"), ("report", "report.html")):
        program.run("export", kind, str(program.home.parent / "exports" / name))
    said += json.dumps(checks)
    assert KEY not in said
    files = [path for path in (program.home, program.home.parent / "exports") for path in path.rglob("*")]
    assert any(path.name == "pennyweight.db" for path in files)
    holders = [path for path in files if path.is_file() and KEY.encode() in path.read_bytes()]
    assert holders == []
    assert program.run("keys", "remove", "openai").returncode == 0
    assert program.run(*ask).returncode == 1


def _killed_in_mid_answer(program: Program, server: Loopback, ask: tuple[str, ...]) -> str:
    before = len(server.asked)
    running = subprocess.Popen(
        program.command(*ask), env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    deadline = time.monotonic() + 60
    while len(server.asked) == before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(server.asked) > before
    argv = Path(f"/proc/{running.pid}/cmdline").read_bytes() + Path(f"/proc/{running.pid}/environ").read_bytes()
    assert KEY.encode() not in argv
    wal = [path for path in program.home.glob("pennyweight.db*") if KEY.encode() in path.read_bytes()]
    assert wal == []
    running.send_signal(signal.SIGKILL)
    return running.communicate(timeout=30)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="strace is a Linux program")
def test_offline_and_before_the_yes_no_connection_leaves(program: Program, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (packaging/system-packages.txt names it)")
    tries = (
        ("ask", "Hello", "--source", "openai", "--model", "gpt-4o"),
        ("ask", "Hello", "--source", "anthropic", "--model", "claude-sonnet-4-5", "--yes"),
        ("compare", "Hello", "--with", "mistral/mistral-small-latest"),
        ("keys", "list"),
        ("keys", "test", "openai"),
        ("keys", "models", "openai", "--fetch"),
    )
    for locked in (True, False):
        if not locked:
            assert program.run("keys", "lock", "off").returncode == 0
        for number, arguments in enumerate(tries):
            if not locked and ("--yes" in arguments or arguments[0] == "keys"):
                continue  # these are the yes
            log = tmp_path / f"strace-{locked}-{number}.log"
            command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log)]
            done = subprocess.run(
                [*command, *program.command(*arguments)],
                env=program.environment,
                capture_output=True,
                text=True,
                timeout=110,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            if "Operation not permitted" in done.stderr:
                pytest.skip("this system does not allow tracing")
            assert done.returncode == (0 if arguments == ("keys", "list") else 1), (arguments, done.stderr)
            leaving = [line for line in log.read_text().splitlines() if "AF_INET" in line and not LOCAL.search(line)]
            assert leaving == [], arguments


def test_a_budget_is_set_and_shown(program: Program) -> None:
    found = program.json("keys", "budget", "2.50")["budgets"]
    assert (found[0]["cap_usd"], found[0]["left_usd"], found[0]["state"]) == ("2.5", "2.5", "ok")
    assert program.run("keys", "budget", "a lot").returncode == 1
    assert program.json("keys", "budget", "none")["budgets"] == []


def test_a_key_that_could_not_be_kept_says_so(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    done = program.run("keys", "set", "openai", text=KEY)
    assert done.returncode == 1
    assert "not kept" in done.stderr
    assert KEY not in done.stderr
    assert os.environ.get("OPENAI_API_KEY") is None
