"""`<think>` at the beginning of an answer is reasoning; anywhere else it is text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.cloud.wire.thinking import ThinkingSplitter


def split(text: str, cuts: list[int]) -> tuple[str, str]:
    splitter = ThinkingSplitter()
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [piece for start, end in pairwise(edges) for piece in splitter.feed(text[start:end])]
    pieces += splitter.close()
    return (
        "".join(piece.text for piece in pieces if piece.reasoning),
        "".join(piece.text for piece in pieces if not piece.reasoning),
    )


CASES = [
    ("<think>Hm.</think>\n\nYes.", "Hm.", "Yes."),
    ("\n<think>\nHm </thi nk </think>Yes </think>", "Hm </thi nk ", "Yes </think>"),
    ("<think>cut off", "cut off", ""),
    ("<think></think>Yes", "", "Yes"),
    ("Write <think> to think.", "", "Write <think> to think."),
    (" <thin", "", " <thin"),
    ("<b>bold</b>", "", "<b>bold</b>"),
    ("", "", ""),
]


@pytest.mark.parametrize(("text", "reasoning", "answer"), CASES)
def test_at_every_split(text: str, reasoning: str, answer: str) -> None:
    assert split(text, []) == (reasoning, answer)
    for at in range(len(text)):
        assert split(text, [at]) == (reasoning, answer)
    assert split(text, list(range(len(text)))) == (reasoning, answer)


@given(st.text(st.sampled_from("<think>/ \nx"), max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_cuts_change_nothing(text: str, cuts: list[int]) -> None:
    assert split(text, cuts) == split(text, [])
