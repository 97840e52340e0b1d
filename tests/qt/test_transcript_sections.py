"""Markdown is cut into sections while it streams, without losing or changing a character that matters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.ui.transcript.sections import (
    LINE_BREAK,
    PROSE_LIMIT,
    Section,
    Splitter,
    split,
    with_line_breaks,
    without_images,
)

TEXT = "Intro **bold**.\n\n- one\n- two\n\n```python\nprint(1)\n\nprint(2)\n```\n\nEnd.\n"


def test_prose_and_fenced_code_become_sections_of_their_own() -> None:
    assert split(TEXT) == [
        Section("prose", "Intro **bold**.\n\n- one\n- two"),
        Section("code", "print(1)\n\nprint(2)", "python"),
        Section("prose", "\nEnd."),
    ]


def test_a_fence_that_never_closes_is_code_to_the_end() -> None:
    assert split("Look:\n~~~\na\nb") == [Section("prose", "Look:"), Section("code", "a\nb")]


def test_an_indented_fence_is_dedented() -> None:
    assert split("1. Do\n   ```sh\n   ls\n   ```\n") == [Section("prose", "1. Do"), Section("code", "ls", "sh")]


def test_a_longer_fence_may_hold_a_shorter_one() -> None:
    assert split("````md\n```\nx\n```\n````\n") == [Section("code", "```\nx\n```", "md")]


def test_long_prose_is_cut_between_blocks() -> None:
    sections = split("\n\n".join(f"Paragraph {number}. " + "word " * 60 for number in range(40)))
    assert len(sections) > 3
    assert all(len(section.text) < PROSE_LIMIT + 400 for section in sections)
    assert all(section.text.lstrip().startswith("Paragraph") for section in sections)


def test_the_block_being_written_is_the_tail() -> None:
    splitter = Splitter()
    splitter.feed("One.\n\nTwo is not fin")
    current = splitter.current()
    assert current is not None
    assert (current.stable, current.tail) == ("One.\n\n", "Two is not fin")
    splitter.feed("ished.\n- item")
    current = splitter.current()
    assert current is not None
    assert current.tail.endswith("- item")


@given(
    st.lists(st.sampled_from([TEXT, "a", "\n", "```", "~~~\n", "- x\n", "# H\n", "  ", "word word\n\n"]), max_size=30)
)
def test_streaming_in_any_pieces_gives_the_same_sections(pieces: list[str]) -> None:
    splitter = Splitter()
    for piece in pieces:
        splitter.feed(piece)
        splitter.current()
    assert splitter.finish() == split("".join(pieces))


@given(st.text(alphabet="ab \n`~-#*1.", max_size=200))
def test_no_word_is_lost(text: str) -> None:
    kept = "".join(section.text for section in split(text))
    assert [char for char in kept if char in "ab"] == [char for char in text if char in "ab"] or any(
        section.kind == "code" for section in split(text)
    )  # a fence's info line is not text


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("Best regards,\nLea", "Best regards,|Lea"),
        ("**bold**\n_it_ x\n`code` y", "**bold**|_it_ x|`code` y"),
        ("- one\n  more\n- two", "- one|more\n- two"),
        ("-5 degrees\n-6 degrees", "-5 degrees|-6 degrees"),
        ("one\\\ntwo", "one|two"),
    ],
)
def test_lines_of_a_paragraph_stay_lines(markdown: str, shown: str) -> None:
    assert with_line_breaks(markdown) == shown.replace("|", LINE_BREAK)


@pytest.mark.parametrize(
    "markdown",
    [
        "a\n\nb", "a\n- b\n- c", "1. a\n2. b", "Title\n===\n\ntext", "a\n---\nb", "* * *\nb", "# h\ntext", "> q\n> r",
        "a | b\n---|---\n1 | 2", "text\n| a | b |\n| - | - |", "code:\n    x = 1\n    y", "- a\n    - b",
        "[a]: http://a.example\n[b]: http://b.example",
    ],
)  # fmt: skip
def test_what_is_no_paragraph_keeps_its_newlines(markdown: str) -> None:
    assert with_line_breaks(markdown) == markdown


@given(st.text(alphabet="ab -*#>|=_`1.\n\t", max_size=60))
def test_line_breaks_change_white_space_alone(markdown: str) -> None:
    assert with_line_breaks(markdown).split() == markdown.split()


def test_images_become_links_but_code_keeps_its_marks() -> None:
    assert without_images("see ![a](file:///etc/passwd) and `![b](c)`") == "see [a](file:///etc/passwd) and `![b](c)`"


def test_a_very_long_table_is_shown_as_it_was_written() -> None:
    head = "| a | b |\n|---|---|\n"
    short, long = head + "| 1 | 2 |\n" * 100, head + "| 1 | 2 |\n" * 300
    assert [section.kind for section in split(short)] == ["prose"]
    assert [section.kind for section in split("Before.\n\n" + long + "\nAfter.")] == ["code", "prose"]
