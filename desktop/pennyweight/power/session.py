"""The energy of one call, from its first prompt token to its last."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pennyweight.domain.ledger import EnergyReading
from pennyweight.meter.energy import marginal, reading
from pennyweight.power.source import Sample, Sensor, SensorLostError, Track


@dataclass(slots=True)
class _Part:
    sensor: Sensor
    track: Track
    idle_watts: float


class Session:
    """Reads the chosen sensors together. Cheap and safe to call from any thread; needs no thread of its own.

    If a sensor is lost in mid-session, the whole reading comes from the model that ran beside it.
    """

    def __init__(
        self,
        sensors: Sequence[Sensor],
        fallback: Sensor,
        idle_watts: Mapping[str, float],
        pid: int | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._on_end = on_end
        self._lock = threading.Lock()
        self._final: EnergyReading | None = None
        self._fallback = _Part(fallback, fallback.start(pid), 0.0)
        try:
            self._parts = [_Part(s, s.start(pid), idle_watts.get(s.source, 0.0)) for s in sensors]
        except SensorLostError:
            self._parts = [self._fallback]
        self._began = self._last_at = clock()
        self._last_joules = 0.0
        self._last_watts = 0.0

    def sample(self) -> Sample:
        """The reading so far. After `end()` it keeps telling the last figures."""
        with self._lock:
            now = self._final or self._read()
            if self._final is None:
                self._note_watts(now)
            return Sample(
                joules=now.joules,
                low=now.low,
                high=now.high,
                watts=self._last_watts,
                seconds=now.seconds,
                source=now.source,
                measured=now.measured,
            )

    def end(self) -> EnergyReading:
        """Close the reading; calling it again returns the same."""
        with self._lock:
            if self._final is not None:
                return self._final
            self._final = self._read()
        self._on_end()
        return self._final

    def _read(self) -> EnergyReading:
        seconds = self._clock() - self._began
        try:
            parts = [self._joules(part, seconds) for part in self._parts]
        except SensorLostError:
            self._parts = [self._fallback]
            parts = [self._joules(self._fallback, seconds)]
        return reading(parts, seconds)

    def _joules(self, part: _Part, seconds: float) -> tuple[str, float]:
        joules = part.track.joules()
        return part.sensor.source, marginal(joules, part.idle_watts, seconds) if part.sensor.counts_idle else joules

    def _note_watts(self, now: EnergyReading) -> None:
        at = self._began + now.seconds
        step = at - self._last_at
        if step >= 0.1:  # shorter steps only show the grain of the counters
            self._last_watts = max(0.0, (now.joules - self._last_joules) / step)
            self._last_at, self._last_joules = at, now.joules
        elif self._last_watts == 0.0:
            self._last_watts = now.watts
