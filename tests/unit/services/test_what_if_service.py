"""Unit economics: list prices, this computer, an asset against a service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.domain.errors import InputError
from pennyweight.domain.model import ModelInfo
from pennyweight.services.settings import SettingsService
from pennyweight.services.what_if import LOCAL, Average, Scenario, WhatIfService
from pennyweight.store import Store

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MODEL = ModelInfo(
    id="starter", name="Starter", path=Path("starter.gguf"), source="starter", size_bytes=1_000_000_000,
    architecture="llama", quantization="Q8_0", parameters=1, context_length=8192, has_chat_template=True,
    memory_needed_bytes=1, context_used=8192, fits="yes",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "pennyweight.db") as opened:
        SettingsService(opened).update(usd_per_kwh=Decimal("0.18"))
        yield opened


def service(store: Store, model: ModelInfo | None = MODEL) -> WhatIfService:
    return WhatIfService(store, SettingsService(store), lambda: model, now=lambda: NOW)


def test_three_cents_a_run_are_three_thousand_dollars_for_a_hundred_thousand(store: Store) -> None:
    (row,) = service(store).rows(Scenario(3_000, 1_000, 100_000), ["openai/gpt-4o-2024-05-13"])
    assert row.rate_card["input_mtok"] == "5"
    assert row.rate_card["output_mtok"] == "15"
    assert row.per_run_usd == Decimal("0.03")
    assert row.total_usd == 3_000
    assert row.asset_usd == Decimal("0.03")
    assert row.seconds is None


def test_this_computer_with_its_measured_speed_and_watts(store: Store) -> None:
    # 60 tokens read in 0.5 s, 20 written in 1 s, 12 J in 1.5 s: 120 and 20 tokens a second at 8 W.
    store.ledger.add([local_entry("a")])
    (row,) = service(store).rows(Scenario(1_200, 100, 1_000), [LOCAL])
    assert row.basis == "measured"
    assert row.seconds_per_run == pytest.approx(1_200 / 120 + 100 / 20)
    assert row.seconds == pytest.approx(15_000)
    assert row.watts == pytest.approx(8)
    # 15 s at 8 W are 120 J: 120 / 3.6e6 kWh at $0.18.
    assert row.per_run_usd == Decimal("0.000006")
    assert row.total_usd == Decimal("0.006")
    assert row.per_run_low_usd == Decimal("0.000003")
    assert row.per_run_high_usd == Decimal("0.000012")
    assert row.hardware_per_run_usd is None


def test_without_any_answer_it_is_an_estimate_and_without_a_model_it_is_unknown(store: Store) -> None:
    scenario = Scenario(1_000, 500, 10)
    (row,) = service(store).rows(scenario, [LOCAL])
    assert row.basis == "estimated"
    assert row.seconds_per_run == pytest.approx(1_000 / 50 + 500 / 10)
    (nothing,) = service(store, None).rows(scenario, [LOCAL])
    assert (nothing.basis, nothing.per_run_usd, nothing.seconds) == ("unknown", None, None)
    assert nothing.problem


def test_a_model_without_a_price_is_unpriced_never_free(store: Store) -> None:
    (row,) = service(store).rows(Scenario(10, 10, 10), ["openai/gpt-nonesuch"])
    assert (row.per_run_usd, row.total_usd) == (None, None)
    assert "does not know" in row.problem


def test_what_does_not_fit_the_context_window_is_said(store: Store) -> None:
    (row,) = service(store).rows(Scenario(8_000, 1_000, 1), [LOCAL])
    assert "9,000 tokens" in row.problem


def test_it_starts_from_the_average_of_a_task_or_a_chat(store: Store) -> None:
    store.ledger.add([local_entry("a", conversation_id="c"), cloud_entry("b", task="summarize", conversation_id="c")])
    assert service(store).average(task="ask") == Average(1, 100, 20)
    assert service(store).average(conversation_id="c") == Average(2, 550, 160)
    assert service(store).average(task="rewrite") == Average(0, 0, 0)


def test_impossible_numbers_are_refused(store: Store) -> None:
    for numbers in ((-1, 1, 1), (1, -1, 1), (1, 1, 0)):
        with pytest.raises(InputError):
            Scenario(*numbers)
    with pytest.raises(InputError):
        service(store).rows(Scenario(1, 1, 1), ["nonsense"])
