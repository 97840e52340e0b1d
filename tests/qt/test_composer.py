"""The composer: what is typed, what goes along, what it will cost, and when it may be sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.services.draft import AskPlan
from pennyweight.services.recipes import RecipeBook
from pennyweight.ui.composer.attachment_chips import AttachmentChip
from pennyweight.ui.composer.composer import Composer, Content
from pennyweight.ui.composer.editor import HUGE_PASTE, MAX_PX, MIN_PX
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Chip

FILE = Attachment(name="notes.txt", text="some words here", size_bytes=15, sha256="1")


def plan(*, problem: str = "", parts: str = "", left_out: str = "") -> AskPlan:
    return AskPlan(
        input_tokens=6640,
        resent_tokens=6000,
        expected_output=160,
        seconds=8.0,
        local_nano=7_000,
        local_low=3_500,
        local_high=14_000,
        equivalent_nano=14_000_000,
        equivalent_low=12_000_000,
        equivalent_high=17_000_000,
        reference_name="GPT-5",
        problem=problem,
        parts_sentence=parts,
        left_out_sentence=left_out,
        basis="measured",
        counted=True,
    )


@pytest.fixture
def composer(qtbot: QtBot, theme: Theme) -> Composer:
    composer = Composer(theme, tuple(RecipeBook()))
    qtbot.addWidget(composer)
    composer.resize(640, 140)
    composer.show()
    return composer


def test_enter_sends_and_shift_enter_breaks_the_line(qtbot: QtBot, composer: Composer) -> None:
    QTest.keyClicks(composer.editor, "Hello")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.editor, "you")
    with qtbot.waitSignal(composer.submitted):
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert composer.content() == Content("Hello\nyou", Task.ASK)


def test_nothing_empty_is_sent(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.assertNotEmitted(composer.submitted):
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert not composer.send_button.isEnabled()
    composer.add_attachment(FILE)
    assert composer.send_button.isEnabled()


def test_each_task_has_its_placeholder(composer: Composer) -> None:
    composer.choose_task(Task.DRAFT)
    assert composer.content().task is Task.DRAFT
    assert "bullet" in composer.editor.placeholderText()


def test_the_estimate_reads_like_a_sentence(composer: Composer) -> None:
    composer.editor.setPlainText("Hello")
    composer.show_plan(plan())
    assert composer.estimate.text() == "next: 6,640 in + about 160 out · here ≈ 0.0007¢ · 8 s · GPT-5 ≈ 1.4¢"


def test_a_plan_says_what_is_left_out_and_what_goes_in_parts(composer: Composer) -> None:
    composer.editor.setPlainText("Hello")
    composer.show_plan(plan(parts="Goes in 7 parts.", left_out="The 2 oldest messages are not sent."))
    assert composer.notice_text() == "Goes in 7 parts. The 2 oldest messages are not sent."


def test_what_cannot_be_sent_is_not_sent_until_it_changes(qtbot: QtBot, composer: Composer) -> None:
    composer.editor.setPlainText("Hello")
    composer.show_plan(plan(problem="This is too long for the model."))
    assert composer.notice_text() == "This is too long for the model."
    with qtbot.assertNotEmitted(composer.submitted):
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    QTest.keyClicks(composer.editor, "!")
    assert composer.send_button.isEnabled()


def test_what_another_task_could_take_is_one_click_away(qtbot: QtBot, composer: Composer) -> None:
    composer.editor.setPlainText("A whole book")
    composer.show_plan(replace(plan(problem="This is too long for the model."), instead=Task.SUMMARIZE))
    assert composer.instead.text() == "Summarize it instead"
    with qtbot.waitSignal(composer.edited):
        composer.instead.click()
    assert composer.content() == Content("A whole book", Task.SUMMARIZE)
    composer.show_plan(plan(parts="Goes in 7 parts."))
    assert composer.instead.isHidden()


def test_while_an_answer_streams_the_button_stops_it(qtbot: QtBot, composer: Composer) -> None:
    composer.set_streaming(True)
    with qtbot.waitSignal(composer.stop):
        composer.send_button.click()
    composer.set_streaming(False)
    assert composer.send_button.text().startswith("Send")


def test_enter_presses_the_button_that_has_the_keyboard(qtbot: QtBot, composer: Composer) -> None:
    composer.editor.setPlainText("hello")
    with qtbot.waitSignal(composer.submitted):
        QTest.keyClick(composer.send_button, Qt.Key.Key_Return)
    chip = next(each for each in composer.tasks.findChildren(Chip) if not each.isChecked())
    QTest.keyClick(chip, Qt.Key.Key_Enter)
    assert chip.isChecked()


def test_the_box_grows_with_the_text_up_to_a_limit(qtbot: QtBot, composer: Composer) -> None:
    assert composer.editor.height() == MIN_PX
    composer.editor.setPlainText("line\n" * 6)
    assert MIN_PX < composer.editor.height() < MAX_PX
    composer.editor.setPlainText("line\n" * 200)
    assert composer.editor.height() == MAX_PX


def test_dropped_files_and_huge_pastes_are_handed_on(qtbot: QtBot, composer: Composer, tmp_path: Path) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.txt"))])
    with qtbot.waitSignal(composer.files_dropped) as dropped:
        composer.editor.insertFromMimeData(files)
    assert dropped.args == [[tmp_path / "a.txt"]]
    huge = QMimeData()
    huge.setText("x " * HUGE_PASTE)
    with qtbot.waitSignal(composer.huge_paste):
        composer.editor.insertFromMimeData(huge)
    assert composer.content().text == ""


def test_pasted_markup_stays_text(composer: Composer) -> None:
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("<b>bold</b>")
    composer.editor.insertFromMimeData(rich)
    assert composer.content().text == "<b>bold</b>"


def test_an_attachment_can_be_taken_off_or_put_into_the_box(qtbot: QtBot, composer: Composer) -> None:
    composer.add_attachment(FILE)
    composer.add_attachment(FILE)
    assert composer.content().attachments == (FILE,)
    composer.unpack(FILE)
    assert composer.content() == Content("some words here", Task.ASK)


def test_the_files_of_an_edited_message_are_shown_and_stay(qtbot: QtBot, composer: Composer) -> None:
    composer.set_editing(True)
    composer.set_content(Content("", Task.SUMMARIZE, (FILE,)))
    (chip,) = composer.chips.findChildren(AttachmentChip)
    assert chip.isVisible()
    assert chip.button.isHidden()
    assert composer.send_button.isEnabled()
    composer.set_editing(False)
    assert not chip.button.isHidden()


def test_a_restored_draft_is_not_reported_as_typed(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.assertNotEmitted(composer.edited):
        composer.set_content(Content("Draft", Task.SUMMARIZE, (FILE,)))
    assert composer.content() == Content("Draft", Task.SUMMARIZE, (FILE,))
