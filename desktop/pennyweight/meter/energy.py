"""Energy arithmetic: joules above idle, the way from the chip to the wall, the band of each source.

`metering.md` rule 3. Sources are named `wall`, `battery`, `rapl-psys`, `rapl`, `nvml`, `cpu-model`, `class-default`;
several of them joined by `+`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from pennyweight.domain.ledger import EnergyReading
from pennyweight.meter.band import Band

SUPPLY_EFFICIENCY = Band(0.82, 0.88, 0.94)
"""Of what the wall gives, what the parts get. Its spread is inside the bands of the sources it applies to."""

SOURCE_BANDS: dict[str, Band] = {
    "wall": Band(0.97, 1.0, 1.03),
    "battery": Band(0.92, 1.0, 1.08),
    "rapl-psys": Band(0.85, 1.0, 1.15),
    "rapl": Band(0.75, 1.0, 1.15),
    "nvml": Band(0.75, 1.0, 1.15),
    "cpu-model": Band(0.5, 1.0, 2.0),
    "class-default": Band(0.33, 1.0, 3.0),
}
_AT_THE_WALL = frozenset({"wall", "battery"})
_MODELS = frozenset({"cpu-model", "class-default"})


def efficiency(source: str) -> float:
    """1 for readings taken at the wall or at the battery, else the usual efficiency of a power supply."""
    return 1.0 if source in _AT_THE_WALL else SUPPLY_EFFICIENCY.expected


def is_measured(source: str) -> bool:
    """True if every part of the source is a counter or a meter, none a model."""
    return not any(part in _MODELS for part in source.split("+"))


def band_edges(source: str) -> tuple[float, float]:
    """(low, high) factors of a source; of joined sources the widest, which is then on the safe side."""
    bands = [SOURCE_BANDS[part] for part in source.split("+")]
    return min(band.low for band in bands), max(band.high for band in bands)


def band_text(source: str) -> str:
    """The band of a source for a person: "±15 %", "−25…+15 %", "×0.5…×2"."""
    low, high = band_edges(source)
    if not is_measured(source):
        return f"×{low:g}…×{high:g}"
    below, above = round((1 - low) * 100), round((high - 1) * 100)
    return f"±{above} %" if below == above else f"−{below}…+{above} %"


def reading(parts: Sequence[tuple[str, float]], seconds: float) -> EnergyReading:
    """Joules above idle by source, into one reading at the wall with its band.

    A negative part (quieter than the idle baseline) counts as zero. Each part keeps its own band: the bands add up.
    """
    if not parts:
        raise ValueError("an energy reading needs a source")
    expected = low = high = 0.0
    for source, joules in parts:
        at_wall = max(0.0, joules) / efficiency(source)
        band = SOURCE_BANDS[source].scaled(at_wall)
        expected, low, high = expected + band.expected, low + band.low, high + band.high
    name = "+".join(source for source, _ in parts)
    return EnergyReading(
        joules=expected,
        low=low,
        high=high,
        source=name,
        measured=is_measured(name),
        seconds=seconds,
        watts=expected / seconds if seconds > 1e-6 else 0.0,
    )


def marginal(joules: float, idle_watts: float, seconds: float) -> float:
    """Joules of a counter less what idling would have used in that time; never below zero."""
    return max(0.0, joules - idle_watts * seconds)


def integrate(samples: Iterable[tuple[float, float]], idle_watts: float = 0.0) -> float:
    """Joules above idle of (seconds, watts) samples, by trapezoids. ValueError if time runs backwards."""
    total = 0.0
    before: tuple[float, float] | None = None
    for at, watts in samples:
        if before is not None:
            step = at - before[0]
            if step < 0 or not math.isfinite(step):
                raise ValueError("samples of power must be in order of time")
            total += step * ((watts + before[1]) / 2 - idle_watts)
        before = (at, watts)
    return total


def counter_delta_uj(last_uj: int, now_uj: int, max_uj: int) -> int:
    """Microjoules a counter moved on, which starts again at zero after `max_uj`."""
    if now_uj >= last_uj:
        return now_uj - last_uj
    return max(0, max_uj - last_uj + now_uj)


_PACKAGE = re.compile(r"package-\d+$")


def choose_domains(names: Iterable[str]) -> tuple[str, ...]:
    """The one set of RAPL domains to add up: `psys` alone, else every `package-N` with every `dram`.

    `core` and `uncore` are inside the package and never counted; without a package there is nothing to count.
    """
    known = list(dict.fromkeys(names))
    if "psys" in known:
        return ("psys",)
    packages = [name for name in known if _PACKAGE.fullmatch(name)]
    return tuple(packages + [name for name in known if name.split("/")[-1] == "dram"]) if packages else ()
