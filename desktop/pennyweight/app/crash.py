"""Notes about crashes, in the data folder's `logs`: what kind and where in the code, never anybody's text."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from pennyweight import __version__

_log = logging.getLogger("pennyweight")
LOG_BYTES, LOG_FILES = 512 * 1024, 3


class _NoTexts(logging.Formatter):
    """A traceback without the exception's message, which may hold a person's text."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return "" if ei[0] is None else frames_of(ei[0], ei[2])


class _NoteFile(logging.handlers.RotatingFileHandler):
    """A note that cannot be written (a full disk) is given up without a word on the terminal."""

    def handleError(self, record: logging.LogRecord) -> None:
        del record


def frames_of(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The kind of the exception and the places in the code."""
    lines = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    return "\n".join([f"{kind.__module__}.{kind.__qualname__}", *lines])


def install(home: Path) -> Callable[[], None]:
    """Log file, fault handler and hooks. Returns what takes it all back."""
    logs = home / "logs"
    try:
        logs.mkdir(mode=0o700, exist_ok=True)
        handler = _NoteFile(
            logs / "pennyweight.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
        )
        faults = (logs / "faults.log").open("a", encoding="utf-8")
    except OSError:
        return lambda: None  # a read-only disk: the program still runs, without notes
    handler.setFormatter(_NoTexts("%(asctime)s %(levelname)s %(name)s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False
    faulthandler.enable(faults)
    old_hook, old_thread_hook = sys.excepthook, threading.excepthook
    sys.excepthook = _main_hook(logs, old_hook)
    threading.excepthook = _thread_hook(logs, old_thread_hook)

    def uninstall() -> None:
        sys.excepthook, threading.excepthook = old_hook, old_thread_hook
        faulthandler.disable()
        _log.removeHandler(handler)
        for file in (faults, handler):
            with contextlib.suppress(OSError):  # a full disk: closing writes out what was left to write
                file.close()

    return uninstall


def write_note(logs: Path, kind: type[BaseException], trace: TracebackType | None) -> Path:
    """A file of its own for one crash."""
    path = logs / f"crash-{time.strftime('%Y%m%dT%H%M%S')}.txt"
    with contextlib.suppress(OSError):
        path.write_text(f"Pennyweight {__version__} on {sys.platform}\n{frames_of(kind, trace)}\n", encoding="utf-8")
    return path


_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def _main_hook(logs: Path, old: _Hook) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            write_note(logs, kind, trace)
        old(kind, error, trace)

    return hook


def _thread_hook(
    logs: Path, old: Callable[[threading.ExceptHookArgs], object]
) -> Callable[[threading.ExceptHookArgs], None]:
    def hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            write_note(logs, args.exc_type, args.exc_traceback)
        old(args)

    return hook
