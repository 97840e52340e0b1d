"""What the battery gives while the charger is unplugged, through the power_supply tree of Linux."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pennyweight.meter.energy import integrate
from pennyweight.power.source import Missing, SensorLostError, Track

_MICRO = 1e-6


@dataclass(frozen=True)
class BatteryDischarge:
    """Every battery that is giving power. Its figure is the whole machine's, screen included."""

    folders: tuple[Path, ...]
    clock: Callable[[], float] = time.monotonic
    source: str = "battery"
    name: str = "power taken from the battery"
    counts_idle: bool = True

    def start(self, _pid: int | None, /) -> Track:
        return _BatteryTrack(self)

    def watts(self) -> float:
        total = 0.0
        for folder in self.folders:
            watts = _watts(folder)
            if watts is None:
                raise SensorLostError("the battery is not discharging any more")
            total += watts
        return total


class _BatteryTrack:
    """Integrates the reported power over the moments at which it is read."""

    def __init__(self, battery: BatteryDischarge) -> None:
        self._battery = battery
        self._last = (battery.clock(), battery.watts())
        self._joules = 0.0

    def joules(self) -> float:
        now = (self._battery.clock(), self._battery.watts())
        self._joules += integrate((self._last, now))
        self._last = now
        return self._joules


def find_battery(sys_root: Path, clock: Callable[[], float] = time.monotonic) -> BatteryDischarge | Missing:
    """The batteries that give power now, or why none tells."""
    batteries = [folder for folder in _supplies(sys_root) if _text(folder / "type") == "Battery" and _of_system(folder)]
    if not batteries:
        return Missing("This computer has no battery.")
    giving = tuple(folder for folder in batteries if _watts(folder) is not None)
    if giving:
        return BatteryDischarge(giving, clock)
    if any(_text(folder / "status") == "Discharging" for folder in batteries):
        return Missing("The battery does not say how much power it gives.")
    return Missing("The battery is not discharging.", "It measures only while the charger is unplugged.")


def has_battery(sys_root: Path) -> bool:
    return any(_text(folder / "type") == "Battery" and _of_system(folder) for folder in _supplies(sys_root))


def _supplies(sys_root: Path) -> list[Path]:
    root = sys_root / "class" / "power_supply"
    return sorted(root.iterdir()) if root.is_dir() else []


def _of_system(folder: Path) -> bool:
    """False for the battery of a mouse or a headset."""
    return _text(folder / "scope") != "Device"


def _watts(folder: Path) -> float | None:
    """Watts that a discharging battery gives now; None if it is not discharging or does not say."""
    if _text(folder / "status") != "Discharging":
        return None
    power = _number(folder / "power_now")
    if power is not None:
        return abs(power) * _MICRO
    current, voltage = _number(folder / "current_now"), _number(folder / "voltage_now")
    if current is None or voltage is None:
        return None
    return abs(current) * _MICRO * voltage * _MICRO


def _number(path: Path) -> int | None:
    text = _text(path)
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except (OSError, ValueError):
        return None
