"""Watts of each counter while nothing is being asked: the quietest stretch seen so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pennyweight.power.cpu_model import CpuSeconds
from pennyweight.power.source import Sensor, SensorLostError, Track

SHORTEST_SECONDS = 2.0
LONGEST_SECONDS = 600.0
"""A longer stretch may hold a whole turn of a counter, which would then look quieter than it was."""
QUIET_CPU_SHARE = 0.1
"""A stretch in which this program used more of one core than that (loading a model, say) was not rest."""


class IdleBaseline:
    """Starts a track of each sensor when watching begins and divides by the time when the stretch is noted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, shortest: float = SHORTEST_SECONDS) -> None:
        self._clock = clock
        self._shortest = shortest
        self._sensors: tuple[Sensor, ...] = ()
        self._tracks: dict[str, Track] = {}
        self._since = 0.0
        self._own = CpuSeconds(None)
        self._own_since = 0.0
        self.watts: dict[str, float] = {}
        """By source; sources that were never seen at rest are absent."""

    def watch(self, sensors: Sequence[Sensor]) -> None:
        """Watch these from now on, unless exactly these are being watched already."""
        counters = tuple(sensor for sensor in sensors if sensor.counts_idle)
        if self._tracks and [s.source for s in counters] == [s.source for s in self._sensors]:
            return
        self._sensors = counters
        self.resume()

    def resume(self) -> None:
        self._tracks = {}
        if not self._sensors:
            return
        self._since = self._clock()
        self._own_since = self._own.read()
        for sensor in self._sensors:
            try:
                self._tracks[sensor.source] = sensor.start(None)
            except SensorLostError:
                continue

    def pause(self) -> None:
        self._tracks = {}

    def note(self) -> None:
        """Close the stretch, keep its watts where they are the lowest so far, and begin the next."""
        seconds = self._clock() - self._since
        if not self._tracks or seconds <= 0 or seconds < self._shortest:
            return
        was_rest = not self._shortest or self._own.read() - self._own_since <= QUIET_CPU_SHARE * seconds
        if was_rest and seconds <= LONGEST_SECONDS:
            for source, track in self._tracks.items():
                self._keep(source, track, seconds)
        self.resume()

    def _keep(self, source: str, track: Track, seconds: float) -> None:
        try:
            watts = track.joules() / seconds
        except SensorLostError:
            return
        self.watts[source] = min(watts, self.watts.get(source, watts))
