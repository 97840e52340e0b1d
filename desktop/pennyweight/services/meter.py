"""The running meter: totals of a period, the line under an answer, the reference model, the energy source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Literal

from pennyweight.domain.answer import AnswerRequest, ChatTurn, Sampling
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.domain.ledger import EquivalentBill, LedgerEntry, LedgerTotals
from pennyweight.engine.process import LocalEngine
from pennyweight.meter import reference as table
from pennyweight.meter.band import Band
from pennyweight.meter.calibration import UNMEASURED, Ratios
from pennyweight.meter.energy import band_text, is_measured
from pennyweight.meter.equivalent import equivalent_bill
from pennyweight.meter.periods import bounds, local_day
from pennyweight.meter.reference import ReferenceModel
from pennyweight.power import Calibration, PowerMeter, SourceInfo
from pennyweight.services.bookkeeping import line_of
from pennyweight.services.calibration import TokenCalibration
from pennyweight.services.events import MeterLine
from pennyweight.services.models import ModelService
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store
from pennyweight.store.overlaps import Counting

Period = Literal["chat", "today", "month", "all"]
Calibrated = Literal["no", "next", "part", "yes"]
CALIBRATION_KEY = "power.calibration"
_REPRICE_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterTotals:
    """What the meter column shows for one period."""

    period: Period
    totals: LedgerTotals
    reference: ReferenceModel
    difference_nano: int
    """Avoided list price: equivalent less electricity (hardware wear is never in it); may be negative."""
    usd_per_kwh: Decimal
    source: SourceInfo
    """The energy source in use now; rows may come from others, see `totals.energy_sources`."""
    band_text: str
    """The band of this period's energy: "±15 %", "×0.5…×2"."""
    measured: bool
    hardware_on: bool
    repricing: bool
    """True while older rows have no bill at the reference model yet: call `reprice`."""
    ratio: Band
    """Tokens of the reference model's provider per local token of the same text."""
    samples: int
    """How many of the person's own escalations `ratio` rests on; 0: the usual range of tokenizers."""
    calibrated: Calibrated
    """Whether the bills of this period were made with a measured ratio: a bill keeps the ratio of its moment."""
    output_ratio: Band
    """Its answers' length per local answer; 1 until it is measured."""
    output_samples: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What makes figures that are shown old: another day, or another row, whoever added it."""

    day: date
    last_row: int


@dataclass(frozen=True, slots=True)
class ReferenceChoices:
    """Every model that can be the reference, and the two that are suggested."""

    models: tuple[ReferenceModel, ...]
    cheap: ReferenceModel
    flagship: ReferenceModel


class MeterService:
    """Thread-safe."""

    def __init__(
        self,
        *,
        store: Store,
        settings: SettingsService,
        power: PowerMeter,
        models: ModelService,
        engine: LocalEngine,
        calibration: TokenCalibration | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._settings = settings
        self._power = power
        self._models = models
        self._engine = engine
        self._calibration = calibration
        self._now = now

    def totals(
        self, period: Period, conversation_id: str | None = None, *, without: Collection[str] = ()
    ) -> MeterTotals:
        """`conversation_id` is for the period "chat"; None there gives an empty chat's totals.

        `without` leaves out answers whose running figures the caller adds: the parts of a long one are in the ledger
        before it ends.

        Days and months are those of this computer's clock and zone.
        """
        settings = self._settings.get()
        reference = self.reference()
        totals = self._totals(period, conversation_id, reference.id, without)
        learned = self._ratios(reference.id)
        source = self._power.describe()
        sources = "+".join(dict.fromkeys(part for name in totals.energy_sources for part in name.split("+")))
        return MeterTotals(
            period=period,
            totals=totals,
            reference=reference,
            difference_nano=totals.equivalent_nano - totals.electric_nano,
            usd_per_kwh=settings.usd_per_kwh,
            source=source,
            band_text=band_text(sources) if sources else source.band_text,
            measured=is_measured(sources) if sources else source.measured,
            hardware_on=settings.hardware is not None,
            repricing=next(self._store.ledger.missing_equivalents(reference.id), None) is not None,
            ratio=learned.input,
            samples=learned.samples,
            calibrated=self._calibrated(totals, period, conversation_id, reference.id),
            output_ratio=learned.output,
            output_samples=learned.output_samples,
        )

    def _ratios(self, reference: str) -> Ratios:
        return UNMEASURED if self._calibration is None else self._calibration.of(reference.partition("/")[0])

    def _calibrated(
        self, totals: LedgerTotals, period: Period, conversation_id: str | None, reference: str
    ) -> Calibrated:
        since = self._calibration.since(reference.partition("/")[0]) if self._calibration is not None else None
        if since is None:
            return "no"
        if totals.equivalent_nano == 0:
            return "next"
        start = None if period == "chat" else bounds(period, self._now())[0]
        if start is not None and start >= since:
            return "yes"
        before = self._store.ledger.totals(
            conversation_id=conversation_id if period == "chat" else None, start=start, end=since, reference=reference
        )
        if before.equivalent_nano == 0:
            return "yes"
        return "part" if before.equivalent_nano < totals.equivalent_nano else "next"

    def _totals(
        self, period: Period, conversation_id: str | None, reference: str, without: Collection[str]
    ) -> LedgerTotals:
        ledger = self._store.ledger
        if period == "chat":
            if conversation_id is None:
                return LedgerTotals()
            return ledger.totals(conversation_id=conversation_id, reference=reference, without=without)
        start, end = bounds(period, self._now())
        once: Counting = "both"
        if self._store.overlaps.any_reports():
            from pennyweight.services.imports.overlap import counting  # few ever import a report

            once = counting(self._store)
        return ledger.totals(start=start, end=end, reference=reference, without=without, counting=once)

    def line(self, message_id: str) -> MeterLine | None:
        """The line under an answer; None if no model call belongs to it."""
        return line_of(message_id, self._store.ledger.for_message(message_id))

    def lines(self, message_ids: Iterable[str]) -> dict[str, MeterLine]:
        """The lines of several answers; those without one are left out."""
        found = {message_id: self.line(message_id) for message_id in message_ids}
        return {message_id: line for message_id, line in found.items() if line is not None}

    def moment(self) -> Moment:
        """Costs next to nothing: to be asked for now and then while a window is open."""
        return Moment(local_day(self._now()), self._store.ledger.last_number())

    def entries(self, message_id: str) -> Sequence[LedgerEntry]:
        """The ledger rows of one answer, in the order the calls were made."""
        return self._store.ledger.for_message(message_id)

    def reference(self) -> ReferenceModel:
        """The chosen reference model; the suggested flagship if the price table no longer has it."""
        return table.find(self._settings.get().reference) or table.suggestions()[1]

    def reference_choices(self) -> ReferenceChoices:
        cheap, flagship = table.suggestions()
        return ReferenceChoices(tuple(table.models()), cheap, flagship)

    def set_reference(self, reference: str) -> ReferenceModel:
        """Choose `provider/model`; InputError if the price table has no price for it. Fast: `reprice` does the work."""
        self._settings.update(reference=reference)
        return self.reference()

    def reprice(self, cancel: Cancel, on_progress: Callable[[int], None] = lambda _: None) -> int:
        """Work out the bills of older rows at the chosen reference; returns how many. Progress is rows done."""
        reference = self.reference().id
        learned, done = self._ratios(reference), 0
        rows = self._store.ledger.missing_equivalents(reference)
        while not cancel.cancelled:
            batch = [(row.id, _bill(row, reference, learned)) for row in islice(rows, _REPRICE_BATCH)]
            if not batch:
                break
            done += self._store.ledger.add_all_equivalents(batch)
            on_progress(done)
        return done

    def recent_joules(self, count: int = 12, *, without: Collection[str] = ()) -> list[float]:
        """Joules of the newest answers, oldest first; `without` as in `totals`."""
        sums: dict[str, float] = {}
        for row in self._store.ledger.recent_with_energy(count * 20):
            if row.energy is not None and row.message_id not in without:
                key = row.message_id or row.id
                sums[key] = sums.get(key, 0.0) + row.energy.joules
        return list(reversed(list(sums.values())[:count]))

    def source_info(self) -> SourceInfo:
        return self._power.describe()

    def watch_idle(self) -> None:
        """Call now and then while nothing is asked: it keeps the idle baseline of the counters up to date."""
        self._power.watch_idle()

    def calibrate(self, cancel: Cancel, on_progress: Callable[[float], None]) -> SourceInfo | None:
        """Half a minute of rest and of work; kept for later runs. None if cancelled."""
        model = self._models.current()
        if model is None:
            raise InputError("There is no model to calibrate with.", advice="Add a GGUF file first.")
        self._engine.load(model.id, cancel, lambda _: None)

        def work(enough: Cancel) -> None:
            while not enough.cancelled:
                for _ in self._engine.stream(_calibration_request(model.id), enough):
                    pass

        result = self._power.calibrate(cancel, on_progress, work, pid=self._engine.process_id())
        if result is None:
            return None
        self._store.settings.set(CALIBRATION_KEY, result.as_dict())
        return self._power.describe()


def stored_calibration(store: Store) -> Calibration | None:
    """What an earlier `calibrate` kept; None if there is none or it cannot be read."""
    data = store.settings.get(CALIBRATION_KEY)
    try:
        return Calibration.from_dict(data) if isinstance(data, dict) else None
    except InputError:
        return None


def _bill(row: LedgerEntry, reference: str, learned: Ratios) -> EquivalentBill:
    at = row.usage.at or row.at
    return equivalent_bill(
        row.usage, reference, at, ratio=learned.input, output_ratio=learned.output, resent=row.resent
    )


def _calibration_request(model: str) -> AnswerRequest:
    turns = (ChatTurn("user", "Count from one to two hundred, one number on each line."),)
    return AnswerRequest(turns=turns, model=model, sampling=Sampling(temperature=0.7, max_output_tokens=256))
