"""A chat's title: one short line about what the message says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.chats import message

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.services.attachments import STANDARD_INPUT
from pennyweight.services.titles import title_for


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("- to: Maria Keller\n- quote arrived, thanks\n- from: Tom", "Quote arrived, thanks"),
        ("To: the parents\n\n* school trip on 12 October", "School trip on 12 October"),
        ("to: Maria", "To: Maria"),
        ("# \n---\n", "New chat"),
    ],
)
def test_a_draft_is_named_after_what_it_says_and_not_after_whom_it_goes_to(text: str, title: str) -> None:
    assert title_for(message(0, "user", text, task=Task.DRAFT)) == title


def test_other_tasks_are_named_after_their_first_line() -> None:
    assert title_for(message(0, "user", "To: or not to:\nthat is the question")) == "To: or not to"


def test_a_long_line_is_cut_between_words() -> None:
    title = title_for(message(0, "user", "word " * 40))
    assert len(title) <= 48
    assert title.startswith("Word word")
    assert title.endswith("word…")


def test_a_title_begins_with_a_capital_unless_its_first_word_has_a_form_of_its_own() -> None:
    for text, title in (("où est la gare?", "Où est la gare?"), ("iPhone is broken", "iPhone is broken")):
        assert title_for(message(0, "user", text)) == title
    assert title_for(message(0, "user", "https://a.example is down")) == "https://a.example is down"


def test_a_file_gives_its_name_and_what_is_done_with_it() -> None:
    file = Attachment(name="offsite_notes-2.txt", text="x", size_bytes=1, sha256="")
    asked = replace(message(0, "user", ""), attachments=(file,))
    assert title_for(replace(asked, task=Task.SUMMARIZE)) == "Offsite notes 2 → summary"
    assert title_for(asked) == "Offsite notes 2"


def test_a_text_from_a_pipe_is_named_after_its_first_words() -> None:
    piped = Attachment(name=STANDARD_INPUT, text="# the quay is closed\n\nuntil May", size_bytes=0, sha256="")
    asked = replace(message(0, "user", "", task=Task.SUMMARIZE), attachments=(piped,))
    assert title_for(asked) == "The quay is closed → summary"
    unsaid = replace(asked, attachments=(replace(piped, text="---"),))
    assert title_for(unsaid) == "Standard input → summary"
