"""A provider whose stream is let through piece by piece, and another process of this program that asks it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback

KEY = "sk-ant-api03-" + "planted0" * 5
MODEL = "claude-sonnet-4-5"
PATIENCE_SECONDS = 60
PIECE = "ten plain words that somebody might write in an answer "
_ASKING = f"""
import sys
from pathlib import Path
from pennyweight.app import composition
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task
from pennyweight.keys import KeyStore
from pennyweight.services.draft import Draft

composition._open_keys = lambda: KeyStore(find=lambda: None)
services = composition.build_services(Path(sys.argv[1]))
services.keys.set("anthropic", "{KEY}")
preview = services.escalate.preview(Draft(text="Go on", task=Task.ASK), "anthropic", "{MODEL}")
for event in services.escalate.send(preview, Cancel()):
    pass
services.close()
"""


def message_start(input_tokens: int = 40) -> bytes:
    start = {"type": "message_start", "message": {"usage": {"input_tokens": input_tokens, "output_tokens": 1}}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    return sse(start, block, names=True)


def text_piece(text: str = PIECE) -> bytes:
    delta = {"type": "text_delta", "text": text}
    return sse({"type": "content_block_delta", "index": 0, "delta": delta}, names=True)


class Tap(Loopback):
    """Anthropic's stream of 200 pieces for each of `answers` requests, each piece let through by `open`."""

    def __init__(self, answers: int = 1, input_tokens: int = 40) -> None:
        super().__init__()
        self._pieces = threading.Semaphore(0)
        for _ in range(answers):
            self.say(message_start(input_tokens), *[part for _ in range(200) for part in (self._wait, text_piece())])

    def _wait(self) -> None:
        self._pieces.acquire(timeout=PATIENCE_SECONDS)

    def open(self, pieces: int) -> None:
        self._pieces.release(pieces)

    def close(self) -> None:
        self.open(100_000)
        super().close()


def ask_in_another_process(home: Path) -> subprocess.Popen[bytes]:
    """It uses the addresses that are set in the data folder, and ends with the answer."""
    return subprocess.Popen([sys.executable, "-c", _ASKING, str(home)])


def until_recorded(home: Path, enough: str, running: subprocess.Popen[Any]) -> None:
    """Until the record of a call under way says so: `enough` is a condition over `running_calls`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not recorded(home / "pennyweight.db", enough):
        assert running.poll() is None, "the program ended too early"
        assert time.monotonic() < deadline, f"waited in vain for {enough}"
        threading.Event().wait(0.02)


def recorded(database: Path, enough: str) -> bool:
    """Whether there is a record of a call under way that says so."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        try:
            return db.execute(f"SELECT 1 FROM running_calls WHERE {enough}").fetchone() is not None  # noqa: S608
        except sqlite3.OperationalError:  # the table is not there yet
            return False
