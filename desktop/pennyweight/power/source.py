"""What every energy sensor offers, and what is told about the one that was chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pennyweight.domain.ledger import EnergyReading


class SensorLostError(Exception):
    """A sensor stopped answering in mid-reading (a counter went backwards, the charger was plugged in)."""


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the system tells about itself; tests point these at trees of their own."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")


@dataclass(frozen=True, slots=True)
class Missing:
    """A sensor that cannot be used here, why, and what a person could do about it (empty if nothing)."""

    reason: str
    advice: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.reason} {self.advice}".strip()


class Track(Protocol):
    """One sensor being read from a moment on."""

    def joules(self) -> float:
        """Joules since the track was started; SensorLostError if that cannot be said any more."""
        ...


class Sensor(Protocol):
    """A source of energy figures. `source` is its name in `pennyweight.meter.energy`."""

    @property
    def source(self) -> str: ...

    @property
    def name(self) -> str:
        """As told to a person."""
        ...

    @property
    def counts_idle(self) -> bool:
        """True if its joules include what the machine uses at rest, which must then be subtracted."""
        ...

    def start(self, pid: int | None, /) -> Track:
        """Begin a reading. `pid` is the process doing the work, for models of CPU load."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """The chosen source for a person, in plain sentences."""

    id: str
    """As in `EnergyReading.source`; joined by `+`."""
    name: str
    measured: bool
    band_text: str
    """"±15 %", "×0.5…×2"."""
    explanation: str
    """What the figure is and how far it may be off."""
    why_not_better: tuple[str, ...] = field(default=())
    """One sentence for each better source that this machine does not offer, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A reading so far: joules above idle at the wall, watts since the sample before."""

    joules: float
    low: float
    high: float
    watts: float
    seconds: float
    source: str
    measured: bool

    def reading(self) -> EnergyReading:
        """The same as a reading that ended now, for `local_cost`; its watts are the mean so far."""
        return EnergyReading(
            joules=self.joules,
            low=self.low,
            high=self.high,
            source=self.source,
            measured=self.measured,
            seconds=self.seconds,
            watts=self.joules / self.seconds if self.seconds > 1e-6 else 0.0,
        )
