"""While one chat is answered another one can be shown: its keys do not reach the answer, and nothing typed is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot
from tests.support.scripted_source import Says, ScriptedSource

from pennyweight.domain.conversation import MessageState
from pennyweight.ui.shell.conversation_model import ANSWERING_ROLE
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.widgets import LinkButton


@pytest.fixture
def go_on() -> threading.Event:
    """Lets the answer come to its end."""
    return threading.Event()


@pytest.fixture
def answering(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, go_on: threading.Event
) -> Iterator[MainWindow]:
    """The window with a new chat shown, while "The sea" waits in the middle of its answer."""

    def wait(index: int) -> None:
        if index == 2:
            go_on.wait(60)

    source = ScriptedSource(script=[Says("one two three four", before_word=wait)])
    ask = window.services.ask
    monkeypatch.setattr(ask, "_parts", replace(ask.parts, source=source))
    type_and_send(window, "The sea")
    qtbot.waitUntil(lambda: window.sidebar.model.rowCount() == 2 and "one" in shown(window)[-1])
    window.chat.new_chat()
    qtbot.waitUntil(lambda: window.chat.conversation_id == "")
    yield window
    go_on.set()
    at_rest(window, qtbot)


def test_after_a_menu_of_another_chat_the_list_marks_the_chat_that_is_shown_again(
    answering: MainWindow, qtbot: QtBot
) -> None:
    window = answering
    (other, *_) = window.sidebar.model.conversations()
    view = window.sidebar.list
    view.setCurrentIndex(window.sidebar.model.index_of(other))  # what a right click does
    view.customContextMenuRequested.emit(view.visualRect(window.sidebar.model.index_of(other)).center())
    menu = next(menu for menu in window.sidebar.findChildren(QMenu) if menu.isVisible())
    menu.close()
    qtbot.waitUntil(lambda: not view.selectionModel().hasSelection())  # a new chat is shown


def at_rest(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.chat.answering.active and not window.runner.busy)


def type_and_send(window: MainWindow, text: str) -> None:
    window.page.composer.editor.setPlainText(text)
    QTest.keyClick(window.page.composer.editor, Qt.Key.Key_Return)


def shown(window: MainWindow) -> list[str]:
    return [entry.message.text for entry in window.page.transcript.column.entries]


def test_esc_in_another_chat_does_not_stop_the_answer(
    answering: MainWindow, qtbot: QtBot, go_on: threading.Event
) -> None:
    (chat,) = answering.sidebar.model.conversations()
    QTest.keyClick(answering.page.composer.editor, Qt.Key.Key_Escape)
    go_on.set()
    at_rest(answering, qtbot)
    answering.chat.open(chat)
    qtbot.waitUntil(lambda: shown(answering) == ["The sea", "one two three four"])
    assert answering.page.transcript.column.entries[-1].message.state is MessageState.COMPLETE


def test_enter_in_another_chat_says_what_is_answered_first_and_keeps_the_text(
    answering: MainWindow, qtbot: QtBot
) -> None:
    composer = answering.page.composer
    assert composer.send_button.accessibleName() == "Send"
    type_and_send(answering, "And the moon?")
    assert composer.content().text == "And the moon?"
    assert answering.toast.text() == "Not sent: “The sea” is being answered. Your text stays; send it after that."
    button = answering.toast.findChild(LinkButton)
    assert button is not None
    button.click()
    qtbot.waitUntil(lambda: shown(answering)[:1] == ["The sea"])
    assert composer.send_button.accessibleName() == "Stop the answer"


def test_enter_in_the_chat_that_is_answered_says_so_and_keeps_the_text(answering: MainWindow, qtbot: QtBot) -> None:
    (chat,) = answering.sidebar.model.conversations()
    answering.chat.open(chat)
    qtbot.waitUntil(lambda: answering.page.composer.send_button.accessibleName() == "Stop the answer")
    type_and_send(answering, "And the moon?")
    assert answering.toast.text() == "This chat is being answered: Esc stops it."
    assert answering.page.composer.content().text == "And the moon?"
    assert answering.chat.answering.active


def test_the_list_marks_the_chat_that_is_answered(answering: MainWindow, qtbot: QtBot, go_on: threading.Event) -> None:
    row = answering.sidebar.model.index(1)
    assert row.data(ANSWERING_ROLE)
    assert "answering" in row.data(Qt.ItemDataRole.AccessibleTextRole)
    go_on.set()
    at_rest(answering, qtbot)
    assert not answering.sidebar.model.index(1).data(ANSWERING_ROLE)
