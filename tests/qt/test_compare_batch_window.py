"""A file of prompts through the window: the price before, the yes, progress, stop, choices by key, the table as CSV."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from tests.support.cloud_window import MAIL, MODEL, Opened, anthropic

from pennyweight.domain.comparison import Choice
from pennyweight.domain.resources import starter_model_path
from pennyweight.services.comparison import Target
from pennyweight.services.egress import EgressState
from pennyweight.ui.compare.history_dialog import HistoryDialog
from pennyweight.ui.compare.setup_panel import Contender
from pennyweight.ui.widgets.rows import SUBTITLE

pytestmark = [
    pytest.mark.skipif(not starter_model_path().is_file(), reason="the starter model is not here"),
    pytest.mark.timeout(300),
]


def prepared(one: Opened, file: Path, *prompts: str, blind: bool = False) -> None:
    """The file is chosen, a cloud model beside the local one, and the price is there."""
    file.write_text("\n".join(prompts), "utf-8")
    one.window.show_page("compare")
    one.idle()
    setup = one.window.pages.compare_page.setup
    setup.add_contender(Contender(Target("anthropic", MODEL), "Anthropic", "Claude"))
    setup.blind.setChecked(blind)
    one.window.pages.compare.batch.load(file)
    one.until(setup.go.isEnabled)


def test_a_batch_is_priced_confirmed_run_chosen_from_by_key_and_exported(one: Opened, tmp_path: Path) -> None:
    one.services.budgets.set("", 10_000_000_000)
    one.give_key()
    prepared(one, tmp_path / "prompts.txt", "What is Pennyweight?", f"Write to {MAIL}")
    page, batch = one.window.pages.compare_page, one.window.pages.compare.batch
    setup, card, sheet = page.setup, page.batch, batch.sheet
    assert (setup.go.text(), setup.editor.isHidden()) == ("Compare all 2", True)
    assert setup.note.text().startswith("2 prompts to 2 models: about ")
    assert "$10.00 left of the budget" in setup.note.text()
    setup.go.click()
    assert sheet.isVisible()
    assert sheet.heading.text() == "Send 2 prompts to Anthropic?"
    assert list(sheet.found.chips) == [MAIL]
    assert one.server.asked == []
    one.server.say(anthropic("A meter ", "for answers."))
    one.server.say(anthropic("Dear ⟨email-1⟩"))
    one.until(sheet.isActiveWindow)
    QTest.keyClick(sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    one.until(lambda: card.status.text() == "Done: 2 of 2")
    one.idle()
    rows = card.rows()
    assert rows[0][0] == "What is Pennyweight? | 1 of 2"
    assert rows[0][2].startswith("A meter for answers. | 89 out · ")
    assert rows[1][2].startswith(f"Dear {MAIL} | ")
    assert rows[1][3] == "not chosen yet | "
    assert all(MAIL.encode() not in request.body for request in one.server.asked)
    QTest.keyClick(card.table, Qt.Key.Key_2)
    one.until(lambda: card.rows()[0][3] == "Right is better | Claude Sonnet 4.5")
    assert card.table.currentRow() == 1
    QTest.keyClick(card.table, Qt.Key.Key_Return)
    one.until(lambda: page.comparison is not None)
    QTest.keyClick(page, Qt.Key.Key_Up)
    one.until(lambda: page.comparison is not None and page.comparison.choice is Choice.BOTH)
    page.table_button.click()
    assert card.rows()[1][3].startswith("Both will do | ")
    batch.export(tmp_path / "answers.csv")
    one.idle()
    with (tmp_path / "answers.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["choice"] for row in found] == ["right", "both"]
    assert [row["answer_2"] for row in found] == ["A meter for answers.", f"Dear {MAIL}"]


def test_an_earlier_batch_is_opened_from_the_history_as_a_table(one: Opened, tmp_path: Path) -> None:
    one.give_key()
    prepared(one, tmp_path / "prompts.txt", "One?", "Two?")
    page, batch = one.window.pages.compare_page, one.window.pages.compare.batch
    for words in ("First.", "Second."):
        one.server.say(anthropic(words))
    page.setup.go.click()
    batch.sheet.send_button.click()
    one.until(lambda: page.batch.status.text() == "Done: 2 of 2")
    one.idle()
    (line,) = one.services.compare.history()
    rows = page.batch.rows()
    page.batch.begin("another batch", ["Something else"], ["Starter", "Claude"], blind=False)
    page.new_button.click()
    QTest.mouseClick(page.history_button, Qt.MouseButton.LeftButton)
    one.until(lambda: bool(one.window.findChildren(HistoryDialog)))
    (dialog,) = one.window.findChildren(HistoryDialog)
    assert dialog.list.item(0).text() == "2 prompts: One?"
    assert dialog.list.item(0).data(SUBTITLE).endswith("0 of 2 chosen")
    dialog.list.itemActivated.emit(dialog.list.item(0))
    one.until(lambda: page.batch.rows() == rows)
    assert not page.batch.isHidden()
    assert page.batch.batch_id == line.first.batch
    assert page.batch.status.text() == "2 prompts"
    page.batch.table.setCurrentCell(1, 0)
    QTest.keyClick(page.batch.table, Qt.Key.Key_N)
    one.until(lambda: page.batch.rows()[1][3].startswith("Neither"))
    batch.export(tmp_path / "again.csv")
    one.idle()
    assert len((tmp_path / "again.csv").read_text("utf-8").splitlines()) == 3
    assert one.services.compare.history()[0].chosen == 1


def test_stopping_keeps_what_is_done_and_says_what_was_not_asked(one: Opened, tmp_path: Path) -> None:
    one.give_key()
    prepared(one, tmp_path / "prompts.txt", "One?", "Two?", "Three?")
    card, batch = one.window.pages.compare_page.batch, one.window.pages.compare.batch
    one.server.say(anthropic("First."))
    whole, hold = anthropic("Second ", "and more."), threading.Event()
    one.server.say(whole[:-200], lambda: hold.wait(60), whole[-200:])
    one.window.pages.compare_page.setup.go.click()
    batch.sheet.send_button.click()
    one.until(lambda: len(one.server.asked) == 2)
    card.stop.click()
    hold.set()
    one.until(lambda: not batch.running)
    one.idle()
    rows = card.rows()
    assert card.status.text().startswith("Stopped: ")
    assert rows[0][2].startswith("First. | ")
    assert rows[2][1:3] == ["not asked | ", "not asked | "]
    assert len(one.server.asked) == 2
    (line,) = one.services.compare.history()
    assert (line.prompts, line.chosen) == (2, 0)


def test_offline_a_batch_with_a_cloud_side_sends_nothing(one: Opened, tmp_path: Path) -> None:
    one.give_key()
    one.services.keys.set_address("anthropic", "https://cloud.invalid")
    one.services.egress.go_offline()
    prepared(one, tmp_path / "prompts.txt", "One?", "Two?")
    one.window.pages.compare_page.setup.go.click()
    sheet = one.window.pages.compare.batch.sheet
    assert not sheet.send_button.isEnabled()
    assert "offline" in sheet.warning.text()
    sheet.send()
    sheet.exit.click()
    one.until(lambda: sheet.send_button.isEnabled())
    assert one.services.egress.state() is EgressState.ASK
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    one.idle()
    assert one.services.compare.history() == []


def test_a_budget_that_runs_out_ends_a_batch_and_keeps_what_is_done(one: Opened, tmp_path: Path) -> None:
    one.give_key()
    one.services.budgets.set("", 10_000_000)
    prepared(one, tmp_path / "prompts.txt", *(f"Question {number}?" for number in range(1, 7)))
    page, batch = one.window.pages.compare_page, one.window.pages.compare.batch
    assert "may run out before the last prompt" in page.setup.note.text()
    page.setup.go.click()
    assert "the batch stops there" in batch.sheet.facts.text()
    for _ in range(6):
        one.server.say(anthropic("Enough."))
    batch.sheet.send_button.click()
    one.until(lambda: page.batch.status.text().startswith("Ended early"))
    one.idle()
    assert 0 < len(one.server.asked) < 6
    assert sum(line.prompts for line in one.services.compare.history()) == len(one.server.asked)
    assert "budget" in page.banner.text().lower()


def test_a_blind_batch_hides_names_and_figures_until_each_choice(one: Opened, tmp_path: Path) -> None:
    one.give_key()
    prepared(one, tmp_path / "prompts.txt", "One?", "Two?", blind=True)
    card, batch = one.window.pages.compare_page.batch, one.window.pages.compare.batch
    for _ in range(2):
        one.server.say(anthropic("Said."))
    one.window.pages.compare_page.setup.go.click()
    batch.sheet.send_button.click()
    one.until(lambda: card.status.text() == "Done: 2 of 2")
    one.idle()
    heads = [card.table.horizontalHeaderItem(column) for column in range(4)]
    assert [head.text() for head in heads if head is not None] == ["Prompt", "Answer A", "Answer B", "Your choice"]
    assert all(cell.endswith(" | ") for row in card.rows() for cell in row[1:3])
    QTest.keyClick(card.table, Qt.Key.Key_N)
    one.until(lambda: card.rows()[0][3].startswith("Neither"))
    assert any("Claude" in cell for cell in card.rows()[0][1:3])
    assert all(cell.endswith(" | ") for cell in card.rows()[1][1:3])


def test_a_file_that_cannot_be_read_is_one_sentence(one: Opened, tmp_path: Path) -> None:
    one.window.show_page("compare")
    one.idle()
    (tmp_path / "empty.txt").write_text("\n\n")
    one.window.pages.compare.batch.load(tmp_path / "empty.txt")
    one.until(lambda: "no prompt in empty.txt" in one.window.pages.compare_page.banner.text())
    assert one.window.pages.compare_page.setup.prompts == ()
    one.idle()


def test_the_chosen_answer_is_edited_in_place_and_exported_beside_the_models_own(one: Opened, tmp_path: Path) -> None:
    one.give_key()
    one.window.show_page("compare")
    one.idle()
    page = one.window.pages.compare_page
    page.setup.add_contender(Contender(Target("anthropic", MODEL), "Anthropic", "Claude"))
    page.setup.editor.setPlainText("What is Pennyweight?")
    page.setup.go.click()
    one.until(one.window.pages.compare.sheet.send_button.isEnabled)
    one.server.say(anthropic("A meter."))
    one.window.pages.compare.sheet.send_button.click()
    one.until(lambda: page.comparison is not None and not page.running)
    right = page.cards[1]
    assert right.edit.isHidden()
    QTest.keyClick(page, Qt.Key.Key_Right)
    one.until(lambda: not right.edit.isHidden())
    assert page.cards[0].edit.isHidden()
    right.edit.click()
    assert right.words.box.toPlainText() == "A meter."
    right.words.box.setPlainText("A meter for answers.")
    QTest.keyClick(right.words.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    one.until(lambda: right.text.text() == "A meter for answers.")
    assert not right.yours.isHidden()
    right.edit.click()
    right.words.box.setPlainText("Not this.")
    QTest.keyClick(right.words.box, Qt.Key.Key_Escape)
    assert right.text.text() == "A meter for answers."
    assert one.messages == []
    one.window.pages.compare.export(tmp_path / "preferences.jsonl")
    one.idle()
    row = json.loads((tmp_path / "preferences.jsonl").read_text("utf-8"))
    assert (row["chosen"], row["edited"]) == ("A meter.", "A meter for answers.")


def test_where_none_will_do_either_answer_can_be_edited_and_is_chosen_over_both(one: Opened, tmp_path: Path) -> None:
    one.give_key()
    one.window.show_page("compare")
    one.idle()
    page = one.window.pages.compare_page
    page.setup.add_contender(Contender(Target("anthropic", MODEL), "Anthropic", "Claude"))
    page.setup.editor.setPlainText("What is Pennyweight?")
    page.setup.go.click()
    one.until(one.window.pages.compare.sheet.send_button.isEnabled)
    one.server.say(anthropic("A meter of clouds."))
    one.window.pages.compare.sheet.send_button.click()
    one.until(lambda: page.comparison is not None and not page.running)
    left, right = page.cards
    QTest.keyClick(page, Qt.Key.Key_Down)
    one.until(lambda: not right.edit.isHidden())
    assert not left.edit.isHidden()
    right.edit.click()
    right.words.box.setPlainText("A meter of answers.")
    QTest.keyClick(right.words.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    one.until(lambda: right.text.text() == "A meter of answers.")
    assert not right.yours.isHidden()
    assert left.edit.isHidden(), "there is one wording, and it is on the right"
    one.window.pages.compare.export(tmp_path / "preferences.jsonl")
    one.idle()
    rows = [json.loads(line) for line in (tmp_path / "preferences.jsonl").read_text("utf-8").splitlines()]
    assert {(row["chosen"], row["chosen_model"]) for row in rows} == {("A meter of answers.", "person")}
    assert len(rows) == 2
    right.edit.click()
    right.words.box.setPlainText("A meter of clouds.")
    QTest.keyClick(right.words.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    one.until(lambda: not left.edit.isHidden())
