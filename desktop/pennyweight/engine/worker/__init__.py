"""The engine's child process: reads requests from standard input, writes replies to standard output.

Only this package imports llama_cpp. A reader thread takes lines in; the main thread alone calls the library.
The end of standard input means that the program is gone: the child ends at once.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run until standard input ends. Never returns normally."""
    output = _take_over_stdout()
    _end_with_parent()
    os.environ["GGML_NO_BACKTRACE"] = "1"
    from pennyweight.engine.worker.service import Service

    Service(output).run()
    return 0


def _take_over_stdout() -> int:
    """The real standard output as a new descriptor; descriptor 1 then goes to standard error, native prints with it."""
    sys.stdout.flush()
    output = os.dup(1)
    os.dup2(2, 1)
    return output


def _end_with_parent() -> None:
    """On Linux the kernel also ends us with the thread that started us (it lives as long as we are wanted)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
