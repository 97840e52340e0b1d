"""Nothing lost, nothing doubled, every part within its budget."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pennyweight.services.long_text import group_texts, split_text

TEXTS = st.text(alphabet=st.sampled_from("ab c.\n#!é漢\t "), max_size=400) | st.text(max_size=200)


def letters(text: str) -> int:
    return len(text)


def words_and_marks(text: str) -> int:
    """Not additive: two halves of a word count twice."""
    return len(text.split()) + text.count("\n")


@given(TEXTS, st.integers(1, 60))
def test_parts_are_the_text_and_fit(text: str, budget: int) -> None:
    parts = split_text(text, budget, letters)
    assert "".join(parts) == text
    assert all(0 < letters(part) <= budget for part in parts)


@given(TEXTS, st.integers(1, 20))
@settings(max_examples=60)
def test_parts_fit_with_a_counter_that_is_not_additive(text: str, budget: int) -> None:
    parts = split_text(text, budget, words_and_marks)
    assert "".join(parts) == text
    assert all(words_and_marks(part) <= budget for part in parts)
    assert parts == split_text(text, budget, words_and_marks)


def test_paragraphs_stay_whole_and_headings_begin_a_part() -> None:
    text = "# One\n\n" + "alpha beta. " * 20 + "\n\n# Two\n\n" + "gamma delta. " * 20
    parts = split_text(text, 60, words_and_marks)
    assert len(parts) == 2
    assert parts[1].startswith("# Two")


def test_sentences_stay_whole_where_they_fit() -> None:
    text = " ".join(f"This is sentence number {number}." for number in range(40))
    for part in split_text(text, 23, words_and_marks):
        assert part.strip().endswith(".")


def test_parts_have_about_the_same_size() -> None:
    text = "\n\n".join("word " * 9 for _ in range(101))
    sizes = [words_and_marks(part) for part in split_text(text, 1000, words_and_marks)]
    assert len(sizes) == 2
    assert min(sizes) > 0.8 * max(sizes)


@given(st.lists(st.integers(1, 50), max_size=30), st.integers(4, 100))
def test_groups_keep_every_text_and_always_get_fewer(sizes: list[int], budget: int) -> None:
    texts = ["x " * size for size in sizes]
    groups = group_texts(texts, budget, words_and_marks)
    assert [text for group in groups for text in group] == texts
    if len(texts) > 1:
        assert all(len(group) >= 2 for group in groups)
