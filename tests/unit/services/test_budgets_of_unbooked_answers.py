"""An answer's cost is off the budget from its first piece on, without a gap until its row is in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.store.store_samples import NOON, cloud_entry

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.budget import StreamCost, stream_cost
from pennyweight.services.budgets import BudgetService
from pennyweight.services.call_record import CallRecord
from pennyweight.store import Store

CAP = 10_000_000
INPUT_TOKENS, OUTPUT_TOKENS = 1_000, 300


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "pennyweight.db", clock=lambda: NOON) as opened:
        yield opened


@pytest.fixture
def budgets(store: Store) -> BudgetService:
    service = BudgetService(store, now=lambda: NOON)
    service.set("", CAP)
    return service


@pytest.fixture
def cost() -> StreamCost:
    found = stream_cost("openai", "gpt-5-mini", INPUT_TOKENS, NOON)
    assert found is not None
    return found


@pytest.fixture
def row() -> LedgerEntry:
    return cloud_entry("a")


@pytest.fixture
def record(store: Store, row: LedgerEntry) -> CallRecord:
    return CallRecord(store, row.id, lambda: row)


def test_an_answer_that_has_ended_counts_before_its_row_is_in_the_ledger_and_once_after(
    store: Store, budgets: BudgetService, cost: StreamCost, record: CallRecord, row: LedgerEntry
) -> None:
    record.begin(cost.nano(0))
    with budgets.watch("openai", cost, record.call_id) as watch:
        assert budgets.left("openai") == CAP - cost.nano(0)
        assert watch.allows(OUTPUT_TOKENS)
        assert budgets.left("openai") == CAP - cost.nano(OUTPUT_TOKENS)
        record.update(watch.nano, OUTPUT_TOKENS, now=True)
    assert budgets.left("openai") == CAP - cost.nano(OUTPUT_TOKENS)
    store.ledger.add([row])
    assert row.billed_nano is not None
    assert budgets.left("openai") == CAP - row.billed_nano


def test_a_request_that_was_never_sent_holds_nothing_back(
    budgets: BudgetService, cost: StreamCost, record: CallRecord
) -> None:
    record.begin(cost.nano(0))
    with budgets.watch("openai", cost, record.call_id):
        record.drop()
    assert budgets.left("openai") == CAP


def test_the_providers_count_of_the_prompt_takes_the_place_of_ours(
    budgets: BudgetService, cost: StreamCost, record: CallRecord
) -> None:
    dear = stream_cost("openai", "gpt-5-mini", INPUT_TOKENS * 50, NOON)
    assert dear is not None
    with budgets.watch("openai", cost, record.call_id) as watch:
        assert watch.allows(0)
        watch.cost = dear
        assert not watch.allows(0)


def test_a_record_is_written_twice_a_second_at_most_once_the_answer_is_long(store: Store, row: LedgerEntry) -> None:
    now = 0.0
    record = CallRecord(store, row.id, lambda: row, clock=lambda: now)
    record.begin(1)
    record.update(2, 1_000)
    written = []
    for step in range(1, 101):
        now = step / 100
        record.update(step, 1_000 + step)
        written.append(store.running.unbooked(())["openai"])
    assert sorted(set(written)) == [2, 50, 100]


def test_a_burst_before_a_silence_is_in_the_record_by_half_at_least(store: Store, row: LedgerEntry) -> None:
    record = CallRecord(store, row.id, lambda: row, clock=lambda: 0.0)
    record.begin(0)
    for tokens in range(1, 1001):
        record.update(tokens, tokens)
        assert store.running.unbooked(())["openai"] * 2 >= tokens
