"""Who is writing an answer: a process, known by its number and the time it began."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

_PROC = Path("/proc")
_BOOT_ID = _PROC / "sys/kernel/random/boot_id"
_TICK_BITS = 35
"""Ten years of ticks of a hundredth of a second."""
_BOOT_BITS = 18
"""Together 53: what a REAL holds exactly."""
_SAME_START_SECONDS = 2.0
"""The system derives a start time from the clock, which may be set right by a second or so in between."""


@dataclass(frozen=True, slots=True)
class Owner:
    pid: int
    started: float
    """Below zero, on Linux: ticks from the start of the system on, and which start that was; no clock that is set moves
    them. Else seconds since 1970, which earlier versions wrote on Linux too."""

    @classmethod
    def this_process(cls) -> Owner:
        pid = os.getpid()
        boot = _boot()
        ticks = None if boot is None else _ticks(pid)
        if boot is None or ticks is None:
            return cls(pid, psutil.Process(pid).create_time())
        return cls(pid, _together(boot, ticks))

    def lives(self) -> bool:
        """True while that very process runs; a later process with the same number does not count."""
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            if self.started < 0:
                return self._began_as_told()
            return abs(process.create_time() - self.started) < _SAME_START_SECONDS
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True  # it is there and not ours: leave its answer alone

    def _began_as_told(self) -> bool:
        boot = _boot()
        ticks = None if boot is None else _ticks(self.pid)
        if boot is None or ticks is None:
            return psutil.pid_exists(self.pid)  # there, and no telling since when: leave its answer alone
        return _together(boot, ticks) == self.started


def _together(boot: int, ticks: int) -> float:
    return -float((boot << _TICK_BITS) + ticks % (1 << _TICK_BITS))


@cache
def _boot() -> int | None:
    """A number from the name that Linux gives to each start of the system, from 1 up; None where there is no name."""
    if sys.platform != "linux":
        return None
    try:
        name = _BOOT_ID.read_bytes().strip()
    except OSError:
        return None
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big")
    return 1 + number % ((1 << _BOOT_BITS) - 1) if name else None


def _ticks(pid: int) -> int | None:
    """From the start of the system to that of the process, as Linux counts it; None where it does not say."""
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
        return int(stat.rpartition(b")")[2].split()[19])  # the name before it may hold spaces and brackets
    except (OSError, ValueError, IndexError):
        return None
