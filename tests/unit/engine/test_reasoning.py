from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.engine.reasoning import BLOCKS, SILENT, Block, ReasoningSplitter, opened_by


def split(text: str, sizes: tuple[int, ...] = (1,), block: Block | None = None) -> tuple[str, str]:
    """Reasoning and answer of a text fed in pieces of these sizes."""
    splitter = ReasoningSplitter(block)
    found = []
    at = turn = 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        found += splitter.feed(text[at : at + size])
        at += size
        turn += 1
    found += splitter.finish()
    return "".join(t for t, thought in found if thought), "".join(t for t, thought in found if not thought)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.open)
@pytest.mark.parametrize("sizes", [(1,), (3,), (1000,), (2, 5)])
def test_each_kind_of_block_is_split_however_it_is_cut(block: Block, sizes: tuple[int, ...]) -> None:
    text = f"\n{block.open}\nFirst, let me see.\n{block.close}\n\nIt is 42."
    assert split(text, sizes) == ("First, let me see.\n", "It is 42.")


def test_a_block_that_the_prompt_opened_begins_at_once() -> None:
    block = opened_by("<|im_start|>assistant\n<think>\n")
    assert split("hm</think>Yes.", block=block) == ("hm", "Yes.")


def test_a_prompt_that_closed_its_block_opens_nothing() -> None:
    assert opened_by("<|im_start|>assistant\n<think>\n\n</think>\n\n") is None


def test_an_unfinished_block_is_all_reasoning() -> None:
    assert split("<think>on and on") == ("on and on", "")


def test_an_answer_that_talks_about_markers_stays_an_answer() -> None:
    text = "The tag <think> opens a block and </think> closes it."
    assert split(text) == ("", text)


def test_harmony_channels_show_only_the_final_one() -> None:
    splitter = ReasoningSplitter()
    stream = [
        ("<|channel|>", True), ("analysis", False), ("<|message|>", True), ("Let me ", False), ("see.", False),
        ("<|end|>", True), ("<|start|>", True), ("assistant", False), ("<|channel|>", True), ("final", False),
        ("<|message|>", True), ("It is ", False), ("42.", False),
    ]  # fmt: skip
    found = [piece for text, control in stream for piece in splitter.feed(text, control=control)] + splitter.finish()
    assert found == [("Let me ", True), ("see.", True), ("It is ", False), ("42.", False)]


def test_a_control_token_that_marks_nothing_is_not_shown() -> None:
    splitter = ReasoningSplitter()
    found = splitter.feed("Hello") + splitter.feed("<|odd|>", control=True) + splitter.feed(" there")
    assert found == [("Hello", False), (" there", False)]


def test_reasoning_can_begin_again_by_a_control_token() -> None:
    splitter = ReasoningSplitter()
    found = splitter.feed("One. ")
    for text, control in [("[THINK]", True), ("hm", False), ("[/THINK]", True), ("Two.", False)]:
        found += splitter.feed(text, control=control)
    assert found == [("One. ", False), ("hm", True), ("Two.", False)]


@given(st.text("<think>/ \nab"), st.lists(st.integers(1, 9), min_size=1))
def test_cutting_differently_splits_the_same(text: str, sizes: list[int]) -> None:
    assert split(text, tuple(sizes)) == split(text, (1000,))


@given(st.text())
def test_text_without_markers_comes_out_whole_but_for_leading_space(text: str) -> None:
    reasoning, answer = split(text)
    if not any(marker in text for marker in (*SILENT, *(block.open for block in BLOCKS))):
        assert reasoning == ""
        assert answer == text.lstrip() or not text.strip()
