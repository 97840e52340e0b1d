"""Who is writing an answer: a process, known by its number and the time it began."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil

_SAME_START_SECONDS = 2.0
"""The system derives a start time from the clock, which may be set right by a second or so in between."""


@dataclass(frozen=True, slots=True)
class Owner:
    pid: int
    started: float
    """Seconds since 1970."""

    @classmethod
    def this_process(cls) -> Owner:
        pid = os.getpid()
        return cls(pid, psutil.Process(pid).create_time())

    def lives(self) -> bool:
        """True while that very process runs; a later process with the same number does not count."""
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return abs(process.create_time() - self.started) < _SAME_START_SECONDS
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True  # it is there and not ours: leave its answer alone
