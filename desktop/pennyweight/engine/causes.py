"""Why the engine failed, as one sentence for a person: from its log, its exit status, and what it was doing."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from enum import StrEnum


class Phase(StrEnum):
    """What the child was doing when it died."""

    STARTING = "starting"
    LOADING = "loading"
    SELF_TEST = "self test"
    ANSWERING = "answering"
    IDLE = "idle"


def start_failure(error: OSError) -> tuple[str, str]:
    """A sentence for a child that could not even be started, and what to do about it."""
    if isinstance(error, FileNotFoundError) and error.filename is None:  # how the search for such a folder ends
        sentence = "The engine could not be started: no folder for temporary files can be written to."
        return sentence, "Make room on the disk, or let TMPDIR name a folder that can be written to."
    return f"The engine could not be started: {error.strerror or error}.", ""


_DAMAGED = "The model file is damaged or incomplete. Download or copy it again."
_LOAD_CAUSES: tuple[tuple[str, str], ...] = (
    (r"unknown model architecture: '?([\w.-]+)'?", "This engine does not know the model's architecture ({0})."),
    (r"unknown pre-tokenizer type: '?([\w.-]+)'?", "This engine does not know the model's tokenizer ({0})."),
    (r"unsupported (?:GGUF )?version|bad GGUF version|version \d+ .*(?:not supported|unsupported)",
     "The model file has a format version that this engine cannot read."),
    (r"invalid magic|bad magic|not a GGUF", "This is not a GGUF model file, or it is damaged."),
    (r"not within (?:the )?file bounds|tensor '.*' data is not within|file (?:is )?(?:truncated|too short)"
     r"|unexpectedly reached end of file|corrupted|incomplete|failed to read|read error", _DAMAGED),
    (r"failed to allocate|unable to allocate|cannot allocate|bad_alloc|out of memory|ErrorOutOfDeviceMemory",
     "There is not enough free memory for this model."),
    (r"missing split|illegal split|split file|failed to load split|invalid split",
     "A part of this model is missing: all of its files must be in one folder."),
    (r"(?:missing|wrong number of) tensors?|key not found in model: ([\w.]+)|wrong shape|invalid .*(?:type|value|size)",
     "The model file is damaged, or made for a different version of the engine."),
    (r"[Pp]ermission denied", "The model file may not be read: permission denied."),
    (r"No such file", "The model file is not there any more."),
)  # fmt: skip


def load_failure(log: Sequence[str]) -> tuple[str, bool]:
    """A sentence for a load that returned nothing, and whether lack of memory was the cause."""
    text = "\n".join(log)
    for pattern, sentence in _LOAD_CAUSES:
        match = re.search(pattern, text)
        if match:
            return sentence.format(*(match.groups(default="") or ("",))), "memory" in sentence
    return "The engine could not read this model file. It may be damaged or of a kind that is not supported.", False


_WINDOWS_FAULTS = {0xC0000005: "SIGSEGV", 0xC000001D: "SIGILL", 0xC0000409: "SIGABRT", 0x40000015: "SIGABRT"}
_CPU_FAULTS = frozenset({"SIGSEGV", "SIGILL", "SIGBUS", "SIGFPE"})


def signal_name(returncode: int | None) -> str:
    """The signal that ended a process, by name; "" for a normal exit."""
    if returncode is None:
        return ""
    if returncode >= 0:
        return _WINDOWS_FAULTS.get(returncode & 0xFFFFFFFF, "")
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"


def is_cpu_fault(returncode: int | None) -> bool:
    """True for deaths that a build's fast kernels can cause on a CPU they do not suit."""
    return signal_name(returncode) in _CPU_FAULTS


def death(returncode: int | None, log: Sequence[str], phase: Phase) -> str:
    """One sentence for a child that ended by itself."""
    while_doing = {
        Phase.STARTING: " while starting",
        Phase.LOADING: " while loading the model",
        Phase.SELF_TEST: " in its test after loading",
        Phase.ANSWERING: " in mid-answer",
        Phase.IDLE: "",
    }[phase]
    name = signal_name(returncode)
    text = "\n".join(log)
    if name == "SIGKILL":
        return f"The engine was killed{while_doing}: by the system for lack of memory, or by someone."
    if name in ("SIGTERM", "SIGINT", "SIGHUP"):
        return f"The engine was ended from outside{while_doing}."
    if re.search(r"bad_alloc|failed to allocate|[Oo]ut of memory|MemoryError", text):
        return f"The engine ran out of memory{while_doing}."
    if name in _CPU_FAULTS:
        return f"The engine crashed{while_doing}: a fault in its machine code ({name})."
    if name == "SIGABRT":
        if phase is Phase.LOADING:
            return "The engine gave up while loading the model: its file is probably damaged."
        return f"The engine gave up{while_doing}: it found a fault in its own work."
    if name:
        return f"The engine ended{while_doing} ({name})."
    module = re.search(r"(?:ModuleNotFoundError|ImportError|OSError): (.{1,160})", text)
    if phase is Phase.STARTING and module:
        return f"The engine could not start: {module[1].strip()}."
    return f"The engine ended{while_doing} without giving a reason (exit status {returncode})."
