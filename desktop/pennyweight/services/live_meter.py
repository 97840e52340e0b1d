"""The meter while an answer is being written: the calls that are done, and the one that runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.local_cost import electricity_usd, hardware_usd
from pennyweight.meter.money import decimal_to_nano
from pennyweight.services.bookkeeping import Rates, line_of
from pennyweight.services.events import Live, MeterLine
from pennyweight.services.model_call import ModelCall

EVERY_SECONDS = 0.1


class LiveMeter:
    def __init__(
        self,
        message_id: str,
        rates: Rates,
        rows: Sequence[LedgerEntry],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._message_id = message_id
        self._rates = rates
        self._rows = rows
        self._clock = clock
        self._told_at = -EVERY_SECONDS

    def tell(self, call: ModelCall, resent: int) -> Live | None:
        """The figures now; None if the last ones are younger than a tenth of a second."""
        now = self._clock()
        if now - self._told_at < EVERY_SECONDS:
            return None
        self._told_at = now
        return self._figures(call, resent)

    def _figures(self, call: ModelCall, resent: int) -> Live:
        before = line_of(self._message_id, self._rows)
        usage, sample = call.usage_so_far(), call.sample()
        resent = min(resent, usage.input_total)
        bill = self._rates.bill(usage, resent)
        equivalent = bill.expected_nano
        if equivalent is not None and before is not None:
            equivalent += before.equivalent_nano or 0
        local, low, high = (
            self._electric(joules) for joules in ((sample.joules, sample.low, sample.high) if sample else (0.0,) * 3)
        )
        return Live(
            message_id=self._message_id,
            input_total=usage.input_total + (before.input_total if before else 0),
            reused=usage.cache_read + (before.reused if before else 0),
            evaluated=call.evaluated + (before.evaluated if before else 0),
            output_total=usage.output_total + (before.output_total if before else 0),
            reasoning=usage.reasoning + (before.reasoning if before else 0),
            seconds=call.seconds + (before.seconds if before else 0.0),
            tokens_per_second=call.decode_rate,
            joules=(sample.joules if sample else 0.0) + (before.joules or 0.0 if before else 0.0),
            watts=sample.watts if sample else 0.0,
            energy_measured=sample.measured if sample else False,
            energy_source=sample.source if sample else "",
            local_nano=local + (before.local_nano or 0 if before else 0),
            low=low + (before.low or 0 if before else 0),
            high=high + (before.high or 0 if before else 0),
            equivalent_nano=equivalent,
            reference_name=bill.reference_name,
            resent=resent + (before.resent if before else 0),
            hardware_nano=self._wear(sample.seconds if sample else 0.0, before),
        )

    def _wear(self, seconds: float, before: MeterLine | None) -> int | None:
        hardware = self._rates.hardware
        if hardware is None:
            return None
        return decimal_to_nano(hardware_usd(seconds, hardware)) + (before.hardware_nano or 0 if before else 0)

    def _electric(self, joules: float) -> int:
        return decimal_to_nano(electricity_usd(joules, self._rates.usd_per_kwh))
