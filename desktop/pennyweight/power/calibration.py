"""Half a minute of rest and of work, so that the idle baseline and the usual power are known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError

Load = Callable[[Cancel], None]
"""Keeps the engine busy until it is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was measured, as plain data: keep it and hand it back to `PowerMeter`."""

    source: str
    """The sources it was measured with; with any others it is not used."""
    idle_watts: dict[str, float] = field(default_factory=dict)
    """Watts at rest of each source that counts idle power, before the power supply."""
    load_watts: float = 0.0
    """Watts above idle at the wall while the engine worked."""
    load_seconds: float = 0.0
    idle_seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Calibration:
        """From `as_dict`; InputError if the data is something else."""
        source, idle = data.get("source"), data.get("idle_watts")
        if not isinstance(source, str) or not isinstance(idle, Mapping):
            raise InputError("The stored calibration cannot be read.", advice="Calibrate again.")
        return cls(
            source=source,
            idle_watts={str(name): _number(watts) for name, watts in idle.items()},
            load_watts=_number(data.get("load_watts")),
            load_seconds=_number(data.get("load_seconds")),
            idle_seconds=_number(data.get("idle_seconds")),
        )


def run_load(load: Load, seconds: float, cancel: Cancel, tick: Callable[[], None]) -> None:
    """Run `load` for `seconds` or until it returns, calling `tick` about four times a second meanwhile.

    What `load` raises is raised here. The thread that runs it has ended when this returns.
    """
    enough = Cancel()
    forget = cancel.on_cancel(enough.cancel)
    failures: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            load(enough)
        except BaseException as error:  # noqa: BLE001  # handed over to the caller's thread below
            failures.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=work, name="calibration-load")
    thread.start()
    try:
        left = seconds
        while left > 0 and not enough.cancelled and not done.wait(min(0.25, left)):
            left -= 0.25
            tick()
    finally:
        enough.cancel()
        thread.join()
        forget()
    if failures:
        raise failures[0]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        raise InputError("The stored calibration cannot be read.", advice="Calibrate again.")
    return float(value)
