"""How long something will still take, from how far it came since it began."""

from __future__ import annotations

import time
from collections.abc import Callable

from pennyweight.meter.quantities import format_seconds

_SURE_AFTER, _WORTH_TELLING = 5.0, 20.0
"""Seconds."""


class TimeLeft:
    """Tell it every share done that is heard of; a smaller one than before begins something new."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: tuple[float, float] | None = None
        self._last = 0.0

    def words(self, fraction: float | None) -> str:
        """ "about 8 min left"; empty while nobody knows, and for what is done in a moment."""
        if fraction is None:
            self._began = None
            return ""
        now = self._clock()
        if self._began is None or fraction < self._last:
            self._began = now, fraction
        self._last = fraction
        since, share = now - self._began[0], fraction - self._began[1]
        if since < _SURE_AFTER or share <= 0:
            return ""
        left = since * (1 - fraction) / share
        if left < _WORTH_TELLING:
            return ""
        step = 10 if left < 90 else 60
        return f"about {format_seconds(round(left / step) * step)} left"
