"""A witness outside the program: with the lock on, and before a yes, no connection leaves this computer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TRY_EVERYTHING = """
from pennyweight.cloud.catalogue import check_key, list_models
from pennyweight.cloud.errors import CloudError
from pennyweight.cloud.facts import own_server, providers
from pennyweight.cloud.gate import EgressGate
from pennyweight.cloud.source import CloudSource
from pennyweight.domain.answer import AnswerRequest, ChatTurn
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.secret import Secret

gate, refused = EgressGate(), 0
request = AnswerRequest(turns=(ChatTurn("user", "hello"),), model="m")
far = [*(p for p in providers().values() if p.id != "own-server"), own_server("http://192.0.2.1:9/v1"), own_server("https://localhost.example/v1")]
for locked in (True, False):
    gate.go_offline() if locked else gate.ask_first()
    for provider in far:
        source = CloudSource(provider, gate=gate, key=lambda: Secret("sk-" + "x" * 30))
        for attempt in (
            lambda: list(source.stream(request, Cancel())),
            lambda: list_models(source, Cancel()),
            lambda: check_key(source, Cancel()),
        ):
            try:
                attempt()
            except CloudError:
                refused += 1
print(refused, len(far))
"""
LOCAL = re.compile(r"AF_UNIX|AF_NETLINK|inet_addr\(\"127\.|\"::1\"")


def test_no_connection_without_a_yes(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (packaging/system-packages.txt names it)")
    log = tmp_path / "strace.log"
    command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log), sys.executable]
    run = subprocess.run([*command, "-c", TRY_EVERYTHING], capture_output=True, text=True, check=False)
    if "Operation not permitted" in run.stderr:
        pytest.skip("this system does not allow tracing")
    assert run.returncode == 0, run.stderr
    refused, tried = map(int, run.stdout.split())
    assert refused == tried * 2 * 3
    leaving = [line for line in log.read_text().splitlines() if "AF_INET" in line and not LOCAL.search(line)]
    assert leaving == []
