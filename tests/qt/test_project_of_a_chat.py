"""Tagging a chat with its project from the list, by keyboard, with undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.open_window import open_window

from pennyweight.store import Store
from pennyweight.ui.shell.project_dialog import ProjectDialog
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[MainWindow]:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.conversations.create("Harbour plan", conversation_id="one")
        store.projects.set("elsewhere", "garden")
    with open_window(tmp_path, theme) as made:
        made.start()
        qtbot.waitUntil(lambda: not made.runner.busy and bool(made.sidebar.model.conversations()))
        yield made


def detail(window: MainWindow) -> str:
    return next(row.detail for row in window.sidebar.model.rows if row.conversation_id == "one")


def test_a_chat_is_tagged_by_keyboard_and_the_tag_can_be_undone(qtbot: QtBot, window: MainWindow) -> None:
    chats, listed = window.services.conversations, window.sidebar.list
    listed.setFocus()
    listed.setCurrentIndex(window.sidebar.model.index_of("one"))
    QTest.keyClick(listed, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(window.findChildren(ProjectDialog)))
    (dialog,) = window.findChildren(ProjectDialog)
    assert [dialog.field.itemText(number) for number in range(dialog.field.count())] == ["garden"]
    line = dialog.field.lineEdit()
    assert line is not None
    QTest.keyClicks(line, "  the   harbour ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: detail(window).endswith("· the harbour"))
    assert chats.project("one") == "the harbour"
    window.toast._action.click()
    qtbot.waitUntil(lambda: chats.project("one") == "" and not window.runner.busy)
    assert "harbour" not in detail(window)


def test_a_chat_is_tagged_from_the_message_box_too(qtbot: QtBot, window: MainWindow) -> None:
    window.chat.open("one")
    qtbot.waitUntil(lambda: window.chat.conversation_id == "one")
    editor = window.page.composer.editor
    assert window.focusWidget() is editor
    QTest.keyClick(editor, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(window.findChildren(ProjectDialog)))
    (dialog,) = window.findChildren(ProjectDialog)
    dialog.reject()
