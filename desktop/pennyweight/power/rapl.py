"""The processor's own energy counter (RAPL), through the powercap tree of Linux."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pennyweight.meter.energy import choose_domains, counter_delta_uj
from pennyweight.power.source import Missing, SensorLostError, Track

ALLOW = (
    "An administrator can allow it until the next start with: sudo chmod a+r /sys/class/powercap/*/energy_uj "
    "(other programs on this computer can then watch it too)."
)
_JOULES_PER_UJ = 1e-6
_MOST_WATTS = 3000.0
"""No domain draws more. What is more after a counter began again was no turn of it: the computer had slept, say."""
_LATE_SECONDS = 2.0


@dataclass(frozen=True)
class Zone:
    """One counter: `name` is `package-0`, `package-0/dram`, `psys`, …"""

    name: str
    folder: Path
    max_uj: int | None

    def read_uj(self) -> int:
        try:
            return int((self.folder / "energy_uj").read_text())
        except (OSError, ValueError) as error:
            raise SensorLostError(f"the counter {self.name} cannot be read") from error


@dataclass(frozen=True)
class RaplCounter:
    zones: tuple[Zone, ...]
    counts_idle: bool = True
    clock: Callable[[], float] = time.monotonic

    @property
    def source(self) -> str:
        return "rapl-psys" if self.zones[0].name == "psys" else "rapl"

    @property
    def name(self) -> str:
        if self.source == "rapl-psys":
            return "energy counter of the whole platform (RAPL psys)"
        has_memory = any(zone.name.endswith("dram") for zone in self.zones)
        return f"energy counter of the processor{' and memory' if has_memory else ''} (RAPL)"

    def start(self, _pid: int | None, /) -> Track:
        return _RaplTrack(self.zones, self.clock)


class _RaplTrack:
    """Adds up the zones; each reading carries over a wrap, so read at least once per turn of the counter."""

    def __init__(self, zones: tuple[Zone, ...], clock: Callable[[], float]) -> None:
        self._zones = zones
        self._clock = clock
        self._read_at = clock()
        self._last = [zone.read_uj() for zone in zones]
        self._total_uj = 0

    def joules(self) -> float:
        now = self._clock()
        most_uj = _MOST_WATTS * (now - self._read_at + _LATE_SECONDS) / _JOULES_PER_UJ
        self._read_at = now
        for index, zone in enumerate(self._zones):
            self._total_uj += _moved(zone, self._last[index], energy := zone.read_uj(), most_uj)
            self._last[index] = energy
        return self._total_uj * _JOULES_PER_UJ


def _moved(zone: Zone, last_uj: int, now_uj: int, most_uj: float) -> int:
    """Microjoules since the last reading, over a turn of the counter too. SensorLostError if it was set back."""
    if now_uj >= last_uj:
        return now_uj - last_uj
    if zone.max_uj is None:
        raise SensorLostError(f"the counter {zone.name} started again and does not say at what number")
    turned = counter_delta_uj(last_uj, now_uj, zone.max_uj)
    if turned > most_uj:
        raise SensorLostError(f"the counter {zone.name} was set back")
    return turned


def find_rapl(sys_root: Path, *, with_platform: bool = True) -> RaplCounter | Missing:
    """The one set of domains to count. `with_platform` False leaves `psys` out, which may hold a graphics card that
    is counted by itself."""
    zones = _zones(sys_root / "class" / "powercap")
    if not zones:
        return Missing("This computer does not show a processor energy counter (RAPL); virtual machines have none.")
    readable = [zone for zone in zones.values() if _readable(zone)]
    names = [zone.name for zone in readable if with_platform or zone.name != "psys"]
    packages = {name for name in zones if name.startswith("package-") and "/" not in name}
    chosen = choose_domains(names)
    if chosen and (chosen == ("psys",) or packages <= set(chosen)):
        return RaplCounter(tuple(zone for zone in readable if zone.name in chosen))
    if readable and not packages:
        return Missing("The processor energy counter (RAPL) here covers only a part of the processor.")
    return Missing("The processor's energy counter (RAPL) is there, but this account may not read it.", ALLOW)


def _zones(powercap: Path) -> dict[str, Zone]:
    """Zones by name. The same domain through MSR and through MMIO is one: the first readable copy, MSR first."""
    found: dict[str, Zone] = {}
    if not powercap.is_dir():
        return found
    for folder in sorted(powercap.iterdir(), key=lambda path: ("mmio" in path.name, path.name)):
        zone = _zone(powercap, folder)
        if zone is not None and (zone.name not in found or not _readable(found[zone.name])):
            found[zone.name] = zone
    return found


def _zone(powercap: Path, folder: Path) -> Zone | None:
    own = _text(folder / "name")
    if own is None or ":" not in folder.name or "rapl" not in folder.name:
        return None
    parent = folder.name.rsplit(":", 1)[0]
    above = _text(powercap / parent / "name") if ":" in parent else None
    limit = _text(folder / "max_energy_range_uj")
    name = f"{above}/{own}" if above else own
    return Zone(name, folder, int(limit) if limit is not None and limit.isdigit() else None)


def _readable(zone: Zone) -> bool:
    try:
        zone.read_uj()
    except SensorLostError:
        return False
    return True


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except (OSError, ValueError):
        return None
