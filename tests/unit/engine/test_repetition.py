"""An answer that only repeats itself is recognised, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pennyweight.engine.repetition import LONGEST_PERIOD, TAIL, goes_in_circles


@given(st.lists(st.integers(0, 9), max_size=50), st.lists(st.integers(0, 9), min_size=1, max_size=LONGEST_PERIOD))
def test_a_piece_over_and_over_is_seen_whatever_came_before(before: list[int], piece: list[int]) -> None:
    assert goes_in_circles(before + piece * TAIL)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=LONGEST_PERIOD), st.integers(0, TAIL - 1))
def test_one_other_token_in_the_tail_is_enough_to_go_on(piece: list[int], place: int) -> None:
    tokens = (piece * TAIL)[:TAIL]
    tokens[place] = 10
    assert not goes_in_circles(tokens)


def test_a_short_answer_is_never_cut() -> None:
    assert not goes_in_circles([1] * (TAIL - 1))
