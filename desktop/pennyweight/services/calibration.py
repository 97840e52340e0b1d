"""Learning a provider's tokenizer and its length of answers from the person's own escalations."""

from __future__ import annotations

from datetime import UTC, datetime

from pennyweight.domain.answer import ChatTurn
from pennyweight.domain.comparison import TokenSample
from pennyweight.domain.errors import KnownError
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.meter.calibration import Ratios, measured_since, ratios
from pennyweight.services.counters import LocalSource
from pennyweight.store import Store

_BYTES_PER_TOKEN = 4


class TokenCalibration:
    """Thread-safe. Counts with the local model only where one is in memory."""

    def __init__(self, store: Store, local: LocalSource) -> None:
        self._store = store
        self._local = local

    def of(self, provider: str) -> Ratios:
        """`provider` as in the price table. The default band with 0 samples until enough is known."""
        return ratios(self._store.calibrations.of(provider))

    def since(self, provider: str) -> datetime | None:
        """When this provider's own ratio replaced the default; None until it does."""
        return measured_since(self._store.calibrations.earliest(provider))

    def learn(
        self, provider: str, model: str, turns: tuple[ChatTurn, ...], usage: UsageRecord, output: int | None
    ) -> None:
        """After an answer whose prompt the provider counted. `output`: tokens of a local answer to the same, if any."""
        loaded = self._local.loaded
        if loaded is None or usage.usage_state is not UsageState.REPORTED or usage.input_total <= 0:
            return
        try:
            counted = self._local.count_prompt_tokens(turns, loaded.id, may_load=False)
        except KnownError:  # the engine is busy or gone: this one teaches nothing
            return
        cloud_output = usage.output_total if output else None
        sample = TokenSample(counted, usage.input_total - usage.tool_prompt, output, cloud_output)
        self._store.calibrations.add(provider, model, loaded.id, datetime.now(UTC), sample)


class Estimate:
    """`cloud.tally.TokenEstimate`: the local model's count times the measured ratio, else four bytes to a token."""

    def __init__(self, provider: str, calibration: TokenCalibration, local: LocalSource) -> None:
        self._provider = provider
        self._calibration = calibration
        self._local = local

    def prompt(self, turns: tuple[ChatTurn, ...], model: str) -> int:
        del model
        found, loaded = self._calibration.of(self._provider), self._local.loaded
        if found.samples and loaded is not None:
            try:
                counted = self._local.count_prompt_tokens(turns, loaded.id, may_load=False)
                return round(counted * found.input.expected)
            except KnownError:  # busy or gone: the rough figure does
                pass
        return sum(4 + _rough(turn.text) for turn in turns)

    def text(self, text: str, model: str) -> int:
        del model
        return _rough(text)


def _rough(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)
