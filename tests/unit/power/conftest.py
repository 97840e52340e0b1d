"""Real files built like the trees of a real machine, and a clock that the test moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pennyweight.power.source import Roots

MAX_UJ = 262_143_328_850


class Clock:
    """Seconds that only pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


class Tree:
    """/sys and /proc of a made-up machine."""

    def __init__(self, root: Path) -> None:
        self.roots = Roots(root / "sys", root / "proc")
        self.cpu("Some Processor 1234")

    def cpu(self, name: str, *, flags: str = "fpu sse2") -> None:
        write(self.roots.proc / "cpuinfo", f"processor\t: 0\nmodel name\t: {name}\nflags\t\t: {flags}\n\n")

    def chassis(self, number: int) -> None:
        write(self.roots.sys / "class/dmi/id/chassis_type", f"{number}\n")

    def zone(self, folder: str, name: str, energy_uj: int | str | None, *, limit: int | None = MAX_UJ) -> Path:
        """A RAPL zone as the kernel lays it out; `energy_uj` None makes a counter that cannot be read."""
        zone = self.roots.sys / "class/powercap" / folder
        write(zone / "name", f"{name}\n")
        if energy_uj is None:
            (zone / "energy_uj").mkdir()
        else:
            write(zone / "energy_uj", f"{energy_uj}\n")
        if limit is not None:
            write(zone / "max_energy_range_uj", f"{limit}\n")
        return zone / "energy_uj"

    def supply(self, folder: str, **files: object) -> Path:
        supply = self.roots.sys / "class/power_supply" / folder
        for name, value in files.items():
            write(supply / name, f"{value}\n")
        return supply


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


class NVMLError(Exception):
    """The only error of the card library."""


class FakeCards:
    """The functions of nvidia-ml-py that are used, over cards that the test describes: millijoules, or None for a
    card that does not count."""

    NVMLError = NVMLError

    def __init__(self, *millijoules: int | None, driver: bool = True, names: bytes | str | None = "RTX 4090") -> None:
        self.millijoules = list(millijoules)
        self.driver = driver
        self.names = names
        self.open = 0

    def nvmlInit(self) -> None:
        if not self.driver:
            raise NVMLError("driver not loaded")
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:
        if self.millijoules == [-1]:
            raise NVMLError("no count")
        return len(self.millijoules)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: int) -> int:
        value = self.millijoules[handle]
        if value is None:
            raise NVMLError("not supported")
        return value

    def nvmlDeviceGetName(self, handle: int) -> bytes | str:
        if self.names is None:
            raise NVMLError("no name")
        return self.names


@pytest.fixture
def fake_cards() -> type[FakeCards]:
    return FakeCards
