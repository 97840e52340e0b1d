"""Every worked example of `metering-cases.json`, through the code that prices a call."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pennyweight.meter import energy
from pennyweight.meter.charge import charge
from pennyweight.meter.local_cost import Hardware, local_cost

CASES: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "metering-cases.json").read_text())


def by_id(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES[kind]]


@pytest.mark.parametrize("case", by_id("cases"))
def test_price_of_a_call(case: dict[str, Any]) -> None:
    at = datetime.fromisoformat(case["at"])
    got = charge(case["provider"], case["model"], case["usage"], at, service_tier=case.get("service_tier"))
    expected = None if case["usd"] is None else Decimal(case["usd"])
    assert got.usd == expected
    for name, value in case.get("record", {}).items():
        assert getattr(got.record, name) == value
    if "wrong_usd" in case:
        assert got.usd != Decimal(case["wrong_usd"])
    if "runs" in case:
        assert got.usd is not None
        assert got.usd * case["runs"] == Decimal(case["runs_usd"])


@pytest.mark.parametrize("case", by_id("local_cost"))
def test_cost_of_local_work(case: dict[str, Any]) -> None:
    assert Decimal(case["supply_efficiency"]) == Decimal(repr(energy.SUPPLY_EFFICIENCY.expected))
    seconds = float(case["seconds"])
    at_wall = energy.reading([("cpu-model", case["marginal_watts"] * seconds)], seconds)
    hardware = Hardware(**{name: Decimal(value) for name, value in case["hardware"].items()})
    cost = local_cost(at_wall, Decimal(case["usd_per_kwh"]), hardware)
    nano = Decimal(1_000_000_000)
    assert abs(cost.electric_nano / nano - Decimal(case["expect_usd"])) <= Decimal(case["tolerance_usd"])
    assert cost.hardware_nano is not None
    off = abs(cost.hardware_nano / nano - Decimal(case["expect_hardware_usd"]))
    assert off <= Decimal(case["hardware_tolerance_usd"])


def test_overlapping_rapl_domains_are_counted_once() -> None:
    case = next(case for case in CASES["rapl"] if case["id"] == "overlap")
    watts = sum(Decimal(case["domains"][name]) for name in energy.choose_domains(case["domains"]))
    assert watts == Decimal(case["expect_watts"])


def test_a_rapl_counter_that_wrapped() -> None:
    case = next(case for case in CASES["rapl"] if case["id"] == "wrap")
    moved = energy.counter_delta_uj(case["last_uj"], case["now_uj"], case["max_uj"])
    assert Decimal(moved) / 1_000_000 == Decimal(case["expect_joules"])
