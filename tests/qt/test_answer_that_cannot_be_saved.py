"""The window while the database is locked in mid-answer: the text stays on the screen, and is saved later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.open_window import OpenWindow
from tests.support.scripted_source import Says, ScriptedSource
from tests.support.stuck_database import full, impatient_services, locked

from pennyweight.app.composition import DATABASE
from pennyweight.domain.conversation import MessageState
from pennyweight.domain.errors import EngineError, KnownError
from pennyweight.domain.resources import starter_model_path
from pennyweight.services.container import Services
from pennyweight.store import Store
from pennyweight.ui.theme import Theme

pytestmark = pytest.mark.skipif(not starter_model_path().is_file(), reason="the starter model is not here")
TEXT = " ".join(f"word{number}" for number in range(400))


class Asked(OpenWindow):
    """Over a database that says at once that it is locked; what is answered is scripted."""

    def open_services(self, home: Path) -> Services:
        return impatient_services(home)

    def prepare(self) -> None:
        self.path = self.services.home / DATABASE
        self.source = ScriptedSource(window=100_000)
        self.services.ask._parts = replace(self.services.ask._parts, source=self.source)

    def ask(self, text: str, says: Says) -> None:
        self.source.script = [says]
        self.window.page.composer.editor.setPlainText(text)
        QTest.keyClick(self.window.page.composer.editor, Qt.Key.Key_Return)
        self.idle()

    def ask_while_locked(self, until: ExitStack) -> None:
        self.ask_until_stuck(until, locked(self.path))

    def ask_until_stuck(
        self, until: ExitStack, stuck: AbstractContextManager[None], text: str = TEXT, fails: KnownError | None = None
    ) -> None:
        def word(index: int) -> None:
            if index == 5:
                until.enter_context(stuck)

        self.ask("Tell me all", Says(text, fails=fails, before_word=word))

    def answers(self) -> list[tuple[str, MessageState, str]]:
        entries = self.window.page.transcript.column.entries
        return [(e.message.text, e.message.state, e.message.note) for e in entries if e.message.role == "assistant"]


@pytest.fixture
def asked(tmp_path: Path, theme: Theme, qtbot: QtBot) -> Iterator[Asked]:
    made = Asked(tmp_path, theme, qtbot)
    yield made
    made.close()


def test_it_stays_on_the_screen_also_in_a_chat_that_is_left_and_opened_again(asked: Asked) -> None:
    chat = asked.window.chat
    with ExitStack() as until:
        asked.ask_while_locked(until)
        ((text, state, note),) = asked.answers()
        assert (text, state) == (TEXT, MessageState.COMPLETE)
        assert "not saved yet" in note
        assert "Another program is using the database" in note
        here = chat.conversation_id
        chat.new_chat()
        asked.idle()
        assert asked.answers() == []
        chat.open(here)
        asked.idle()
        assert asked.answers() == [(text, state, note)]
    asked.ask("And now?", Says("Now it can be."))
    assert asked.answers() == [(TEXT, MessageState.COMPLETE, ""), ("Now it can be.", MessageState.COMPLETE, "")]


def test_it_is_saved_with_its_row_when_the_window_is_closed(asked: Asked) -> None:
    with ExitStack() as until:
        asked.ask_while_locked(until)
    chat = asked.window.chat.conversation_id
    asked.close()
    with Store.open(asked.path) as store:
        leaf = store.conversations.get(chat).leaf_id
        assert leaf is not None
        kept = store.conversations.get_message(leaf)
        assert (kept.text, kept.state, kept.note) == (TEXT, MessageState.COMPLETE, "")
        assert len(store.ledger.for_message(leaf)) == store.ledger.count() == 1


def test_one_that_failed_as_well_says_no_more_that_it_is_not_saved_once_it_is(asked: Asked) -> None:
    with ExitStack() as until:
        asked.ask_until_stuck(until, locked(asked.path), fails=EngineError("The engine died."))
        assert asked.answers()[0][2].startswith("The engine died. This answer is not saved yet.")
    asked.ask("And now?", Says("Now it can be."))
    assert asked.answers()[0] == (TEXT, MessageState.FAILED, "The engine died.")


def test_one_that_is_still_too_large_for_the_disk_says_so_until_an_answer_that_is_made_again(asked: Asked) -> None:
    large = " ".join(f"word{number}" + "s" * 5_000 for number in range(40))
    with ExitStack() as until:
        asked.ask_until_stuck(until, full(asked.services.meter._store), large)
        asked.ask("And now?", Says("This one has room."))
        notes = [note for _, _, note in asked.answers()]
        assert "not saved yet" in notes[0]
        assert notes[1] == ""
    asked.source.script = [Says("As before.")]
    asked.window.chat.again()
    asked.idle()
    assert asked.answers() == [(large, MessageState.COMPLETE, ""), ("As before.", MessageState.COMPLETE, "")]
