"""The energy counter of NVIDIA cards, through nvidia-ml-py."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pennyweight.power.source import Missing, SensorLostError, Track

_JOULES_PER_COUNT = 1e-3  # the counter is in millijoules


@dataclass(frozen=True)
class NvidiaCounter:
    """Every card of this machine that counts its energy."""

    read_mj: tuple[Callable[[], int], ...]
    cards: tuple[str, ...]
    source: str = "nvml"
    counts_idle: bool = True

    @property
    def name(self) -> str:
        return f"energy counter of the graphics card ({', '.join(self.cards)})"

    def start(self, _pid: int | None, /) -> Track:
        return _CounterTrack(self.read_mj)


class _CounterTrack:
    def __init__(self, read_mj: Sequence[Callable[[], int]]) -> None:
        self._read_mj = read_mj
        self._start = [read() for read in read_mj]

    def joules(self) -> float:
        moved = [read() - start for read, start in zip(self._read_mj, self._start, strict=True)]
        if any(step < 0 for step in moved):  # the driver was reloaded
            raise SensorLostError("the graphics card's energy counter started again")
        return sum(moved) * _JOULES_PER_COUNT


class NvidiaLibrary:
    """nvidia-ml-py, loaded once and closed once. `library` is only given by tests: there is no card everywhere."""

    def __init__(self, library: Any | None = None) -> None:
        self._library = library
        self._shut_down: Callable[[], object] | None = None
        self._found: NvidiaCounter | Missing | None = None

    def find(self) -> NvidiaCounter | Missing:
        """The cards' counter, or why there is none. Looks once; later calls return the same."""
        if self._found is None:
            self._found = self._look()
        return self._found

    def close(self) -> None:
        shut_down, self._shut_down = self._shut_down, None
        if shut_down is not None:
            shut_down()
        self._found = Missing("The power meter was closed.")

    def _look(self) -> NvidiaCounter | Missing:
        library = self._library = self._library or _load()
        if library is None:
            return Missing("The library that reads NVIDIA cards (nvidia-ml-py) is not installed.")
        try:
            library.nvmlInit()
        except (library.NVMLError, OSError):
            return Missing("This computer has no NVIDIA graphics card with a working driver.")
        self._shut_down = library.nvmlShutdown
        try:
            handles = [library.nvmlDeviceGetHandleByIndex(index) for index in range(library.nvmlDeviceGetCount())]
        except library.NVMLError:
            return Missing("The NVIDIA driver does not list its graphics cards.")
        counters = [(handle, reader) for handle in handles if (reader := _reader(library, handle)) is not None]
        if not counters:
            return Missing("The NVIDIA graphics card here does not count its energy.")
        cards = tuple(_card_name(library, handle) for handle, _ in counters)
        return NvidiaCounter(read_mj=tuple(reader for _, reader in counters), cards=cards)


def _load() -> Any | None:
    try:
        return importlib.import_module("pynvml")
    except ImportError:
        return None


def _reader(library: Any, handle: Any) -> Callable[[], int] | None:
    def read() -> int:
        try:
            return int(library.nvmlDeviceGetTotalEnergyConsumption(handle))
        except library.NVMLError as error:
            raise SensorLostError("the graphics card does not answer") from error

    try:
        read()
    except SensorLostError:
        return None
    return read


def _card_name(library: Any, handle: Any) -> str:
    try:
        name = library.nvmlDeviceGetName(handle)
    except library.NVMLError:
        return "NVIDIA"
    return name.decode() if isinstance(name, bytes) else str(name)
