"""Which source is the best one here, and why the better ones are not there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pennyweight.meter.energy import band_edges, band_text, is_measured
from pennyweight.power.battery import find_battery
from pennyweight.power.cpu_model import CpuModel
from pennyweight.power.nvidia import NvidiaCounter, NvidiaLibrary
from pennyweight.power.rapl import find_rapl
from pennyweight.power.source import Missing, Roots, Sensor, SourceInfo


@dataclass(frozen=True, slots=True)
class Choice:
    sensors: tuple[Sensor, ...]
    """Their joules are added up; no two cover the same part of the machine."""
    info: SourceInfo


def choose_source(
    roots: Roots, nvidia: NvidiaLibrary, model: CpuModel, clock: Callable[[], float] = time.monotonic
) -> Choice:
    """NVIDIA counter (with the processor's), RAPL, battery, processor model, class default: the first that works.

    A graphics card alone is half of the truth: the processor is added by its counter, else by its model. Where the
    processor has no counter but the battery is discharging, the battery alone tells more than both.
    """
    missing: list[str] = []
    card = nvidia.find()
    if isinstance(card, Missing):
        missing.append(card.sentence)
    rapl = find_rapl(roots.sys, with_platform=not isinstance(card, NvidiaCounter))
    if isinstance(rapl, Missing):
        missing.append(rapl.sentence)
    else:
        return _choice((rapl,) if isinstance(card, Missing) else (card, rapl), missing)
    battery = find_battery(roots.sys, clock)
    if not isinstance(battery, Missing):
        return _choice((battery,), missing)
    missing.append(battery.sentence)
    if not isinstance(card, Missing):
        return _choice((card, model), missing)
    if model.source == "class-default":
        told = f" ({model.cpu_name})" if model.cpu_name else ""
        missing.append(f"The processor{told} is not in the table of rated power.")
    return _choice((model,), missing)


def _choice(sensors: tuple[Sensor, ...], missing: list[str]) -> Choice:
    source = "+".join(sensor.source for sensor in sensors)
    name = " and ".join(sensor.name for sensor in sensors)
    measured = is_measured(source)
    band = band_text(source)
    how = "Measured" if measured else "Not measured" if len(sensors) == 1 else "Partly measured"
    rest = ", less what the computer uses at rest" if measured else ""
    off = f"The true figure is within {band}." if measured else f"The true figure may be {_times(source)} that."
    info = SourceInfo(
        id=source,
        name=name[0].upper() + name[1:],
        measured=measured,
        band_text=band,
        explanation=f"{how}: the {name}{rest}. {off}",
        why_not_better=tuple(missing),
    )
    return Choice(sensors, info)


def _times(source: str) -> str:
    low, high = band_edges(source)
    return f"anything from {low:g} to {high:g} times"
