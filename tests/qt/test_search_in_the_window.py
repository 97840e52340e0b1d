"""Searching the chats from the list: where a hit leads, and what is chosen while an answer ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.chats import message
from tests.support.open_window import open_window

from pennyweight.store import Store
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.text_view import TextView

SAID = (
    message(0, "user", "Which animals are striped?"),
    message(1, "assistant", "The zebra is striped."),
    message(2, "user", "And which are spotted?"),
    replace(message(3, "assistant", "Tigers are, I think."), parent_id="m0"),
)
"""The second answer to the first question is the one that is shown."""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[MainWindow]:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.conversations.create("Animals", conversation_id="c")
        for each in SAID:
            store.conversations.add_message(each)
    with open_window(tmp_path, theme) as made:
        made.start()
        qtbot.waitUntil(lambda: not made.runner.busy and bool(made.sidebar.model.conversations()))
        yield made


def search(qtbot: QtBot, window: MainWindow, words: str) -> None:
    window.sidebar.search.setText(words)
    qtbot.waitUntil(lambda: any(row.message_id for row in window.sidebar.model.rows) and not window.runner.busy)


def found(window: MainWindow) -> list[str]:
    return [row.message_id for row in window.sidebar.model.rows if row.message_id]


def open_first(qtbot: QtBot, window: MainWindow) -> list[str]:
    QTest.keyClick(window.sidebar.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.chat.conversation_id == "c" and not window.runner.busy)
    return [entry.message.id for entry in window.page.transcript.column.entries]


def test_a_hit_in_another_branch_opens_that_branch(qtbot: QtBot, window: MainWindow) -> None:
    search(qtbot, window, "zebra")
    assert open_first(qtbot, window) == ["m0", "m1", "m2"]
    shown = window.page.transcript.answer("m1")
    assert shown is not None
    assert shown.footer.branches.text() == "1/2"


def test_a_hit_far_down_a_long_message_is_brought_into_view_and_selected(qtbot: QtBot, window: MainWindow) -> None:
    with Store.open(window.services.home / "pennyweight.db") as store:
        long = "\n\n".join(f"Paragraph {number} is about lions." for number in range(120))
        store.conversations.add_message(replace(message(4, "user", f"{long}\n\nA giraffe."), parent_id="m3"))
        store.conversations.add_message(message(5, "assistant", f"{long}\n\nAn okapi came."))
    for word, number in (("giraffe", "m4"), ("okapi", "m5")):
        search(qtbot, window, word)
        qtbot.waitUntil(partial(lambda wanted: found(window) == [wanted], number))
        open_first(qtbot, window)
        transcript = window.page.transcript
        widget = transcript.column.widget_for(number)
        assert widget is not None
        (text,) = [view for view in widget.findChildren(TextView) if view.textCursor().hasSelection()]
        assert text.textCursor().selectedText() == word
        place = text.mapTo(transcript.viewport(), text.cursorRect().topLeft())
        assert 0 <= place.y() <= transcript.viewport().height()


def test_a_hit_is_selected_in_the_answer_and_at_the_start_of_a_word(qtbot: QtBot, window: MainWindow) -> None:
    with Store.open(window.services.home / "pennyweight.db") as store:
        thought = replace(message(4, "assistant", "The cheetah, a he, is spotted."), parent_id="m2")
        store.conversations.add_message(replace(thought, reasoning="Which he is spotted? The cheetah."))
    search(qtbot, window, "he spotted")
    qtbot.waitUntil(lambda: found(window) == ["m4"])
    open_first(qtbot, window)
    answer = window.page.transcript.answer("m4")
    assert answer is not None
    selected = {text: text.textCursor() for text in answer.findChildren(TextView) if text.textCursor().hasSelection()}
    ((text, cursor),) = selected.items()
    assert answer.body.isAncestorOf(text)
    assert cursor.selectedText() == "spotted"


def test_a_hit_in_the_branch_that_is_shown_changes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    search(qtbot, window, "animals")
    assert open_first(qtbot, window) == ["m0", "m3"]


def test_the_chosen_hit_stays_chosen_when_an_answer_ends(qtbot: QtBot, window: MainWindow) -> None:
    search(qtbot, window, "which")
    rows, listed = window.sidebar.model.rows, window.sidebar.list
    (second,) = [number for number, row in enumerate(rows) if row.message_id == "m2"]
    listed.setCurrentIndex(window.sidebar.model.index(second))
    window.chat.list_changed.emit()
    qtbot.waitUntil(lambda: window.sidebar.model.rows is not rows and not window.runner.busy)
    assert listed.currentIndex().row() == second
    QTest.keyClick(listed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.chat.conversation_id == "c" and not window.runner.busy)
    assert listed.currentIndex().row() == second
    window.chat.new_chat()
    qtbot.waitUntil(lambda: window.chat.conversation_id == "" and not window.runner.busy)
    assert listed.currentIndex().row() == second


def test_the_hits_of_other_words_begin_at_the_top(qtbot: QtBot, window: MainWindow) -> None:
    search(qtbot, window, "which")
    rows, listed = window.sidebar.model.rows, window.sidebar.list
    listed.setCurrentIndex(window.sidebar.model.index(len(rows) - 1))
    window.sidebar.search.setText("which are")
    qtbot.waitUntil(lambda: window.sidebar.model.rows is not rows and not window.runner.busy)
    assert listed.verticalScrollBar().value() == 0
    assert not listed.currentIndex().isValid()
