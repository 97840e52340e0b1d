"""What the engine tells about itself, and how it is set up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pennyweight.domain.answer import Finished
from pennyweight.domain.errors import EngineError


class EngineState(StrEnum):
    STOPPED = "stopped"
    """No child process; the next call starts one."""
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    """An answer is being written."""
    FAILED = "failed"
    """The last attempt failed; the next call starts anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """How a model is loaded. None means that the engine chooses."""

    context_length: int | None = None
    """Default: the smaller of trained, 8192 and what memory allows."""
    threads: int | None = None
    """Default: one per physical core."""
    gpu_layers: int | None = None
    """Default: all layers where the engine build has GPU support, else none."""
    flash_attention: bool = True
    memory_saver: bool = False
    """Do without repacked weights: less memory, slower answers."""
    idle_unload_seconds: float | None = 900.0
    """How long an idle model stays in memory; None keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """The model in the child process. Sizes in bytes and tokens."""

    id: str
    name: str
    architecture: str
    parameters: int
    size_bytes: int
    context_window: int
    trained_context: int
    has_template: bool
    template_problem: str
    """A sentence if the model's own chat template is missing or broken; a common one is then used."""
    system_role: bool
    """False if the model knows no system turn: its text then goes in front of the first question."""
    self_tested: bool
    extra_buffers: bool
    quirk: str
    """Why the fast kernels are off on this machine, "" if they are not."""
    threads: int
    gpu: bool
    seconds: float
    """How long loading took."""


class LoadStoppedError(EngineError):
    """The person stopped a `load`."""


class AnswerBrokenError(EngineError):
    """The engine failed or died in mid-answer. `finished` holds what was counted until then (reason FAILED)."""

    def __init__(self, what: str, *, finished: Finished, kept: str = "", advice: str = "") -> None:
        super().__init__(what, kept=kept, advice=advice)
        self.finished = finished
