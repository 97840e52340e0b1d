"""Renaming a chat by keyboard, wherever the focus is in the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from tests.support.open_window import open_window

from pennyweight.store import Store
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[MainWindow]:
    with Store.open(tmp_path / "pennyweight.db") as store:
        for number in ("one", "two"):
            store.conversations.create(f"Chat {number}", conversation_id=number)
    with open_window(tmp_path, theme) as made:
        made.start()
        made.chat.open("two")
        qtbot.waitUntil(lambda: made.chat.conversation_id == "two" and not made.runner.busy)
        yield made


def field(window: MainWindow) -> QLineEdit:
    found = window.sidebar.list.viewport().findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    return found


def titles(window: MainWindow) -> set[str]:
    return {row.title for row in window.sidebar.model.rows if not row.heading}


def test_f2_in_the_message_box_renames_the_chat_that_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    editor = window.page.composer.editor
    assert window.focusWidget() is editor
    QTest.keyClick(editor, Qt.Key.Key_F2)
    assert field(window).text() == "Chat two"
    QTest.keyClicks(field(window), "Harbour plan")
    window.sidebar.reload()  # an answer ends meanwhile: the field stays
    qtbot.waitUntil(lambda: not window.runner.busy)
    QTest.keyClick(field(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: titles(window) == {"Chat one", "Harbour plan"})
    assert window.focusWidget() is editor


def test_f2_in_the_list_renames_the_row_under_the_cursor(qtbot: QtBot, window: MainWindow) -> None:
    window.sidebar.list.setFocus()
    window.sidebar.list.setCurrentIndex(window.sidebar.model.index_of("one"))
    QTest.keyClick(window.sidebar.list, Qt.Key.Key_F2)
    QTest.keyClicks(field(window), "First")
    QTest.keyClick(field(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: titles(window) == {"First", "Chat two"})


def test_f2_works_on_another_page_during_a_search_and_in_a_narrow_window(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(560, 700)
    window.sidebar.search.setText("nothing that there is")
    qtbot.waitUntil(lambda: "Chat two" not in titles(window))
    window.show_page("models")
    qtbot.waitUntil(lambda: not window.runner.busy)
    QTest.keyClick(window, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: window.sidebar.list.viewport().findChild(QLineEdit) is not None)
    assert not window.sidebar.isHidden()
    QTest.keyClick(field(window), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.sidebar.isHidden())
    assert window.focusWidget() is window.page.composer.editor
    assert titles(window) == {"Chat one", "Chat two"}


def test_an_old_chat_beyond_the_end_of_the_list_is_fetched_to_be_renamed(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.sidebar, "_limit", 1)
    window.sidebar.reload()
    qtbot.waitUntil(lambda: len(titles(window)) == 1)
    (hidden,) = {"one", "two"} - set(window.sidebar.model.conversations())
    window.chat.open(hidden)
    qtbot.waitUntil(lambda: window.chat.conversation_id == hidden and not window.runner.busy)
    QTest.keyClick(window.page.composer.editor, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: window.sidebar.list.viewport().findChild(QLineEdit) is not None)
    assert field(window).text() == f"Chat {hidden}"
    QTest.keyClick(field(window), Qt.Key.Key_Escape)


def test_a_chat_that_is_not_there_yet_cannot_be_renamed_and_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.chat.new_chat()
    qtbot.waitUntil(lambda: window.chat.conversation_id == "")
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert "no name" in window.toast.text()


def test_a_click_elsewhere_ends_a_renaming_and_keeps_the_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    search = window.sidebar.search
    QTest.keyClick(window.page.composer.editor, Qt.Key.Key_F2)
    QTest.keyClicks(field(window), "Harbour plan")
    QTest.mouseClick(search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: titles(window) == {"Chat one", "Harbour plan"})
    assert window.focusWidget() is search
    QTest.keyClicks(window.focusWidget(), "pier")
    assert search.text() == "pier"
    assert window.page.composer.content().empty


def test_in_a_narrow_window_the_list_stays_for_the_click_that_ended_a_renaming(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(560, 700)
    QTest.keyClick(window.page.composer.editor, Qt.Key.Key_F2)
    QTest.keyClicks(field(window), "Harbour plan")
    QTest.mouseClick(window.sidebar.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: titles(window) == {"Chat one", "Harbour plan"})
    assert not window.sidebar.isHidden()
    assert window.focusWidget() is window.sidebar.search
