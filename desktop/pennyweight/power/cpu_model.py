"""Energy worked out from the processor's rated power and the CPU time of the process that does the work.

Used where nothing can be measured. Both models are of energy above idle: watts per busy core times core-seconds.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import psutil

from pennyweight.domain.resources import assets_dir
from pennyweight.power.machine import Machine
from pennyweight.power.source import Track

_LOOK_EVERY_SECONDS = 1.0
_HALF_A_TICK = 0.005
"""Systems count CPU time in steps of about 0.01 s: a call that falls between two is not work without energy."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A row of `assets/cpu_tdp.toml`: rated watts of a processor and its cores."""

    pattern: re.Pattern[str]
    tdp_watts: float
    cores: int


@dataclass(frozen=True, slots=True)
class _Table:
    ratings: tuple[Rating, ...]
    idle_share: float
    class_watts_per_core: dict[str, float]


@dataclass(frozen=True)
class CpuModel:
    """`source` is `cpu-model` where the processor is in the table, else `class-default`."""

    source: str
    name: str
    watts_per_core: float
    cores: int
    cpu_name: str = ""
    clock: Callable[[], float] = time.monotonic
    counts_idle: bool = False

    def start(self, pid: int | None, /) -> Track:
        return _CpuTrack(self, pid)

    @property
    def full_load_watts(self) -> float:
        return self.watts_per_core * self.cores


class _CpuTrack:
    def __init__(self, model: CpuModel, pid: int | None) -> None:
        self._model = model
        self._began = model.clock()
        self._tree = CpuSeconds(pid)
        self._start = self._tree.read()

    def joules(self) -> float:
        used = max(self._tree.read() - self._start, _HALF_A_TICK)
        most = self._model.cores * (self._model.clock() - self._began)  # two threads of a core share its power
        return self._model.watts_per_core * max(0.0, min(used, most))


class CpuSeconds:
    """CPU seconds of a process and its children, also of those that have ended since (as last seen)."""

    def __init__(self, pid: int | None) -> None:
        self._seen: dict[int, float] = {}
        self._family: list[psutil.Process] = []
        self._looked_at = -_LOOK_EVERY_SECONDS
        try:
            self._root: psutil.Process | None = psutil.Process(pid)
        except psutil.Error:
            self._root = None

    def read(self) -> float:
        for process in self._alive():
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            self._seen[process.pid] = times.user + times.system
        return sum(self._seen.values())

    def _alive(self) -> list[psutil.Process]:
        if self._root is None:
            return []
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_EVERY_SECONDS:  # finding the children reads every process of the machine
            self._looked_at = now
            try:
                self._family = [self._root, *self._root.children(recursive=True)]
            except psutil.Error:
                self._family = [self._root]
        return self._family


def cpu_model(machine: Machine, clock: Callable[[], float] = time.monotonic) -> CpuModel:
    """The model for this machine: by its processor's name, else by its kind. Always there."""
    table = _table()
    rating = next((row for row in table.ratings if row.pattern.search(machine.cpu_name)), None)
    if rating is not None:
        watts = rating.tdp_watts * (1 - table.idle_share) / rating.cores
        name = f"model from the processor's rated {rating.tdp_watts:g} W and its load ({machine.cpu_name})"
        return CpuModel("cpu-model", name, watts, machine.physical_cores, machine.cpu_name, clock)
    kind = f"virtual {machine.kind}" if machine.virtual else machine.kind
    return CpuModel(
        "class-default",
        f"usual figure for a {kind} and its processor load",
        table.class_watts_per_core[machine.kind],
        machine.physical_cores,
        machine.cpu_name,
        clock,
    )


@cache
def _table() -> _Table:
    with (assets_dir() / "cpu_tdp.toml").open("rb") as file:
        data = tomllib.load(file)
    rows = tuple(Rating(re.compile(row["name"]), float(row["watts"]), int(row["cores"])) for row in data["cpu"])
    per_core = {kind: float(watts) for kind, watts in data["class_watts_per_core"].items()}
    return _Table(rows, float(data["idle_share"]), per_core)
