"""The statistics of Compare against a table made by hand, for every kind of pair."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.comparison import Choice, Comparison, Side
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.meter.wilson import wilson
from pennyweight.services.compare_statistics import statistics

AT = datetime(2026, 11, 2, tzinfo=UTC)


def side(name: str, cost: int | None, text: str = "words") -> Side:
    source, _, model = name.partition("/")
    return Side(
        id=name, source=source, model=model, model_name=model.title(), text=text, state=MessageState.COMPLETE,
        cost_nano=cost,
    )  # fmt: skip


def comparison(*sides: Side, kept: tuple[int, ...] = (), task: Task = Task.DRAFT) -> Comparison:
    return Comparison(
        id="c", at=AT, task=task, prompt="p", conversation_id="x", sides=sides, choice=Choice.BOTH, kept=kept,
    )  # fmt: skip


def test_three_models_make_three_pairs_as_in_the_table_made_by_hand() -> None:
    """Ten drafts by a small and a large local model and one in the cloud.

    kept: small 8, large 9, cloud 4 of 10. Costs each: 1,000, 3,000, 500,000 nano-dollars.
    Wilson 95 %, by hand from (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), z = 1.96, n = 10, z² = 3.8416:
      8 of 10: (0.8 + 0.19208 ± 1.96·√(0.016 + 0.009604)) / 1.38416 = (0.99208 ± 0.31362) / 1.38416 = 0.490, 0.943
    """
    sides = (side("local/large", 3_000), side("openai/mini", 500_000), side("local/small", 1_000))
    kept = [(0, 2)] * 5 + [(0, 1, 2)] * 3 + [(0,)] + [(1,)]
    rows = {(row.first, row.second): row for row in statistics([comparison(*sides, kept=each) for each in kept])}
    assert set(rows) == {
        ("local/small", "local/large"),
        ("local/small", "openai/mini"),
        ("local/large", "openai/mini"),
    }
    here = rows["local/small", "local/large"]
    assert (here.kind, here.compared, here.good_enough, here.second_good_enough) == ("local", 10, 8, 9)
    assert (here.low, here.high) == pytest.approx((0.490, 0.943), abs=0.001)
    assert (here.first_per_kept, here.second_per_kept) == (10 * 1_000 // 8, 10 * 3_000 // 9)
    assert (here.first_name, here.second_name) == ("Small", "Large")
    assert (here.advice, here.more) == ("", 1)
    mixed = rows["local/large", "openai/mini"]
    assert (mixed.kind, mixed.share, mixed.advice) == ("mixed", 0.9, "stay local")
    assert mixed.second_per_kept == 10 * 500_000 // 4
    assert mixed.more == 0


def test_of_two_in_the_cloud_the_cheaper_is_the_first_and_an_unknown_price_gives_no_cost() -> None:
    rows = statistics([comparison(side("anthropic/a", 900), side("openai/b", 700), kept=(0,)) for _ in range(6)])
    (row,) = rows
    assert (row.kind, row.first, row.second) == ("cloud", "openai/b", "anthropic/a")
    assert row.first_per_kept is None
    assert row.second_per_kept == 900
    assert row.advice == "the second is better"
    (row,) = statistics([comparison(side("anthropic/a", None), side("openai/b", 700), kept=(0, 1))])
    assert {row.first_per_kept, row.second_per_kept} == {None, 700}


def test_tasks_are_apart_and_an_answer_that_failed_is_no_comparison() -> None:
    pair = (side("local/a", 1), side("openai/b", 2))
    rows = statistics(
        [
            comparison(*pair, kept=(0,)),
            comparison(*pair, kept=(0,), task=Task.ASK),
            comparison(pair[0], side("openai/b", 2, text=""), kept=(0,)),
            comparison(pair[0], pair[0], kept=(0,)),
        ]
    )
    assert [(row.task, row.compared) for row in rows] == [("ask", 1), ("draft", 1)]


def test_neither_being_good_enough_is_no_reason_to_pay() -> None:
    (row,) = statistics([comparison(side("local/a", 1), side("openai/b", 2)) for _ in range(20)])
    assert row.high < 0.5
    assert row.advice == ""
    assert row.more == 1


@given(st.lists(st.sampled_from([(0,), (1,), (0, 1), ()]), min_size=1, max_size=40))
def test_advice_needs_the_whole_interval_and_the_votes_named_are_the_fewest(kept: list[tuple[int, ...]]) -> None:
    pair = (side("local/a", 1), side("openai/b", 2))
    (row,) = statistics([comparison(*pair, kept=each) for each in kept])
    assert (row.low, row.high) == wilson(row.good_enough, row.compared)
    if row.advice == "stay local":
        assert row.low > 0.5
    elif row.advice == "worth the tokens":
        assert row.high < 0.5
        assert row.second_good_enough > row.good_enough
    else:
        grown = [
            statistics([comparison(*pair, kept=each) for each in [*kept, *[(position,)] * more]])[0].advice
            for more in (row.more - 1, row.more)
            for position in (0, 1)
        ]
        assert grown[:2] == ["", ""]
        assert any(grown[2:])
