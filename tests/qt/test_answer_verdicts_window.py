"""Keep and Not useful in the real window: by mouse and key, over a restart, and with a database that refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.chats import message
from tests.unit.store.store_samples import local_entry

from pennyweight.app.composition import DATABASE, build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import MessageState, Verdict
from pennyweight.services.container import Services
from pennyweight.store import Store
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.answer import AnswerView
from pennyweight.ui.transcript.footer import AnswerFooter

pytestmark = pytest.mark.timeout(300)
KEEP, USELESS = Qt.Key.Key_K, Qt.Key.Key_N


class Opened:
    """The window over a chat of two finished answers, a1 and a2."""

    def __init__(self, home: Path, theme: Theme, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.services: Services = build_services(home)
        self.services.settings.update(onboarding_done=True)
        self.window = MainWindow(self.services, TaskRunner(), theme)
        with qtbot.waitActive(self.window, timeout=30_000):  # or no shortcut works
            self.window.show()
            self.window.activateWindow()
        self.window.start()
        self.idle()

    def idle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.window.runner.busy, timeout=30_000)

    def footer(self, message_id: str) -> AnswerFooter:
        shown = self.window.page.transcript.answer(message_id)
        assert isinstance(shown, AnswerView)
        return shown.footer

    def shown(self, message_id: str) -> Verdict | None:
        footer = self.footer(message_id)
        kept, useless = footer.keep_button.isChecked(), footer.useless_button.isChecked()
        assert not (kept and useless)
        return Verdict.KEPT if kept else Verdict.NOT_USEFUL if useless else None

    def saved(self, message_id: str) -> Verdict | None:
        self.idle()
        return self.services.conversations.message(message_id).verdict

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self.idle()

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
        self.services.close()


@pytest.fixture
def opening(tmp_path: Path, theme: Theme, qtbot: QtBot) -> Iterator[Callable[[], Opened]]:
    with Store.open(tmp_path / DATABASE) as store:
        chat = store.conversations.create("Harbour")
        texts = ("When does it open?", "At nine.", "And on Sunday?", "It is closed.")
        for number, text in enumerate(texts):
            said = message(number, "assistant" if number % 2 else "user", text)
            store.conversations.add_message(replace(said, conversation_id=chat.id, source="local", model="starter"))
        store.ledger.add(
            [local_entry(f"e{n}", at=datetime.now(UTC), conversation_id=chat.id, message_id=f"m{n}") for n in (1, 3)]
        )
        store.settings.set("window.last_conversation", chat.id)
    opened: list[Opened] = []

    def open_one() -> Opened:
        for before in opened:
            before.close()
        opened.append(Opened(tmp_path, theme, qtbot))
        return opened[-1]

    yield open_one
    opened[-1].close()


def test_a_click_marks_the_answer_another_takes_it_back_and_a_restart_remembers(
    opening: Callable[[], Opened],
) -> None:
    one = opening()
    footer = one.footer("m1")
    assert (one.shown("m1"), one.shown("m3")) == (None, None)
    width = footer.keep_button.width()
    QTest.mouseClick(footer.keep_button, Qt.MouseButton.LeftButton)
    assert one.shown("m1") is one.saved("m1") is Verdict.KEPT
    assert (footer.keep_button.text(), footer.keep_button.width()) == ("✓ Keep", width)
    QTest.mouseClick(footer.useless_button, Qt.MouseButton.LeftButton)
    assert one.shown("m1") is one.saved("m1") is Verdict.NOT_USEFUL
    assert (footer.keep_button.text(), footer.useless_button.text()) == ("Keep", "✕ Not useful")
    QTest.mouseClick(one.footer("m3").keep_button, Qt.MouseButton.LeftButton)
    assert one.saved("m3") is Verdict.KEPT
    again = opening()
    assert (again.shown("m1"), again.shown("m3")) == (Verdict.NOT_USEFUL, Verdict.KEPT)
    QTest.mouseClick(again.footer("m1").useless_button, Qt.MouseButton.LeftButton)
    assert again.shown("m1") is again.saved("m1") is None
    report = again.services.audit.report(again.services.audit.period("all"))
    assert report.totals.usable_answers == 2


def test_keys_mark_the_last_answer_and_say_so(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.press(KEEP)
    assert one.shown("m3") is one.saved("m3") is Verdict.KEPT
    assert one.window.toast.isVisible()
    one.press(USELESS)
    assert one.shown("m3") is one.saved("m3") is Verdict.NOT_USEFUL
    one.press(USELESS)
    assert one.shown("m3") is one.saved("m3") is None
    assert one.saved("m1") is None
    one.window.show_page("models")
    one.press(KEEP)
    assert one.saved("m3") is None


def test_the_buttons_are_reached_and_pressed_by_keyboard_and_have_names(opening: Callable[[], Opened]) -> None:
    one = opening()
    footer = one.footer("m3")
    names = [button.accessibleName() for button in (footer.keep_button, footer.useless_button)]
    assert names == ["Keep this answer", "Mark this answer as not useful"]
    assert footer.keep_button.nextInFocusChain() is footer.useless_button
    assert footer.useless_button.nextInFocusChain() is footer.copy_button
    footer.keep_button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(footer.keep_button, Qt.Key.Key_Space)
    assert one.saved("m3") is Verdict.KEPT


def test_what_could_not_be_saved_is_shown_as_it_was_with_a_sentence(opening: Callable[[], Opened]) -> None:
    one = opening()
    other = one.services.conversations
    other.delete(one.window.chat.conversation_id)
    with Store.open(one.services.home / DATABASE) as store:  # as another window would
        store.conversations.purge_deleted(datetime(2100, 1, 1, tzinfo=UTC))
    QTest.mouseClick(one.footer("m1").keep_button, Qt.MouseButton.LeftButton)
    one.idle()
    assert one.shown("m1") is None
    assert one.window.page.banner.isVisible()


def test_there_is_nothing_to_judge_while_an_answer_is_written_or_without_a_text(
    opening: Callable[[], Opened],
) -> None:
    one = opening()
    view = one.window.page.transcript
    begun = message(5, "assistant", state=MessageState.STREAMING)
    view.add_message(begun)
    footer = one.footer("m5")
    assert not footer.keep_button.isVisible()
    view.append_text("m5", "It is", "")
    assert not footer.keep_button.isVisible()
    one.press(KEEP)
    assert [one.saved(name) for name in ("m1", "m3")] == [None, None]
    view.update_message(replace(begun, text="It is closed.", state=MessageState.STOPPED), None)
    assert footer.keep_button.isVisible()
    assert footer.useless_button.isVisible()
    view.update_message(replace(begun, state=MessageState.FAILED), None)
    assert not footer.keep_button.isVisible()


def test_a_narrow_window_shows_every_action(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.window.resize(480, 700)
    footer = one.footer("m3")
    buttons = (footer.keep_button, footer.useless_button, footer.copy_button, footer.edit_button, footer.cloud_button)
    one.qtbot.waitUntil(lambda: all(button.geometry().right() <= footer.width() for button in buttons), timeout=5_000)
    places = [button.geometry() for button in buttons]
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[n + 1 :])


def test_the_compare_page_tells_the_share_that_was_kept(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.window.show_page("compare")
    one.idle()
    marks = one.window.pages.compare_page.statistics.marks
    assert marks.isHidden()
    one.window.show_page("chat")
    QTest.mouseClick(one.footer("m1").keep_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(one.footer("m3").useless_button, Qt.MouseButton.LeftButton)
    one.idle()
    one.window.show_page("compare")
    one.idle()
    # Wilson's interval of 1 out of 2
    assert "Ask, starter: 1 of 2 (9–91%)" in marks.text()
