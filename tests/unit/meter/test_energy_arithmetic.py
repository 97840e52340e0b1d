from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.errors import InputError
from pennyweight.domain.ledger import EnergyReading
from pennyweight.meter import energy
from pennyweight.meter.band import Band
from pennyweight.meter.local_cost import Hardware, difference, local_cost

WATTS = st.floats(0, 1000)
SECONDS = st.floats(0.001, 10_000)
SOURCES = st.sampled_from(sorted(energy.SOURCE_BANDS))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("wall", "±3 %"),
        ("battery", "±8 %"),
        ("rapl-psys", "±15 %"),
        ("rapl", "−25…+15 %"),
        ("rapl+nvml", "−25…+15 %"),
        ("cpu-model", "×0.5…×2"),
        ("class-default", "×0.33…×3"),
        ("nvml+cpu-model", "×0.5…×2"),
    ],
)
def test_the_band_of_each_source(source: str, text: str) -> None:
    assert energy.band_text(source) == text


@pytest.mark.parametrize(("source", "at_wall"), [("battery", 88.0), ("wall", 88.0), ("rapl", 100.0), ("nvml", 100.0)])
def test_only_readings_behind_a_power_supply_are_scaled_up(source: str, at_wall: float) -> None:
    got = energy.reading([(source, 88.0)], 4.0)
    assert got.joules == pytest.approx(at_wall)
    assert got.watts == pytest.approx(at_wall / 4)
    assert got.measured


def test_joined_sources_add_up_with_their_own_bands() -> None:
    got = energy.reading([("nvml", 88.0), ("cpu-model", 8.8)], 1.0)
    assert got.source == "nvml+cpu-model"
    assert not got.measured
    assert got.joules == pytest.approx(110)
    assert (got.low, got.high) == pytest.approx((75 + 5, 115 + 20))


@given(st.lists(st.tuples(SOURCES, st.floats(-100, 1e6)), min_size=1, max_size=3), st.floats(0, 1e5))
def test_a_reading_lies_in_its_band(parts: list[tuple[str, float]], seconds: float) -> None:
    got = energy.reading(parts, seconds)
    assert 0 <= got.low <= got.joules <= got.high
    assert math.isfinite(got.watts)


def test_a_reading_needs_a_source() -> None:
    with pytest.raises(ValueError, match="source"):
        energy.reading([], 1.0)


@given(WATTS, SECONDS, st.floats(0, 1000))
def test_idle_power_is_taken_off_and_never_turns_energy_negative(watts: float, seconds: float, idle: float) -> None:
    assert energy.marginal(watts * seconds, idle, seconds) == pytest.approx(max(0, watts - idle) * seconds, abs=1e-6)


def test_power_is_integrated_over_uneven_steps() -> None:
    samples = [(0.0, 10.0), (1.0, 20.0), (3.0, 20.0)]
    assert energy.integrate(samples) == pytest.approx(15 + 40)
    assert energy.integrate(samples, idle_watts=5) == pytest.approx(55 - 15)
    assert energy.integrate([]) == energy.integrate([(1.0, 5.0)]) == 0


@given(st.lists(st.tuples(st.floats(0, 100), WATTS), min_size=3, max_size=9))
def test_integration_does_not_depend_on_where_it_is_cut(samples: list[tuple[float, float]]) -> None:
    ordered = sorted(samples)
    cut = len(ordered) // 2
    whole = energy.integrate(ordered)
    assert energy.integrate(ordered[: cut + 1]) + energy.integrate(ordered[cut:]) == pytest.approx(whole)


@pytest.mark.parametrize("samples", [[(1.0, 1.0), (0.5, 1.0)], [(0.0, 1.0), (math.inf, 1.0)]])
def test_time_that_runs_backwards_is_refused(samples: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="order of time"):
        energy.integrate(samples)


@given(st.integers(1, 2**40), st.data())
def test_a_counter_moves_on_by_what_was_added(limit: int, data: st.DataObject) -> None:
    last = data.draw(st.integers(0, limit))
    added = data.draw(st.integers(0, limit - 1))
    now = last + added if last + added <= limit else last + added - limit
    assert energy.counter_delta_uj(last, now, limit) == added


def test_a_counter_beyond_its_own_limit_counts_as_not_moved() -> None:
    assert energy.counter_delta_uj(500, 3, 100) == 0


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["package-0", "psys", "core"], ("psys",)),
        (["package-0", "package-0/core", "package-0/uncore", "package-0/dram"], ("package-0", "package-0/dram")),
        (["package-0", "package-1", "dram", "package-0"], ("package-0", "package-1", "dram")),
        (["core", "uncore", "dram"], ()),
        (["package-0-die-1"], ()),
        ([], ()),
    ],
)
def test_one_set_of_domains_is_counted(names: list[str], chosen: tuple[str, ...]) -> None:
    assert energy.choose_domains(names) == chosen


def test_a_band_must_rise() -> None:
    with pytest.raises(ValueError, match="rise"):
        Band(2, 1, 3)


READING = energy.reading([("rapl", 0.88 * 3_600_000)], 7200.0)


def test_one_kilowatt_hour_costs_its_price() -> None:
    cost = local_cost(READING, Decimal("0.25"))
    assert cost.electric_nano == 250_000_000
    assert (cost.electric_low_nano, cost.electric_high_nano) == (187_500_000, 287_500_000)
    assert (cost.hardware_nano, cost.usd_per_kwh) == (None, "0.25")


def test_hardware_is_a_line_of_its_own() -> None:
    hardware = Hardware(price=Decimal(1500), resale=Decimal(300))
    cost = local_cost(READING, Decimal("0.25"), hardware)
    assert cost.electric_nano == 250_000_000
    assert cost.hardware_nano == 400_000_000  # $0.20 an hour, two hours


@pytest.mark.parametrize("price", ["-0.1", "NaN", "Infinity"])
def test_electricity_has_a_price_that_can_be(price: str) -> None:
    with pytest.raises(InputError):
        local_cost(READING, Decimal(price))


@pytest.mark.parametrize(
    "facts",
    [
        {"price": "-1"},
        {"price": "NaN"},
        {"price": "10", "resale": "-1"},
        {"price": "10", "resale": "11"},
        {"price": "10", "years": "0"},
        {"price": "10", "hours_per_year": "0"},
    ],
)
def test_hardware_that_cannot_be_is_refused(facts: dict[str, str]) -> None:
    with pytest.raises(InputError):
        Hardware(**{name: Decimal(value) for name, value in facts.items()})


def test_the_difference_may_be_negative_and_is_unknown_without_a_price() -> None:
    assert difference(5, 3) == 2
    assert difference(3, 5) == -2
    assert difference(None, 5) is None


def test_only_nothing_costs_nothing() -> None:
    trace = EnergyReading(
        joules=0.001, low=0.0003, high=0.003, source="class-default", measured=False, seconds=0.01, watts=0.1
    )
    cost = local_cost(trace, Decimal("0.1"))
    assert (cost.electric_low_nano, cost.electric_nano, cost.electric_high_nano) == (1, 1, 1)
    assert local_cost(trace, Decimal(0)).electric_nano == 0
