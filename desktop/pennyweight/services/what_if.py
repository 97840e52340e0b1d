"""What if: the unit economics of a task over several models and this computer. Nothing is asked or loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from pennyweight.domain.errors import InputError
from pennyweight.domain.model import ModelInfo
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter import prices
from pennyweight.meter.local_cost import electricity_usd, hardware_usd
from pennyweight.meter.money import decimal_to_nano, significant
from pennyweight.meter.projection import Basis, project
from pennyweight.meter.reference import split_reference
from pennyweight.services.local_speed import local_speed
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store

LOCAL = "local"
_MOST = 10**12
_MODELS = "audit.what_if_models"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run's tokens and how many runs. InputError for what cannot be."""

    input_tokens: int
    output_tokens: int
    runs: int

    def __post_init__(self) -> None:
        if not (0 <= self.input_tokens <= _MOST and 0 <= self.output_tokens <= _MOST):
            raise InputError("The tokens of a run are whole numbers from 0 on.")
        if not 1 <= self.runs <= _MOST:
            raise InputError("The number of runs is a whole number from 1 on.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfRow:
    """One model. Amounts are exact US dollars, None where nothing is known to work them out from."""

    model: str
    """`provider/model`, or `local`."""
    name: str
    per_run_usd: Decimal | None
    total_usd: Decimal | None
    per_run_low_usd: Decimal | None = None
    """The band, where there is one."""
    per_run_high_usd: Decimal | None = None
    hardware_per_run_usd: Decimal | None = None
    """Wear of this computer, if that is switched on: a line of its own, in no sum."""
    seconds_per_run: float | None = None
    watts: float | None = None
    basis: Basis = "unknown"
    """`measured` on this computer, `estimated`; for a provider `measured` means a list price."""
    price_source: str = ""
    rate_card: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    runs: int = 1

    @property
    def asset_usd(self) -> Decimal | None:
        """If what one run makes is kept and used again: it is paid once, however often it is used."""
        return self.per_run_usd

    @property
    def seconds(self) -> float | None:
        """All runs one after the other."""
        return None if self.seconds_per_run is None else self.seconds_per_run * self.runs

    @property
    def per_run_nano(self) -> int | None:
        return None if self.per_run_usd is None else decimal_to_nano(self.per_run_usd)

    @property
    def total_nano(self) -> int | None:
        return None if self.total_usd is None else decimal_to_nano(self.total_usd)


@dataclass(frozen=True, slots=True)
class Average:
    """What a run of something took so far; `calls` is 0 where it was never done."""

    calls: int
    input_tokens: int
    output_tokens: int


class WhatIfService:
    """Thread-safe."""

    def __init__(
        self,
        store: Store,
        settings: SettingsService,
        current_model: Callable[[], ModelInfo | None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._settings = settings
        self._current_model = current_model
        self._now = now

    def usual_models(self) -> tuple[str, ...]:
        """The reference model, a cheap one, and this computer."""
        cheap, flagship = prices.suggestions()
        chosen = prices.find(self._settings.get().reference) or flagship
        return tuple(dict.fromkeys((chosen.id, flagship.id, cheap.id, LOCAL)))

    def models(self) -> tuple[str, ...]:
        """The person's choice; `usual_models` until there is one, and where it can no longer be read."""
        stored = self._store.settings.get(_MODELS)
        if not isinstance(stored, list) or not all(
            (isinstance(one, str) and "/" in one.strip("/")) or one == LOCAL for one in stored
        ):
            return self.usual_models()
        return tuple(stored)

    def set_models(self, models: Sequence[str]) -> None:
        """Keep a choice; an empty one goes back to the usual models."""
        self._store.settings.set(_MODELS, list(dict.fromkeys(models)) or None)

    def average(self, *, task: str | None = None, conversation_id: str | None = None) -> Average:
        """Mean tokens of the calls of a task or of a chat."""
        calls, tokens_in, tokens_out = self._store.audit.average(task=task, conversation_id=conversation_id)
        return Average(calls, round(tokens_in), round(tokens_out))

    def rows(self, scenario: Scenario, models: Sequence[str] = ()) -> tuple[WhatIfRow, ...]:
        """One row per model, in the order given; `usual_models` if none is. InputError for a name of another form."""
        return tuple(
            self._local(scenario) if model == LOCAL else self._cloud(scenario, model)
            for model in models or self.usual_models()
        )

    def _cloud(self, scenario: Scenario, model: str) -> WhatIfRow:
        provider, name = split_reference(model)
        at = self._now()
        record = UsageRecord(input_total=scenario.input_tokens, output_total=scenario.output_tokens)
        found = prices.price(provider, name, record, at)
        known = prices.find(model, at)
        return WhatIfRow(
            model=model,
            name=known.name if known else model,
            per_run_usd=found.usd,
            total_usd=None if found.usd is None else found.usd * scenario.runs,
            basis="unknown" if found.usd is None else "measured",
            price_source=found.price_source,
            rate_card=found.rate_card,
            problem=found.problem,
            runs=scenario.runs,
        )

    def _local(self, scenario: Scenario) -> WhatIfRow:
        model = self._current_model()
        if model is None:
            return _unknown("There is no model on this computer yet.", scenario)
        settings = self._settings.get()
        speed = local_speed(model, self._store.ledger.speed_stats(model.id))
        projected = project(
            input_tokens=scenario.input_tokens,
            expected_output=scenario.output_tokens,
            at=self._now(),
            prefill_tps=speed.prefill_tps,
            decode_tps=speed.decode_tps,
            watts=speed.watts,
            measured=speed.measured,
            energy_source=speed.energy_source,
            usd_per_kwh=settings.usd_per_kwh,
        )
        if projected.seconds is None or projected.joules is None:
            return _unknown("The speed of this computer is not known yet.", scenario)
        # From the joules again: rounding one run to a billionth of a dollar would show in a hundred thousand of them.
        usd = significant(electricity_usd(projected.joules, settings.usd_per_kwh), 15)
        band = (projected.local_low_nano, projected.local_high_nano)
        low, high = (None if nano is None else Decimal(nano).scaleb(-9) for nano in band)
        hardware = settings.hardware
        return WhatIfRow(
            model=LOCAL,
            name=f"This computer, {model.name}",
            per_run_usd=usd,
            total_usd=usd * scenario.runs,
            per_run_low_usd=low,
            per_run_high_usd=high,
            hardware_per_run_usd=None if hardware is None else hardware_usd(projected.seconds, hardware),
            seconds_per_run=projected.seconds,
            watts=speed.watts,
            basis=projected.basis,
            price_source=f"${settings.usd_per_kwh} per kWh",
            problem=_does_not_fit(model, scenario),
            runs=scenario.runs,
        )


def _does_not_fit(model: ModelInfo, scenario: Scenario) -> str:
    wanted = scenario.input_tokens + scenario.output_tokens
    if model.context_length and wanted > model.context_length:
        holds = f"{model.name} holds {model.context_length:,}"
        return f"One run is {wanted:,} tokens; {holds}, so it cannot do that in one go."
    return ""


def _unknown(problem: str, scenario: Scenario) -> WhatIfRow:
    return WhatIfRow(
        model=LOCAL, name="This computer", per_run_usd=None, total_usd=None, problem=problem, runs=scenario.runs
    )
