"""Versions of a question and its answers: stepping between them, and editing a question in the composer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.chats import message

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Task
from pennyweight.domain.resources import starter_model_path
from pennyweight.services.container import Services
from pennyweight.store import Store
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

pytestmark = pytest.mark.skipif(not starter_model_path().is_file(), reason="the starter model is not here")
SAID = (
    message(0, "user", "How are you?"),
    message(1, "assistant", "Fine."),
    replace(message(2, "assistant", "Very well."), parent_id="m0"),
)


Opening = Callable[[], MainWindow]


@pytest.fixture
def opening(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[Opening]:
    """Opens the window over a chat that has one question and two answers, the second shown; once more: anew."""
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.conversations.create("Health", conversation_id="c")
        for each in SAID:
            store.conversations.add_message(each)
        store.settings.set("window.last_conversation", "c")
    opened: list[tuple[MainWindow, Services]] = []

    def close() -> None:
        while opened:
            window, services = opened.pop()
            window.close()
            window.deleteLater()
            services.close()

    def open_one() -> MainWindow:
        close()
        services = build_services(tmp_path)
        services.settings.update(onboarding_done=True)
        window = MainWindow(services, TaskRunner(), theme)
        opened.append((window, services))
        window.show()
        window.start()
        qtbot.waitUntil(lambda: window.chat.conversation_id == "c" and not window.runner.busy)
        return window

    yield open_one
    close()


@pytest.fixture
def window(opening: Opening) -> MainWindow:
    return opening()


def shown(window: MainWindow) -> list[str]:
    return [entry.message.text for entry in window.page.transcript.column.entries]


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.runner.busy and not window.chat.answering.active)


def send_edited(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.chat.edit()
    window.page.composer.editor.setPlainText(text)
    window.chat.send()
    idle(qtbot, window)


def test_a_step_between_versions_does_not_come_back_from_another_chat(qtbot: QtBot, window: MainWindow) -> None:
    window.chat.step_branch("m2", -1)
    window.chat.new_chat()
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert window.chat.conversation_id == ""
    assert shown(window) == []


def test_of_two_quick_steps_the_last_one_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    window.chat.step_branch("m2", -1)
    window.chat.step_branch("m1", 1)
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert shown(window) == ["How are you?", "Very well."]
    window.chat.step_branch("m2", -1)
    qtbot.waitUntil(lambda: shown(window) == ["How are you?", "Fine."])


def test_an_unsent_draft_is_there_again_once_an_edit_is_sent(qtbot: QtBot, window: MainWindow) -> None:
    composer = window.page.composer
    composer.choose_task(Task.DRAFT)
    composer.editor.setPlainText("half a thought")
    send_edited(qtbot, window, "How are you today?")
    assert shown(window)[0] == "How are you today?"
    assert not composer.editing
    assert (composer.content().text, composer.content().task) == ("half a thought", Task.DRAFT)
    stored = window.services.conversations.load_draft("c")
    assert stored is not None
    assert stored.text == "half a thought"


def test_a_refused_edit_comes_back_as_an_edit_and_the_draft_after_it(qtbot: QtBot, window: MainWindow) -> None:
    composer = window.page.composer
    composer.editor.setPlainText("half a thought")
    window.services.settings.update(model_id="gone")
    send_edited(qtbot, window, "How are you today?")
    assert not window.page.banner.isHidden()
    assert composer.editing
    assert composer.content().text == "How are you today?"
    assert shown(window) == ["How are you?", "Very well."]
    window.services.settings.update(model_id=None)
    window.chat.send()
    idle(qtbot, window)
    assert shown(window)[0] == "How are you today?"
    assert len(shown(window)) == 2
    assert window.services.conversations.branch_position("m0") == (1, 2)
    assert (composer.editing, composer.content().text) == (False, "half a thought")


def test_an_edit_belongs_to_its_chat(qtbot: QtBot, window: MainWindow) -> None:
    window.chat.edit()
    composer = window.page.composer
    composer.editor.setPlainText("How are you today?")
    window.chat.open("c")
    idle(qtbot, window)
    assert (composer.editing, composer.content().text) == (True, "How are you today?")
    window.chat.new_chat()
    idle(qtbot, window)
    assert (composer.editing, composer.content().text) == (False, "")
    window.chat.open("c")
    idle(qtbot, window)
    assert (composer.editing, composer.content().text) == (True, "How are you today?")


def test_an_edit_under_way_comes_back_at_the_next_start_and_the_draft_before_it_too(opening: Opening) -> None:
    window = opening()
    window.page.composer.editor.setPlainText("half a thought")
    window.chat.edit()
    window.page.composer.editor.setPlainText("How are you today?")
    window = opening()
    composer = window.page.composer
    assert (composer.editing, composer.content().text) == (True, "How are you today?")
    window.chat.cancel_edit()
    assert (composer.editing, composer.content().text) == (False, "half a thought")
    window = opening()
    composer = window.page.composer
    assert (composer.editing, composer.content().text) == (False, "half a thought")


def test_an_edit_that_was_sent_does_not_come_back(qtbot: QtBot, opening: Opening) -> None:
    send_edited(qtbot, opening(), "How are you today?")
    window = opening()
    assert shown(window)[0] == "How are you today?"
    assert not window.page.composer.editing
    window.chat.step_branch(window.page.transcript.column.entries[0].message.id, -1)
    qtbot.waitUntil(lambda: shown(window) == ["How are you?", "Very well."])
    assert not window.page.composer.editing


def test_an_edit_waits_while_another_version_of_its_question_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    send_edited(qtbot, window, "How are you today?")
    composer = window.page.composer
    window.chat.edit()
    composer.editor.setPlainText("How are you tonight?")
    window.chat.step_branch(window.page.transcript.column.entries[0].message.id, -1)
    qtbot.waitUntil(lambda: shown(window) == ["How are you?", "Very well."])
    assert (composer.editing, composer.content().text) == (False, "")
    window.chat.step_branch("m0", 1)
    qtbot.waitUntil(lambda: shown(window)[0] == "How are you today?")
    assert (composer.editing, composer.content().text) == (True, "How are you tonight?")
