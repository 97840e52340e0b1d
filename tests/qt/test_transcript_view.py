"""The transcript keeps a bounded number of widgets, its place while it grows, and follows an answer at the bottom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from tests.support.chats import live, long_chat, message, meter_line

from pennyweight.domain.conversation import MessageState, Task
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.answer import AnswerView
from pennyweight.ui.transcript.bubble import UserBubble
from pennyweight.ui.transcript.column import MAX_WIDGETS
from pennyweight.ui.transcript.entry import Entry
from pennyweight.ui.transcript.status import StatusLines
from pennyweight.ui.transcript.view import TranscriptView
from pennyweight.ui.widgets import CopyButton


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    view = TranscriptView(theme)
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    return view


def _entries(turns: int) -> list[Entry]:
    return [Entry(shown) for shown in long_chat(turns)]


def test_a_long_chat_has_few_widgets_and_opens_at_its_end(qtbot: QtBot, view: TranscriptView) -> None:
    view.show_entries(_entries(300), has_earlier=False)
    qtbot.wait(50)
    assert 0 < len(view.column.widgets) <= MAX_WIDGETS
    assert view.at_newest()
    assert view.column.end == 600


def test_scrolling_up_reaches_the_first_message_with_a_bounded_window(qtbot: QtBot, view: TranscriptView) -> None:
    view.show_entries(_entries(150), has_earlier=False)
    qtbot.wait(50)
    for _ in range(200):
        view.verticalScrollBar().setValue(max(0, view.verticalScrollBar().value() - 400))
        qtbot.wait(1)
        assert len(view.column.widgets) <= MAX_WIDGETS
        if view.column.first == 0 and view.verticalScrollBar().value() == 0:
            break
    assert view.column.first == 0
    assert view.column.entries[0].message.text == "Question 0"
    view.jump_to_newest()
    qtbot.wait(30)
    assert view.column.end == 300
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_what_is_seen_stays_where_it_is_when_older_messages_come(qtbot: QtBot, view: TranscriptView) -> None:
    entries = _entries(60)
    view.show_entries(entries[80:], has_earlier=True)
    qtbot.wait(50)
    asked: list[str] = []
    view.need_earlier.connect(asked.append)
    while not asked:
        view.verticalScrollBar().setValue(max(120, view.verticalScrollBar().value() - 300))
        qtbot.wait(1)
    assert asked == [entries[80].message.id]
    anchor = view._anchor()
    assert anchor is not None
    before = anchor.mapTo(view, anchor.rect().topLeft()).y()
    view.add_earlier(entries[:80], has_earlier=False)
    qtbot.waitUntil(lambda: view.column.first < 80)
    qtbot.wait(20)
    assert abs(anchor.mapTo(view, anchor.rect().topLeft()).y() - before) <= 1


def test_an_answer_streams_counts_and_ends_with_its_line(qtbot: QtBot, view: TranscriptView) -> None:
    view.add_message(message(0, "user", "Hello"))
    view.add_message(message(1, "assistant", state=MessageState.STREAMING))
    answer = view.answer("m1")
    assert answer is not None
    view.show_status("Reading the prompt")
    assert answer.status.text() == "Reading the prompt"
    view.append_text("m1", "Hello **there**", "")
    view.show_live(live("m1"))
    assert answer.status.isHidden()
    assert answer.footer.parts.text() == (
        "0.0006¢ and counting · would be 1.3¢ · 6,588 in (6,560 reused) · 37 out · 22.0 tok/s"
    )
    assert not answer.footer.stop_button.isHidden()
    view.update_message(message(1, "assistant", "Hello **there**."), meter_line("m1"))
    assert answer.footer.parts.text() == (
        "Local 0.002¢ · GPT-5 would be 1.4¢ · 6,412 in (6,100 reused) · 148 out · 21.4 tok/s"
    )
    assert answer.footer.stop_button.isHidden()
    answer.footer.copy_button.click()
    assert QGuiApplication.clipboard().text() == "Hello **there**."


def _settle(qtbot: QtBot, view: TranscriptView) -> None:
    """Until the layout has come to rest: ten looks in a row see the same height."""
    seen: list[int] = []

    def steady() -> bool:
        seen.append(view.verticalScrollBar().maximum())
        return len(seen) >= 10 and len(set(seen[-10:])) == 1

    qtbot.waitUntil(steady)


def test_the_view_follows_a_growing_answer_only_from_the_bottom(qtbot: QtBot, view: TranscriptView) -> None:
    view.show_entries(_entries(30), has_earlier=False)
    view.add_message(message(60, "user", "More"))
    view.add_message(message(61, "assistant", state=MessageState.STREAMING))
    for _ in range(30):
        view.append_text("m61", "A line of text.\n\n", "")
    _settle(qtbot, view)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() - 600)
    place = bar.value()
    for _ in range(30):
        view.append_text("m61", "A line of text.\n\n", "")
    _settle(qtbot, view)
    assert bar.value() == place
    assert not view._jump.isHidden()


def test_reasoning_is_folded_and_counted(qtbot: QtBot, view: TranscriptView) -> None:
    view.add_message(message(1, "assistant", state=MessageState.STREAMING))
    view.append_text("m1", "", "Let me see.")
    answer = view.answer("m1")
    assert answer is not None
    assert answer.reasoning.title().startswith("▸ Thinking")
    view.append_text("m1", "Done.", "")
    view.update_message(message(1, "assistant", "Done.", reasoning="Let me see."), meter_line("m1", reasoning=120))
    assert answer.reasoning.title() == "▸ Thought for 120 tokens"


@pytest.mark.parametrize("state", [MessageState.STOPPED, MessageState.INTERRUPTED, MessageState.FAILED])
def test_an_answer_that_did_not_end_well_says_so(view: TranscriptView, state: MessageState) -> None:
    view.show_entries([Entry(message(1, "assistant", "Half an", state=state))], has_earlier=False)
    answer = view.answer("m1")
    assert answer is not None
    assert answer.ending.text()
    assert not answer.ending.isHidden()
    view.update_message(message(1, "assistant", "Half", state=state, note="Memory ran out."), None)
    assert answer.ending.text() == "Memory ran out."


def test_branches_can_be_stepped_through(qtbot: QtBot, view: TranscriptView) -> None:
    view.show_entries([Entry(message(1, "assistant", "One"), branch=(2, 3))], has_earlier=False)
    answer = view.answer("m1")
    assert isinstance(answer, AnswerView)
    assert answer.footer.branches.text() == "2/3"
    with qtbot.waitSignal(view.step) as stepped:
        answer.footer.branches._previous.click()
    assert stepped.args == ["m1", -1]


def test_an_answer_out_of_the_window_is_whole_when_it_comes_back(qtbot: QtBot, view: TranscriptView) -> None:
    view.show_entries(_entries(60), has_earlier=False)
    view.add_message(message(120, "user", "More"))
    view.add_message(message(121, "assistant", state=MessageState.STREAMING))
    view.append_text("m121", "First. ", "")
    view.show_message("m3")
    qtbot.wait(30)
    assert view.answer("m121") is None
    view.append_text("m121", "Second. ", "")
    view.jump_to_newest()
    view.append_text("m121", "Third.", "")
    answer = view.answer("m121")
    assert answer is not None
    assert answer.body.text() == "First. Second. Third."


def test_a_long_question_is_folded_and_markup_in_it_stays_text(qtbot: QtBot, theme: Theme) -> None:
    bubble = UserBubble(theme, message(0, "user", "<b>word</b> " * 900, task=Task.REWRITE))
    qtbot.addWidget(bubble)
    bubble.resize(600, 400)
    bubble.show()
    folded = bubble.heightForWidth(600)
    assert bubble.text().startswith("<b>word</b>")
    bubble._toggle()
    assert bubble.heightForWidth(600) > folded * 3


def test_before_the_first_reading_nothing_is_said_to_cost_nothing(qtbot: QtBot, view: TranscriptView) -> None:
    view.add_message(message(0, "user", "Hello"))
    view.add_message(message(1, "assistant", state=MessageState.STREAMING))
    answer = view.answer("m1")
    assert answer is not None
    assert answer.status.text() == "Starting…"
    view.show_live(replace(live("m1"), local_nano=0))
    assert "counting…" in answer.footer.parts.text()
    assert "$0.00" not in answer.footer.parts.text()


def test_an_answer_stopped_before_its_first_word_says_so_and_has_nothing_to_copy(view: TranscriptView) -> None:
    view.add_message(message(0, "user", "Hello"))
    view.add_message(message(1, "assistant", state=MessageState.STOPPED))
    answer = view.answer("m1")
    assert answer is not None
    assert answer.ending.text() == "Stopped before anything was written."
    assert answer.footer.copy_button.isHidden()


def test_a_long_summary_shows_how_far_it_is_and_its_newest_part(qtbot: QtBot) -> None:
    lines = StatusLines()
    qtbot.addWidget(lines)
    lines.tell("Summarizing part 3 of 7", 0.25, "Boats were\n\ncounted. " + "word " * 200)
    assert (lines.bar.isHidden(), lines.bar.value()) == (False, 250)
    assert lines.meanwhile.text().startswith("Boats were counted. word")
    assert lines.meanwhile.text().endswith("…")
    lines.tell("Starting…")
    assert (lines.text(), lines.bar.isHidden(), lines.meanwhile.isHidden()) == ("Starting…", True, True)


@pytest.mark.usefixtures("theme")
def test_copy_says_that_it_was_done_and_moves_nothing(qtbot: QtBot) -> None:
    button = CopyButton(name="Copy this answer")
    qtbot.addWidget(button)
    button.show()
    width = button.sizeHint().width()
    button.click()
    assert (button.text(), button.sizeHint().width()) == ("Copied", width)
    qtbot.waitUntil(lambda: button.text() == "Copy")
