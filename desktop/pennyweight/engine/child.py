"""One child process: started, written to, read from, and ended. Knows the protocol's lines, nothing of models."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pennyweight.engine.protocol import Hello, ProtocolError, Reply, Request, decode_reply, encode

LOG_TAIL_BYTES = 64 * 1024
_PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "USERPROFILE", "OMP_NUM_THREADS", "OMP_WAIT_POLICY",
    "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "GGML_VK_VISIBLE_DEVICES", "VIRTUAL_ENV", "COVERAGE_PROCESS_START",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Death:
    """Put into every mailbox when the child ends. `log` is the tail of what it wrote to standard error."""

    returncode: int | None
    log: tuple[str, ...]


Mail = Reply | Death


class Box(Protocol):
    """Where mail is put."""

    def put(self, item: Mail, /) -> None: ...


class Child:
    """A running child. Making and starting one raises OSError; every other call is safe at any time, from any thread.

    The process is started by the thread that reads its output, which lives exactly as long as the child: on Linux the
    kernel ends the child together with that thread. Another thread writes, so that a child that does not read (a frozen
    one) holds up nobody.
    """

    def __init__(
        self, environment: Mapping[str, str] | None = None, on_death: Callable[[Child], None] | None = None
    ) -> None:
        self._extra = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed when the child has ended
        self._lock = threading.Lock()
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._boxes: dict[int, Box] = {}
        self._hello: queue.SimpleQueue[Hello | Death] = queue.SimpleQueue()
        self._started: queue.SimpleQueue[OSError | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="pennyweight-engine-reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name="pennyweight-engine-writer", daemon=True)
        self._tell_death = on_death
        self.death: Death | None = None
        self.ended_because = ""
        """Set when the program itself ends the child: that is then the cause to tell."""

    def start(self) -> None:
        self._thread.start()
        problem = self._started.get()
        if problem is not None:
            self._log.close()
            raise problem

    def wait_hello(self, seconds: float) -> Hello | Death:
        """The child's first line, or its death. Raises queue.Empty after `seconds`."""
        return self._hello.get(timeout=seconds)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.death is None else None

    def mailbox(self, request_id: int) -> queue.SimpleQueue[Mail]:
        """Where the replies to this request will arrive. Open it before sending; close it with `forget`."""
        box: queue.SimpleQueue[Mail] = queue.SimpleQueue()
        self.open_mailbox(request_id, box)
        return box

    def open_mailbox(self, request_id: int, box: Box) -> None:
        """As `mailbox`, with a queue of the caller's, who may wake himself through it."""
        with self._lock:
            if self.death is not None:
                box.put(self.death)
            else:
                self._boxes[request_id] = box

    def forget(self, request_id: int) -> None:
        with self._lock:
            self._boxes.pop(request_id, None)

    def send(self, request: Request) -> None:
        """Queue a request; never waits. A child that is gone tells so in the mailbox, not here."""
        if self.death is None:
            self._requests.put(encode(request))

    def kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()

    def close(self, seconds: float = 2.0) -> None:
        """End the child (closing its input), by force if it takes too long; returns when it is gone."""
        if self._process is None:
            return
        self._requests.put(None)
        self._thread.join(seconds)
        if self._thread.is_alive():
            self.kill()
            self._thread.join()

    # -- the reader thread

    def _live(self) -> None:
        try:
            process = subprocess.Popen(
                command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=self._environment(),
                cwd=tempfile.gettempdir(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._started.put(error)
            return
        self._process = process
        self._writer.start()
        self._started.put(None)
        assert process.stdout is not None
        with process.stdout as stdout:
            for line in stdout:
                if not self._deliver(line):
                    self.ended_because = "The engine sent something unreadable and was ended."
                    process.kill()
                    break
        returncode = process.wait()
        self._requests.put(None)
        self._writer.join()
        self._on_death(returncode)

    def _write(self) -> None:
        """Until the end is asked for; closing its input ends the child."""
        assert self._process is not None
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(OSError):  # a child that is gone
            while (line := self._requests.get()) is not None:
                stdin.write(line)
                stdin.flush()
        with contextlib.suppress(OSError):
            stdin.close()

    def _deliver(self, line: bytes) -> bool:
        """Put a reply into its mailbox. False if the line is not ours: the child is then beyond trust."""
        try:
            reply = decode_reply(line)
        except ProtocolError:
            return False
        if isinstance(reply, Hello):
            self._hello.put(reply)
            return True
        with self._lock:
            box = self._boxes.get(reply.id)
        if box is not None:
            box.put(reply)
        return True

    def _on_death(self, returncode: int) -> None:
        death = Death(returncode, tuple(self._log_tail()))
        self._log.close()
        with self._lock:
            self.death = death
            boxes, self._boxes = list(self._boxes.values()), {}
        self._hello.put(death)
        for box in boxes:
            box.put(death)
        if self._tell_death is not None and not self.ended_because:
            self._tell_death(self)

    def _log_tail(self) -> list[str]:
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(size - LOG_TAIL_BYTES, 0))
        return self._log.read().decode("utf-8", "replace").splitlines()

    def _environment(self) -> dict[str, str]:
        """Only what a child needs: no keys, no tokens, nothing of the person's shell."""
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {"GGML_NO_BACKTRACE": "1", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return environment | self._extra


def command() -> list[str]:
    """The command line of a child: this program again, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--engine-worker"]
    return [sys.executable, "-P", "-m", "pennyweight", "--engine-worker"]


def write_log(path: Path, death: Death) -> None:
    """Keep the log tail of a child that died, for a report."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join((*death.log, f"exit status {death.returncode}", "")), encoding="utf-8")
