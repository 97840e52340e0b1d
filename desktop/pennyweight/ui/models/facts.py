"""What of this computer matters for models: cores, memory, a graphics card."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from pennyweight.models import available_memory
from pennyweight.power.machine import this_machine
from pennyweight.power.nvidia import NvidiaCounter, NvidiaLibrary
from pennyweight.power.source import Roots
from pennyweight.ui.models.words import size_text


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """Memory in bytes; `gpu` is empty where none was found."""

    cores: int
    cpu: str
    memory_total: int
    memory_free: int
    gpu: str

    @property
    def pills(self) -> tuple[str, ...]:
        cores = f"{self.cores} core{'' if self.cores == 1 else 's'}"
        memory = f"{size_text(self.memory_total)} memory, {size_text(self.memory_free)} free"
        return (f"{cores} · {memory}", self.gpu or "no NVIDIA GPU found")


def machine_facts() -> MachineFacts:
    """Looks at the machine now; may take some milliseconds, so not on the GUI thread."""
    machine = this_machine(Roots())
    library = NvidiaLibrary()
    try:
        found = library.find()
    finally:
        library.close()
    return MachineFacts(
        cores=machine.physical_cores,
        cpu=machine.cpu_name,
        memory_total=int(psutil.virtual_memory().total),
        memory_free=available_memory(),
        gpu=found.name if isinstance(found, NvidiaCounter) else "",
    )
