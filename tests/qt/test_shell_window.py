"""The whole window over real services and the starter model: typing, streaming, stopping, branching, coming back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QScrollArea
from pytestqt.qtbot import QtBot
from tests.support.open_window import OpenWindow

from pennyweight.domain.conversation import Attachment, MessageState, Task
from pennyweight.domain.resources import starter_model_path
from pennyweight.meter.money import format_dollars
from pennyweight.services.events import AnswerDone, AskEvent
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.bubble import UserBubble
from pennyweight.ui.transcript.text_view import TextView

pytestmark = [
    pytest.mark.skipif(not starter_model_path().is_file(), reason="the starter model is not here"),
    pytest.mark.timeout(300),
]
NOTES = "The hall opens on Monday at nine. Priya Nair brings the keys."
FILE = Attachment(name="notes.txt", text=NOTES, size_bytes=len(NOTES), sha256="1")
LONG = "Write everything you know about the sea, the moon and the stars. " * 8


class Opened(OpenWindow):
    def ask(self, text: str, task: Task = Task.ASK) -> None:
        self.begin(text, task)
        self.idle()

    def begin(self, text: str, task: Task = Task.ASK) -> None:
        composer = self.window.page.composer
        composer.choose_task(task)
        QTest.keyClicks(composer.editor, text) if len(text) < 60 else composer.editor.setPlainText(text)
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)


@pytest.fixture
def opening(tmp_path: Path, theme: Theme, qtbot: QtBot) -> Iterator[Callable[[], Opened]]:
    opened: list[Opened] = []

    def open_one() -> Opened:
        for before in opened:
            before.close()
        opened.append(Opened(tmp_path, theme, qtbot))
        return opened[-1]

    yield open_one
    opened[-1].close()


def test_typing_and_enter_give_a_streamed_answer_with_its_line(opening: Callable[[], Opened]) -> None:
    one = opening()
    assert one.window.page.shows_empty()
    one.ask("What is Pennyweight?")
    question, answer = one.messages
    assert (question.text, answer.state) == ("What is Pennyweight?", MessageState.COMPLETE)
    assert answer.text
    shown = one.window.page.transcript.answer(answer.id)
    assert shown is not None
    assert shown.footer.parts.text().startswith("Local ")
    assert " in · " in shown.footer.parts.text()
    assert one.window.sidebar.model.rows[0].title == "Today"
    assert one.window.page.composer.content().empty


def test_a_summary_of_two_pages_streams_while_the_meter_counts(opening: Callable[[], Opened]) -> None:
    one = opening()
    line = "On Monday {0} the harbour committee agreed to repair pier {0} for {0},400 euros. Priya Nair writes.\n\n"
    seen: list[tuple[str, str]] = []
    meter = one.window.meter

    def note(_events: object) -> None:
        seen.append((meter.local.figure.text(), meter.local.small.text()))

    one.window.chat.answering.events.connect(note)  # after the meter, which hears of each batch first
    one.ask("".join(line.format(number) for number in range(1, 41)), Task.SUMMARIZE)
    assert len({figure for figure, _ in seen}) > 2
    assert any("now" in small for _, small in seen)
    answer = one.messages[-1]
    assert answer.state is MessageState.COMPLETE
    rows = one.services.meter.entries(answer.id)
    totals = one.services.meter.totals("today").totals
    assert totals.electric_nano == sum(row.local.electric_nano for row in rows if row.local is not None) > 0
    assert meter.local.figure.text() == format_dollars(totals.electric_nano)


def test_the_last_chat_and_an_unsent_draft_come_back(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.ask("What is Pennyweight?")
    answer = one.messages[-1].text
    one.window.page.composer.choose_task(Task.REWRITE)
    QTest.keyClicks(one.window.page.composer.editor, "not yet sent")
    again = opening()
    assert again.messages[-1].text == answer
    assert again.window.page.composer.content().text == "not yet sent"
    assert again.window.page.composer.content().task is Task.REWRITE
    again.window.chat.new_chat()
    again.idle()
    assert again.window.page.composer.content().empty


def test_stop_keeps_what_was_written(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.begin(LONG)
    one.until(lambda: len(one.messages) == 2 and bool(one.messages[-1].text))
    QTest.keyClick(one.window, Qt.Key.Key_Escape)
    one.window.chat.stop()
    one.idle()
    assert one.messages[-1].state in (MessageState.STOPPED, MessageState.COMPLETE)
    assert one.messages[-1].text


def test_closing_in_mid_answer_keeps_the_partial_answer(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.begin(LONG)
    one.until(lambda: len(one.messages) == 2 and bool(one.messages[-1].text))
    again = opening()
    assert again.messages[0].text == LONG.strip() or again.messages[0].text == LONG
    assert again.messages[-1].role == "assistant"
    assert again.messages[-1].state is not MessageState.STREAMING


def test_asking_again_and_editing_make_branches(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.ask("What is Pennyweight?")
    first = one.messages[-1].id
    one.window.chat.again()
    one.idle()
    second = one.messages[-1].id
    assert second != first
    shown = one.window.page.transcript.answer(second)
    assert shown is not None
    one.until(lambda: shown.footer.branches.text() == "2/2")
    one.window.chat.step_branch(second, -1)
    one.until(lambda: bool(one.messages) and one.messages[-1].id == first)
    one.window.chat.edit()
    assert one.window.page.composer.content().text == "What is Pennyweight?"
    one.window.page.composer.editor.setPlainText("What can you do?")
    one.window.chat.send()
    one.idle()
    assert one.messages[0].text == "What can you do?"
    assert len(one.messages) == 2
    bubble = one.window.page.transcript.column.widgets[0]
    assert isinstance(bubble, UserBubble)
    one.until(lambda: bubble.branches.text() == "2/2")


def test_what_is_typed_after_a_click_on_an_answer_goes_into_the_message_box(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.ask("What is Pennyweight?")
    shown = one.window.page.transcript.answer(one.messages[-1].id)
    assert shown is not None
    text = shown.body.findChild(TextView)
    assert text is not None
    text.setFocus()
    QTest.keyClicks(text, "H")
    editor = one.window.page.composer.editor
    assert one.window.focusWidget() is editor
    QTest.keyClicks(editor, "ello")
    assert one.window.page.composer.content().text == "Hello"
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert one.window.page.composer.content().text == "Hello"


def test_a_question_that_is_a_file_alone_can_be_edited_and_keeps_it(opening: Callable[[], Opened]) -> None:
    one = opening()
    composer = one.window.page.composer
    composer.add_attachment(FILE)
    composer.choose_task(Task.SUMMARIZE)
    one.window.chat.send()
    one.idle()
    one.window.chat.edit()
    assert composer.content().attachments == (FILE,)
    assert composer.send_button.isEnabled()
    one.window.attaching.take_paste("In one sentence. " * 600)
    assert composer.content().attachments == (FILE,)
    composer.editor.setPlainText("In one sentence.")
    one.window.chat.send()
    one.idle()
    assert [(message.text, message.attachments) for message in one.messages[:1]] == [("In one sentence.", (FILE,))]
    assert composer.content().attachments == ()


def test_a_window_that_is_asked_for_is_no_longer_minimized(opening: Callable[[], Opened]) -> None:
    window = opening().window
    window.showMinimized()
    window.come_forward()
    assert window.isVisible()
    assert not window.isMinimized()


def test_the_offer_about_a_pasted_text_goes_with_the_text(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.window.attaching.take_paste("In one sentence. " * 600)
    assert one.window.toast.isVisible()
    assert "goes along as a file" in one.window.toast.text()
    one.window.page.composer.editor.setPlainText("Summarize it.")
    one.window.chat.send()
    one.idle()
    assert not one.window.toast.isVisible()


def test_a_deleted_chat_can_be_undone_and_its_cost_stays(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.ask("What is Pennyweight?")
    chat = one.window.chat.conversation_id
    one.window.actions_on_chats.delete(chat)
    one.idle()
    assert one.window.page.shows_empty()
    assert not any(row.conversation_id for row in one.window.sidebar.model.rows)
    assert one.services.meter.totals("all").totals.answers == 1
    one.window.toast._action.click()
    one.idle()
    assert one.window.chat.conversation_id == chat
    assert len(one.messages) == 2


def test_deleted_chats_come_back_one_by_one_also_when_nothing_offers_it_any_more(opening: Callable[[], Opened]) -> None:
    one = opening()
    chats: list[str] = []
    for text in ("What is Pennyweight?", "Who are you?"):
        one.window.chat.new_chat()
        one.ask(text)
        chats.append(one.window.chat.conversation_id)
    for chat in chats:
        one.window.actions_on_chats.delete(chat)
        one.idle()
    one.window.toast.hide()
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for expected in (chats[1:], chats):
        QTest.keyClick(one.window.page.composer.editor, Qt.Key.Key_T, held)
        one.idle()
        assert set(one.window.sidebar.model.conversations()) == set(expected)
    one.window.actions_on_chats.bring_back()
    one.idle()
    assert one.window.toast.text() == "There is no deleted chat left that could come back."


@pytest.mark.parametrize("then", ["brought back", "removed for good"])
def test_undo_is_offered_no_longer_than_it_works(opening: Callable[[], Opened], then: str) -> None:
    one = opening()
    one.ask("What is Pennyweight?")
    one.window.actions_on_chats.delete(one.window.chat.conversation_id)
    one.idle()
    assert one.window.toast.isVisible()
    if then == "brought back":
        one.window.actions_on_chats.bring_back()
    else:
        one.window.pages.settings_page.data.remove_deleted()
    one.idle()
    assert not one.window.toast.isVisible()


def test_search_finds_a_word_and_opens_its_place(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.ask("Is the xylophone tuned?")
    chat = one.window.chat.conversation_id
    one.window.chat.new_chat()
    one.idle()
    QTest.keyClicks(one.window.sidebar.search, "xylophone")
    one.until(lambda: any(row.message_id for row in one.window.sidebar.model.rows))
    QTest.keyClick(one.window.sidebar.search, Qt.Key.Key_Return)
    one.until(lambda: one.window.chat.conversation_id == chat)


def test_a_killed_engine_leaves_the_window_the_partial_answer_and_the_next_answer(
    opening: Callable[[], Opened],
) -> None:
    one = opening()
    one.ask("Hello")
    one.begin(LONG)
    one.until(lambda: len(one.messages) == 4 and bool(one.messages[-1].text))
    for child in psutil.Process().children(recursive=True):
        if "--engine-worker" in child.cmdline():
            child.kill()
    one.idle()
    failed = one.messages[-1]
    assert failed.text
    if failed.state is MessageState.FAILED:
        shown = one.window.page.transcript.answer(failed.id)
        assert shown is not None
        assert shown.ending.text()
    one.ask("And now?")
    assert one.messages[-1].state is MessageState.COMPLETE


def test_the_estimate_appears_while_typing(opening: Callable[[], Opened]) -> None:
    one = opening()
    QTest.keyClicks(one.window.page.composer.editor, "Please summarize this for me.")
    one.until(lambda: one.window.page.composer.estimate.text().startswith("next: "))
    assert "≈" in one.window.page.composer.estimate.text()


def test_narrow_windows_hide_columns_and_still_show_the_cost(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.window.resize(1280, 800)
    assert not one.window.meter.isHidden()
    one.window.resize(900, 700)
    one.until(lambda: one.window.meter.isHidden())
    assert not one.window.sidebar.isHidden()
    one.until(lambda: not one.window.page.top.cost.isHidden())
    one.window.resize(600, 700)
    one.until(lambda: one.window.sidebar.isHidden())
    one.window.area.toggle_meter()
    assert not one.window.meter.isHidden()


def test_where_the_meter_has_no_room_the_cost_in_the_bar_runs_along(opening: Callable[[], Opened]) -> None:
    one = opening()
    cost, events = one.window.page.top.cost, list[AskEvent]()
    one.window.chat.answering.events.connect(events.extend)
    one.ask("What is Pennyweight?")
    one.window.resize(900, 700)
    one.until(lambda: not cost.isHidden())
    before = cost.text()
    one.window.meter.take([event for event in events if not isinstance(event, AnswerDone)])
    assert cost.text() == one.window.meter.cost_today  # the amount alone, in so narrow a bar
    assert cost.text() != before
    one.window.resize(1280, 800)
    one.until(cost.isHidden)


def test_in_a_narrow_window_a_column_lies_over_the_conversation_until_put_away(opening: Callable[[], Opened]) -> None:
    one = opening()
    window, area = one.window, one.window.area
    window.resize(560, 700)
    one.until(lambda: window.sidebar.isHidden() and window.meter.isHidden())
    one.until(lambda: window.page.width() == area.width())
    width = window.page.width()
    area.toggle_meter()
    assert window.meter.isVisible()
    assert window.page.width() == width
    assert window.meter.geometry().right() == area.width() - 1
    area.toggle_list()
    assert window.sidebar.isVisible()
    assert window.meter.isHidden()
    assert window.page.width() == width
    QTest.keyClick(window.page.composer.editor, Qt.Key.Key_Escape)
    one.until(lambda: window.sidebar.isHidden())
    area.toggle_list()
    window.resize(1280, 800)
    one.until(lambda: window.sidebar.isVisible() and window.meter.isVisible())
    one.until(lambda: window.sidebar.geometry().right() < window.page.geometry().left())
    assert window.page.mapTo(window, window.page.rect().topRight()).x() < window.meter.mapTo(window, QPoint()).x()


@pytest.mark.parametrize("page", ["models", "settings"])
def test_pages_need_no_sideways_scrolling_in_the_narrowest_window(opening: Callable[[], Opened], page: str) -> None:
    one = opening()
    one.window.resize(480, 700)
    one.window.show_page(page)
    one.idle()
    shown = one.window.pages.currentWidget()
    assert shown is not None
    bars = [area.horizontalScrollBar() for area in shown.findChildren(QScrollArea)]
    assert bars
    one.until(lambda: all(bar.maximum() == 0 for bar in bars))


def test_without_a_model_the_window_says_so_and_offers_to_add_one(opening: Callable[[], Opened]) -> None:
    one = opening()
    one.window.engine.model_changed.emit(None)
    assert "no model" in one.window.page.banner.text()
    assert "Add a GGUF file…" in [button.text() for button in one.window.page.banner.findChildren(QAbstractButton)]


def test_a_gguf_file_dropped_on_the_composer_goes_to_the_models(opening: Callable[[], Opened], tmp_path: Path) -> None:
    one = opening()
    copied = tmp_path / "Another model.gguf"
    copied.write_bytes(starter_model_path().read_bytes())
    one.window.page.composer.files_dropped.emit([copied])
    one.idle()
    assert str(copied) in [str(info.path) for info in one.services.models.list()]
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(copied.read_bytes()[:1000])
    one.window.page.composer.files_dropped.emit([damaged])
    one.until(lambda: not one.window.page.banner.isHidden())
    assert "damaged.gguf" in one.window.page.banner.text()
    assert not one.window.page.composer.content().attachments


def test_a_text_file_is_attached_and_a_damaged_one_told_about(opening: Callable[[], Opened], tmp_path: Path) -> None:
    one = opening()
    good, bad = tmp_path / "notes.txt", tmp_path / "not.txt"
    good.write_text("Some notes about the meeting.")
    bad.write_bytes(bytes(range(256)) * 40)
    one.window.attaching.take([good])
    one.idle()
    assert [attachment.name for attachment in one.window.page.composer.content().attachments] == ["notes.txt"]
    one.window.attaching.take([bad])
    one.until(lambda: not one.window.page.banner.isHidden())
    assert one.window.page.banner.text()
