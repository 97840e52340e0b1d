"""What kind of computer this is: the processor's name, its cores, laptop or desktop or server."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from pennyweight.power.battery import has_battery
from pennyweight.power.source import Roots

Kind = Literal["laptop", "desktop", "server"]

_CHASSIS: dict[int, Kind] = {
    **dict.fromkeys((8, 9, 10, 11, 12, 14, 30, 31, 32), "laptop"),
    **dict.fromkeys((3, 4, 5, 6, 7, 13, 15, 16, 24, 34, 35, 36), "desktop"),
    **dict.fromkeys((17, 22, 23, 25, 28, 29), "server"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    cpu_name: str
    """As the processor calls itself; empty if unknown."""
    physical_cores: int
    virtual: bool
    """A virtual machine: its sensors are the host's and cannot be seen from here."""
    kind: Kind


def this_machine(roots: Roots) -> Machine:
    cpuinfo = _text(roots.proc / "cpuinfo")
    name = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    virtual = bool(re.search(r"^flags\s*:.*\bhypervisor\b", cpuinfo, re.MULTILINE))
    return Machine(
        cpu_name=(name.group(1) if name else platform.processor()).strip(),
        physical_cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        virtual=virtual,
        kind=_kind(roots.sys, virtual),
    )


def _kind(sys_root: Path, virtual: bool) -> Kind:
    if virtual:
        return "server"
    if has_battery(sys_root):
        return "laptop"
    chassis = _text(sys_root / "class" / "dmi" / "id" / "chassis_type").strip()
    return _CHASSIS.get(int(chassis), "desktop") if chassis.isdigit() else "desktop"


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
