"""Cutting what the library's tokenizer would not survive, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.engine.slices import LONGEST, slices


def words(text: str) -> list[int]:
    """A tokenizer of whole words, each with the space in front of it: a cut inside one changes its tokens."""
    return [hash(word) for word in re.findall(r"<\w+>|\s?\w+|\s+|[^\w\s]", text)]


def letters(text: str) -> list[int]:
    return [ord(letter) for letter in text]


def longest(pattern: str, pieces: list[str]) -> int:
    return max(len(run) for piece in pieces for run in re.findall(pattern, piece))


@pytest.mark.parametrize("text", ["", "A" * LONGEST, "line of text\n" * 5_000, ("x" * LONGEST + "\n") * 3])
def test_a_text_without_long_stretches_stays_whole(text: str) -> None:
    assert slices(text, letters) == [text]


@pytest.mark.parametrize("run", ["a", " ", "=", "1", "漢", "\n", "_", "//\n", "aB3-/", "\n \n", "\r\n", " !"])
def test_no_piece_keeps_a_longer_run(run: str) -> None:
    text = f"Before it.\n{run * 30_000}\nAfter it."
    pieces = slices(text, letters)
    assert "".join(pieces) == text
    assert longest(r"[^\n]+", pieces) <= LONGEST
    assert longest(r"[\W_]+", ["x", *pieces] if run.isalnum() else pieces) <= LONGEST


def test_a_long_line_is_cut_between_words() -> None:
    line = "Some words, and (others) in-between. " * 1_000
    pieces = slices(line, words)
    assert len(pieces) > 5
    assert [token for piece in pieces for token in words(piece)] == words(line)


def test_a_marker_is_not_cut_even_in_a_run_of_markers() -> None:
    text = "<start_of_turn>" * 2_000
    pieces = slices(text, words)
    assert len(pieces) > 5
    assert [token for piece in pieces for token in words(piece)] == words(text)


def test_a_longer_text_is_cut_in_the_same_places() -> None:
    text = "word " * 4_000
    pieces, more = slices(text, words), slices(text + "and so on " * 1_000, words)
    assert more[: len(pieces) - 1] == pieces[:-1]


@given(st.lists(st.tuples(st.sampled_from(["a", " ", "=", "\n", "b c. ", "<x>"]), st.integers(1, 9_000)), max_size=6))
def test_nothing_is_lost_and_nothing_is_doubled(runs: list[tuple[str, int]]) -> None:
    text = "".join(run * times for run, times in runs)
    pieces = slices(text, words)
    assert "".join(pieces) == text
    assert all(pieces) or not text
