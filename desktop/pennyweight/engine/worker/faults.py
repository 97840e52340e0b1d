"""Deaths on demand, for the tests of what happens then: only with PENNYWEIGHT_TEST_FAULT in the child's environment."""

from __future__ import annotations

import os
import signal


def inject_fault(name: str, *, when: bool = True) -> None:
    """Die as from a fault in machine code, if this fault was asked for."""
    if when and os.environ.get("PENNYWEIGHT_TEST_FAULT") == name:
        os.kill(os.getpid(), signal.SIGSEGV)
