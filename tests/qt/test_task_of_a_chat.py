"""A chat that is opened again goes on with the task of its last question, or of what was being written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.chats import message
from tests.support.open_window import open_window

from pennyweight.domain.conversation import Task
from pennyweight.store import Store
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

CHATS = {
    "minutes": [
        message(0, "user", "Hello?"),
        message(1, "assistant", "Yes."),
        message(2, "user", "Notes", task=Task.SUMMARIZE),
    ],
    "letters": [message(0, "user", "Dear all", task=Task.REWRITE), message(1, "assistant", "All,")],
}


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[MainWindow]:
    """Opened with `minutes` as the last chat."""
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.settings.set("window.last_conversation", "minutes")
        for chat, said in CHATS.items():
            store.conversations.create(chat, conversation_id=chat)
            for each in said:
                parent = each.parent_id and f"{chat}-{each.parent_id}"
                store.conversations.add_message(
                    replace(each, id=f"{chat}-{each.id}", parent_id=parent, conversation_id=chat)
                )
    with open_window(tmp_path, theme) as made:
        made.start()
        qtbot.waitUntil(lambda: made.chat.conversation_id == "minutes" and not made.runner.busy)
        yield made


def opened(qtbot: QtBot, window: MainWindow, chat: str) -> Task:
    if chat:
        window.chat.open(chat)
    else:
        window.chat.new_chat()
    qtbot.waitUntil(lambda: window.chat.conversation_id == chat and not window.runner.busy)
    return window.page.composer.content().task


def test_the_task_of_the_last_question_is_chosen_again(qtbot: QtBot, window: MainWindow) -> None:
    assert window.page.composer.content().task is Task.SUMMARIZE
    assert window.page.composer.editor.placeholderText() == window.services.recipes[Task.SUMMARIZE].placeholder
    assert opened(qtbot, window, "letters") is Task.REWRITE
    assert opened(qtbot, window, "minutes") is Task.SUMMARIZE
    assert opened(qtbot, window, "") is Task.ASK


def test_an_unsent_draft_brings_its_own_task(qtbot: QtBot, window: MainWindow) -> None:
    window.page.composer.choose_task(Task.DRAFT)
    window.page.composer.editor.setPlainText("- to: Maria")
    opened(qtbot, window, "letters")
    assert opened(qtbot, window, "minutes") is Task.DRAFT
    assert window.page.composer.content().text == "- to: Maria"


def test_showing_the_same_chat_anew_keeps_the_task_that_is_chosen(qtbot: QtBot, window: MainWindow) -> None:
    window.page.composer.choose_task(Task.DRAFT)
    assert opened(qtbot, window, "minutes") is Task.DRAFT
