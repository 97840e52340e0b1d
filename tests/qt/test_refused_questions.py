"""A question that was refused before it could be saved is not lost: it is the draft of its chat again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.open_window import open_window
from tests.support.stuck_database import impatient_services, locked

from pennyweight.app.composition import DATABASE
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task
from pennyweight.services.draft import Draft
from pennyweight.services.events import AskEvent
from pennyweight.store import Store
from pennyweight.ui.composer.composer import Content
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[MainWindow]:
    """Over a database that says at once that it is locked, with the chats A (shown) and B."""
    with Store.open(tmp_path / DATABASE) as store:
        store.settings.set("window.last_conversation", "A")
        for name in "AB":
            store.conversations.create(name, conversation_id=name)
    with open_window(tmp_path, theme, impatient_services) as made:
        made.start()
        idle(qtbot, made)
        yield made


def idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.runner.busy and not window.chat.answering.active)


def show(qtbot: QtBot, window: MainWindow, chat: str) -> None:
    with qtbot.waitSignal(window.chat.shown):
        window.chat.open(chat)


def write(window: MainWindow, text: str) -> None:
    QTest.keyClicks(window.page.composer.editor, text)


def stored(window: MainWindow, chat: str | None) -> str | None:
    draft = window.services.conversations.load_draft(chat)
    return None if draft is None else draft.text


def without_a_model(window: MainWindow) -> None:
    window.services.settings.update(model_id="gone")


def sent_and_refused(qtbot: QtBot, window: MainWindow) -> None:
    without_a_model(window)
    window.page.composer.choose_task(Task.REWRITE)
    write(window, "a long question")
    window.chat.send()
    idle(qtbot, window)
    assert not window.page.banner.isHidden()


def test_it_is_there_when_its_chat_is_opened_again(qtbot: QtBot, window: MainWindow) -> None:
    sent_and_refused(qtbot, window)
    assert window.page.composer.content().text == "a long question"
    show(qtbot, window, "B")
    assert window.page.composer.content().empty
    show(qtbot, window, "A")
    assert window.page.composer.content() == Content("a long question", Task.REWRITE)


def test_it_is_there_at_the_next_start(qtbot: QtBot, window: MainWindow) -> None:
    sent_and_refused(qtbot, window)
    window.close()
    assert stored(window, "A") == "a long question"


@pytest.fixture
def late(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A question is refused once this is set."""
    without_a_model(window)
    gate, ask = threading.Event(), window.services.ask.ask

    def wait(draft: Draft, cancel: Cancel) -> Iterator[AskEvent]:
        gate.wait(40)
        yield from ask(draft, cancel)

    monkeypatch.setattr(window.services.ask, "ask", wait)
    yield gate
    gate.set()


def refuse(qtbot: QtBot, window: MainWindow, late: threading.Event) -> None:
    late.set()
    idle(qtbot, window)
    assert not window.page.banner.isHidden()


def test_one_that_is_refused_while_another_chat_is_shown_waits_in_its_own(
    qtbot: QtBot, window: MainWindow, late: threading.Event
) -> None:
    write(window, "a question for A")
    window.chat.send()
    show(qtbot, window, "B")
    write(window, "something for B")
    refuse(qtbot, window, late)
    assert (window.chat.conversation_id, window.page.composer.content().text) == ("B", "something for B")
    assert stored(window, "A") == "a question for A"
    show(qtbot, window, "A")
    assert window.page.composer.content().text == "a question for A"
    show(qtbot, window, "B")
    assert window.page.composer.content().text == "something for B"


def test_a_chat_that_was_asked_for_before_the_refusal_is_shown_and_told(
    qtbot: QtBot, window: MainWindow, late: threading.Event
) -> None:
    write(window, "a question for A")
    window.chat.send()
    qtbot.waitUntil(lambda: stored(window, "A") is None)
    busy = threading.Event()
    window.services.meter._store._writer.submit(lambda _db: busy.wait(40))
    window.chat.open("B")
    late.set()
    qtbot.waitUntil(lambda: not window.chat.answering.active)
    busy.set()
    idle(qtbot, window)
    assert (window.chat.conversation_id, window.page.composer.content().text) == ("B", "")
    assert "gone" in window.page.banner.text()
    assert not window.page.banner.isHidden()
    assert stored(window, "A") == "a question for A"


def test_one_of_a_new_chat_waits_for_the_next_new_chat(qtbot: QtBot, window: MainWindow, late: threading.Event) -> None:
    with qtbot.waitSignal(window.chat.shown):
        window.chat.new_chat()
    write(window, "something new")
    window.chat.send()
    show(qtbot, window, "B")
    refuse(qtbot, window, late)
    assert window.page.composer.content().empty
    assert (stored(window, None), stored(window, "B")) == ("something new", None)


def test_it_comes_before_what_was_typed_meanwhile(qtbot: QtBot, window: MainWindow, late: threading.Event) -> None:
    write(window, "a question")
    window.chat.send()
    write(window, "a thought")
    refuse(qtbot, window, late)
    assert window.page.composer.content().text == stored(window, "A") == "a question\n\na thought"


def test_one_that_a_locked_database_refuses_is_kept_once_that_can_be(qtbot: QtBot, window: MainWindow) -> None:
    with locked(window.services.home / DATABASE):
        write(window, "a long question")
        window.chat.send()
        idle(qtbot, window)
        assert stored(window, "A") is None
    window.close()
    assert stored(window, "A") == "a long question"
