"""A witness outside the process, over the whole window: nothing leaves while it is Offline, nor before a yes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass

import pytest
from tests.support.window_tries_the_cloud import FAR, KEYS, MARK, OTHER_FAR

from pennyweight.domain.resources import starter_model_path

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="strace is a Linux program"),
    pytest.mark.skipif(not starter_model_path().is_file(), reason="the starter model is not here"),
    pytest.mark.slow,
    pytest.mark.timeout(500),
]
QUIET = ("offline", "ask first", "offline again")
YES = {
    "yes: send": {FAR},
    "yes: key test and model list": {FAR},
    "yes: compare": {FAR, OTHER_FAR},
    "yes: allowed for this chat": {OTHER_FAR},
}
_LOCAL = re.compile(r'AF_UNIX|AF_NETLINK|AF_UNSPEC|inet_addr\("127\.|"::1"')
_ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')
_MARKED = re.compile(re.escape(MARK) + r"([^.]+)\.")


@dataclass
class Witnessed:
    """By phase: what the window was made to do and said, and the far addresses that some process connected to."""

    tried: dict[str, list[str]]
    said: dict[str, list[str]]
    connected: dict[str, list[str]]


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> Witnessed:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed (packaging/system-packages.txt names it)")
    folder = tmp_path_factory.mktemp("window")
    log = folder / "strace.log"
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment = kept | {"QT_QPA_PLATFORM": "offscreen", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
    watch = [strace, "-f", "--seccomp-bpf", "-qq", "-s", "200", "-e", "signal=none", "-o", str(log)]
    watch += ["-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    run = subprocess.run(
        [*watch, sys.executable, "-m", "tests.support.window_tries_the_cloud", str(folder / "home")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=480,
        check=False,
    )
    if "Operation not permitted" in run.stderr:
        pytest.skip("this system does not allow tracing")
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["problems"] == []
    phases = report["phases"]
    assert list(phases) == ["offline", "ask first", *YES, "offline again"]
    return Witnessed(
        tried={name: each["tried"] for name, each in phases.items()},
        said={name: each["said"] for name, each in phases.items()},
        connected=_connections(log.read_text()),
    )


def _connections(log: str) -> dict[str, list[str]]:
    """Far addresses of each phase, in order. What cannot be read as local counts as far."""
    found: dict[str, list[str]] = defaultdict(list)
    phase = "start"
    for line in log.splitlines():
        if mark := _MARKED.search(line):
            phase = mark[1]
        elif "AF_INET" in line and not _LOCAL.search(line):
            address = _ADDRESS.search(line)
            found[phase].append(address[1] if address else line)
    return found


def test_nothing_leaves_while_offline_nor_before_a_yes(witnessed: Witnessed) -> None:
    assert {name: witnessed.connected[name] for name in ("start", *QUIET)} == {name: [] for name in ("start", *QUIET)}


def test_the_witness_sees_each_yes(witnessed: Witnessed) -> None:
    assert {name: set(witnessed.connected[name]) for name in YES} == YES


def test_offline_every_way_to_the_cloud_was_tried_and_refused(witnessed: Witnessed) -> None:
    tried, said = set(witnessed.tried["offline"]), witnessed.said["offline"]
    assert {"Ask the cloud", "Ctrl+Shift+Return", "Add a model to compare › In the cloud…", "Keep"} <= tried
    for start in ("Test the key of", "Fetch the model list of"):
        assert len([name for name in tried if name.startswith(start)]) == len(KEYS) + 1, "each provider, and our own"
    assert len(said) == 2 * (len(KEYS) + 1) + 4, "and four sheets"
    assert all("offline" in sentence for sentence in said)


def test_ask_first_shows_everything_but_sends_nothing(witnessed: Witnessed) -> None:
    tried, said = set(witnessed.tried["ask first"]), witnessed.said["ask first"]
    assert {"Ask the cloud", "Ctrl+Shift+Return", "Ask the cloud this question: see first what would be sent"} <= tried
    assert not any(name.startswith(("Test the key", "Fetch the model")) for name in tried), "these are a yes"
    assert said == ["Send this to Own server?"] * 2 + ["Send this to Own server and Anthropic?"]


def test_each_yes_that_fails_is_a_sentence(witnessed: Witnessed) -> None:
    for name in YES:
        assert witnessed.said[name]
        assert all("could not be reached" in sentence for sentence in witnessed.said[name]), witnessed.said[name]


def test_a_lock_put_on_while_the_sheet_is_open_wins(witnessed: Witnessed) -> None:
    assert all("offline" in sentence for sentence in witnessed.said["offline again"])
    assert len(witnessed.said["offline again"]) == 1 + 2 + 4 + 1
