"""What is typed is there again in its chat, however long the database takes to keep it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.unit.store.store_samples import user_message

from pennyweight.domain.conversation import Task
from pennyweight.ui.shell.window import MainWindow


@pytest.fixture
def held(window: MainWindow) -> Iterator[threading.Event]:
    """A change that takes until this is set."""
    gate = threading.Event()
    window.runner.change(lambda: gate.wait(40))
    yield gate
    gate.set()


def show(qtbot: QtBot, window: MainWindow, chat: str) -> None:
    with qtbot.waitSignal(window.chat.shown):
        window.chat.open(chat)


@pytest.fixture
def chats(window: MainWindow, qtbot: QtBot) -> tuple[str, str]:
    store = window.services.meter._store
    first, second = (store.conversations.create(name).id for name in ("A", "B"))
    window.services.conversations.save_draft(first, "an older draft")
    show(qtbot, window, first)
    qtbot.waitUntil(lambda: not window.runner.busy)
    return first, second


def test_a_draft_is_there_again_while_a_long_change_goes_on(
    qtbot: QtBot, window: MainWindow, chats: tuple[str, str], held: threading.Event
) -> None:
    first, second = chats
    composer = window.page.composer
    assert composer.content().text == "an older draft"
    QTest.keyClicks(composer.editor, " went on ")
    typed = composer.content().text
    composer.choose_task(Task.REWRITE)
    show(qtbot, window, second)
    assert composer.content().empty
    show(qtbot, window, first)
    assert (composer.content().text, composer.content().task) == (typed, Task.REWRITE)
    held.set()
    qtbot.waitUntil(lambda: not window.runner.busy)
    kept = window.services.conversations.load_draft(first)
    assert kept is not None
    assert kept.text == typed


def test_a_draft_that_was_cleared_stays_so(
    qtbot: QtBot, window: MainWindow, chats: tuple[str, str], held: threading.Event
) -> None:
    first, second = chats
    window.page.composer.editor.clear()
    show(qtbot, window, second)
    show(qtbot, window, first)
    assert window.page.composer.content().empty
    held.set()
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert window.services.conversations.load_draft(first) is None


@pytest.fixture
def asked(window: MainWindow, chats: tuple[str, str]) -> tuple[str, str]:
    """The chats, with a question in each."""
    for chat, question in zip(chats, ("qa", "qb"), strict=True):
        window.services.meter._store.conversations.add_message(user_message(chat, question, text=question))
    return chats


def edit(window: MainWindow, question: str, text: str) -> None:
    window.chat.edit(question)
    window.page.composer.editor.selectAll()
    QTest.keyClicks(window.page.composer.editor, text)


def test_an_edit_that_is_given_up_in_one_chat_leaves_that_of_another(
    qtbot: QtBot, window: MainWindow, asked: tuple[str, str]
) -> None:
    first, second = asked
    show(qtbot, window, first)
    edit(window, "qa", "a better question")
    show(qtbot, window, second)
    edit(window, "qb", "another one")
    window.chat.cancel_edit()
    qtbot.waitUntil(lambda: not window.runner.busy)
    show(qtbot, window, first)
    composer = window.page.composer
    assert (composer.editing, composer.content().text) == (True, "a better question")
    window.chat.cancel_edit()
    assert composer.content().text == "an older draft"


def test_an_edit_is_there_again_while_a_long_change_goes_on_and_once_given_up_it_is_not(
    qtbot: QtBot, window: MainWindow, asked: tuple[str, str], held: threading.Event
) -> None:
    first, second = asked
    show(qtbot, window, first)
    edit(window, "qa", "a better question")
    show(qtbot, window, second)
    show(qtbot, window, first)
    composer = window.page.composer
    assert (composer.editing, composer.content().text) == (True, "a better question")
    held.set()
    qtbot.waitUntil(lambda: window.services.conversations.load_edit(first) is not None)
    again = threading.Event()
    window.runner.change(lambda: again.wait(40))
    window.chat.cancel_edit()
    show(qtbot, window, second)
    show(qtbot, window, first)
    again.set()
    assert (composer.editing, composer.content().text) == (False, "an older draft")
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert window.services.conversations.load_edit(first) is None
