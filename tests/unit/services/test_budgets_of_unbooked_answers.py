"""An answer's cost is off the budget from its first piece on, without a gap until its row is in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.store.store_samples import NOON, cloud_entry

from pennyweight.meter.budget import StreamCost, stream_cost
from pennyweight.services.budgets import BudgetService
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


def test_an_answer_that_has_ended_counts_before_its_row_is_in_the_ledger_and_once_after(
    store: Store, budgets: BudgetService, cost: StreamCost
) -> None:
    row = cloud_entry("a")
    with budgets.watch("openai", cost, row.message_id) as watch:
        assert budgets.left("openai") == CAP - cost.nano(0)
        assert watch.allows(OUTPUT_TOKENS)
        assert budgets.left("openai") == CAP - cost.nano(OUTPUT_TOKENS)
    assert budgets.left("openai") == CAP - cost.nano(OUTPUT_TOKENS)
    store.ledger.add([row])
    assert row.billed_nano is not None
    assert budgets.left("openai") == CAP - row.billed_nano


def test_a_request_that_was_never_sent_holds_nothing_back(budgets: BudgetService, cost: StreamCost) -> None:
    with budgets.watch("openai", cost, "message-a") as watch:
        watch.drop()
    assert budgets.left("openai") == CAP


def test_without_a_cap_nothing_is_kept_of_running_answers(
    store: Store, budgets: BudgetService, cost: StreamCost
) -> None:
    budgets.set("", None)
    with budgets.watch("openai", cost, "message-a") as watch:
        assert watch.allows(OUTPUT_TOKENS)
    assert store.running.unbooked(()) == {}
    assert budgets.left("openai") is None
