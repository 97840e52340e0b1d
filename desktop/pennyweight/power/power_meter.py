"""The best energy source of this machine, and readings from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from pennyweight.domain.cancel import Cancel
from pennyweight.power.baseline import IdleBaseline
from pennyweight.power.calibration import Calibration, Load, run_load
from pennyweight.power.choice import Choice, choose_source
from pennyweight.power.cpu_model import CpuModel, cpu_model
from pennyweight.power.machine import this_machine
from pennyweight.power.nvidia import NvidiaLibrary
from pennyweight.power.session import Session
from pennyweight.power.source import Roots, Sensor, SourceInfo

CALIBRATION_SECONDS = 30.0
_IDLE_PART = 1 / 3


class PowerMeter:
    """Chooses among NVIDIA counter, RAPL, battery, processor model and class default; all methods are thread-safe.

    It starts no thread: counters are read when a session or a look at the baseline asks for them.
    """

    def __init__(
        self,
        *,
        roots: Roots | None = None,
        calibration: Calibration | None = None,
        nvidia_library: Any | None = None,
        first_rest_seconds: float = 0.3,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roots = roots or Roots()
        self._clock = clock
        self._lock = threading.RLock()
        self._nvidia = NvidiaLibrary(nvidia_library)
        self._calibration = calibration
        self._baseline = IdleBaseline(clock)
        self._choice: Choice | None = None
        self._open_sessions = 0
        self._first_rest_seconds = first_rest_seconds

    @cached_property
    def _model(self) -> CpuModel:
        """Read with the first question, not with the start: the table of processors is long."""
        return cpu_model(this_machine(self._roots), self._clock)

    def choose(self) -> SourceInfo:
        """Look for the best source now (a charger may have been unplugged since) and begin to watch the idle power."""
        return self._choose().info

    def describe(self) -> SourceInfo:
        """The source in use, in plain sentences."""
        with self._lock:
            return self.choose() if self._choice is None else self._choice.info

    @property
    def idle_watts(self) -> dict[str, float]:
        """Watts at rest by source, as noted so far; a source that was not seen at rest is absent."""
        with self._lock:
            return dict(self._baseline.watts)

    def set_calibration(self, calibration: Calibration | None) -> None:
        with self._lock:
            self._calibration = calibration

    def watch_idle(self) -> None:
        """Note the idle power of the seconds since the last call. Call it now and then while nothing is running."""
        with self._lock:
            if not self._open_sessions:
                self._baseline.note()

    def begin(self, pid: int | None = None) -> Session:
        """Start a reading. `pid` is the engine's process; None stands for this one. Never raises.

        Takes a few milliseconds; once, where a counter's idle power is not known yet, a third of a second.
        """
        with self._lock:
            self._baseline.note()
            choice = self._choose()
            self._baseline.pause()
            self._open_sessions += 1
            idle = self._idle_watts(choice)
        return Session(choice.sensors, self._model, idle, pid, clock=self._clock, on_end=self._baseline_again)

    def calibrate(
        self,
        cancel: Cancel,
        on_progress: Callable[[float], None],
        load: Load,
        *,
        pid: int | None = None,
        seconds: float = CALIBRATION_SECONDS,
    ) -> Calibration | None:
        """Rest for a third of `seconds`, then run `load(cancel)` for the others; None if the person cancelled.

        Have the engine loaded before, and `load` keep it busy until its own `Cancel` is set. `on_progress` gets 0..1.
        """
        began = self._clock()

        def tick() -> None:
            on_progress(min(1.0, (self._clock() - began) / seconds))

        choice = self._choose()
        idle_seconds = seconds * _IDLE_PART
        idle_watts = self._rest(choice, idle_seconds, cancel, tick)
        if idle_watts is None:
            return None
        with self._lock:
            self._baseline.pause()
            self._open_sessions += 1
        session = Session(choice.sensors, self._model, idle_watts, pid, clock=self._clock, on_end=self._baseline_again)
        try:
            run_load(load, seconds - idle_seconds, cancel, tick)
        finally:
            result = session.end()
        if cancel.cancelled:
            return None
        on_progress(1.0)
        calibration = Calibration(
            source=result.source,
            idle_watts=idle_watts,
            load_watts=result.watts,
            load_seconds=result.seconds,
            idle_seconds=idle_seconds,
        )
        self.set_calibration(calibration)
        return calibration

    def close(self) -> None:
        with self._lock:
            self._nvidia.close()
            self._baseline.pause()

    def _choose(self) -> Choice:
        with self._lock:
            self._choice = choose_source(self._roots, self._nvidia, self._model, self._clock)
            if not self._open_sessions:
                self._baseline.watch(self._choice.sensors)
            return self._choice

    def _rest(
        self, choice: Choice, seconds: float, cancel: Cancel, tick: Callable[[], None]
    ) -> dict[str, float] | None:
        """Watts of each counter over so many seconds of rest; None if cancelled."""
        rest = IdleBaseline(self._clock, shortest=0.0)
        rest.watch(choice.sensors)
        end = self._clock() + seconds
        while self._clock() < end:
            if cancel.wait(min(0.25, seconds)):
                return None
            tick()
        rest.note()
        return rest.watts

    def _idle_watts(self, choice: Choice) -> dict[str, float]:
        known = dict(self._baseline.watts)
        if self._calibration is not None and self._calibration.source == choice.info.id:
            known.update(self._calibration.idle_watts)
        unknown = [s for s in choice.sensors if s.counts_idle and s.source not in known]
        if unknown and self._first_rest_seconds:
            known.update(self._first_rest(unknown))
        return known

    def _first_rest(self, sensors: list[Sensor]) -> dict[str, float]:
        """A short look at the machine before the first answer, where nothing is known of its rest yet."""
        rest = IdleBaseline(self._clock, shortest=0.0)
        rest.watch(sensors)
        Cancel().wait(self._first_rest_seconds)
        rest.note()
        self._baseline.watts.update(rest.watts)
        return rest.watts

    def _baseline_again(self) -> None:
        with self._lock:
            self._open_sessions -= 1
            if not self._open_sessions:
                self._baseline.resume()
