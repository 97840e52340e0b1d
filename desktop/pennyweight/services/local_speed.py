"""How fast this computer reads and writes with a model, and at how many watts: measured, or estimated from its size."""

from __future__ import annotations

from dataclasses import dataclass

from pennyweight.domain.model import ModelInfo
from pennyweight.store.ledger import SpeedStats

_USUAL_WATTS = 20.0
"""Of a computer at work, above idle, where nothing was measured yet."""
_BYTES_PER_SECOND = 10e9
"""Weights that an ordinary computer reads per second; each token reads all of them once."""
_FASTEST = 1_500.0
_PREFILL_FACTOR = 5.0


@dataclass(frozen=True, slots=True)
class LocalSpeed:
    """Tokens per second, watts above idle at the wall. `measured` says that the model's own answers tell the speed."""

    prefill_tps: float
    decode_tps: float
    watts: float
    measured: bool

    @property
    def energy_source(self) -> str:
        """Whose band to show."""
        return "cpu-model" if self.measured else "class-default"


def local_speed(model: ModelInfo, stats: SpeedStats) -> LocalSpeed:
    measured = bool(stats.count and stats.decode_tokens_per_second)
    decode = stats.decode_tokens_per_second or min(_FASTEST, _BYTES_PER_SECOND / max(1, model.size_bytes))
    return LocalSpeed(
        prefill_tps=stats.prefill_tokens_per_second or decode * _PREFILL_FACTOR,
        decode_tps=decode,
        watts=stats.watts or _USUAL_WATTS,
        measured=measured,
    )
