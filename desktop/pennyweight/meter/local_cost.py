"""What local work cost: electricity with its band, and hardware wear on its own line (`metering.md` rule 3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pennyweight.domain.errors import InputError
from pennyweight.domain.ledger import EnergyReading, LocalCost
from pennyweight.meter.money import decimal_to_nano, usd_text

JOULES_PER_KWH = Decimal(3_600_000)
_SECONDS_PER_HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What the computer costs while it works: US dollars, years of use, hours it is used in a year."""

    price: Decimal
    resale: Decimal = Decimal(0)
    years: Decimal = Decimal(4)
    hours_per_year: Decimal = Decimal(1500)

    def __post_init__(self) -> None:
        for name, value in (("price", self.price), ("resale value", self.resale)):
            if not value.is_finite() or value < 0:
                raise InputError(f"The {name} of the hardware must be a number that is not negative.")
        for name, value in (("years", self.years), ("hours per year", self.hours_per_year)):
            if not value.is_finite() or value <= 0:
                raise InputError(f"The {name} of the hardware must be more than zero.")
        if self.resale > self.price:
            raise InputError("The resale value of the hardware is higher than its price.")

    @property
    def usd_per_hour(self) -> Decimal:
        return (self.price - self.resale) / (self.years * self.hours_per_year)


def electricity_usd(joules: float, usd_per_kwh: Decimal) -> Decimal:
    """US dollars of so many joules at the wall."""
    return Decimal(repr(joules)) / JOULES_PER_KWH * usd_per_kwh


def hardware_usd(seconds: float, hardware: Hardware) -> Decimal:
    """US dollars of wear of the hardware in so many seconds of use."""
    return hardware.usd_per_hour * Decimal(repr(seconds)) / _SECONDS_PER_HOUR


def local_cost(energy: EnergyReading, usd_per_kwh: Decimal, hardware: Hardware | None = None) -> LocalCost:
    """The cost of one call from its energy at the wall. `usd_per_kwh` must be finite and not negative (InputError)."""
    if not usd_per_kwh.is_finite() or usd_per_kwh < 0:
        raise InputError("The price of electricity must be a number that is not negative.")
    expected, low, high = (
        _at_least_a_trace(electricity_usd(joules, usd_per_kwh)) for joules in (energy.joules, energy.low, energy.high)
    )
    return LocalCost(
        electric_nano=expected,
        electric_low_nano=low,
        electric_high_nano=high,
        hardware_nano=None if hardware is None else decimal_to_nano(hardware_usd(energy.seconds, hardware)),
        usd_per_kwh=usd_text(usd_per_kwh),
    )


def _at_least_a_trace(usd: Decimal) -> int:
    """Nano-dollars; one for what is less than half of one, since only nothing costs nothing."""
    return decimal_to_nano(usd) or int(usd > 0)


def difference(equivalent_nano: int | None, local_nano: int) -> int | None:
    """Avoided list price: negative where local work cost more; None where the reference has no price."""
    return None if equivalent_nano is None else equivalent_nano - local_nano
