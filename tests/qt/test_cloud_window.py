"""Asking the cloud and comparing, over the whole window, real services and a real HTTP server on loopback."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from tests.support.cloud_window import KEY, MAIL, MODEL, Opened, anthropic
from tests.support.window_tries_the_cloud import FAR

from pennyweight.domain.comparison import Choice
from pennyweight.domain.conversation import MessageState
from pennyweight.domain.resources import starter_model_path
from pennyweight.meter.budget import stream_cost
from pennyweight.services.comparison import Target
from pennyweight.services.egress import EgressState
from pennyweight.services.escalation import History
from pennyweight.ui.cloud.lock_pill import LockPill
from pennyweight.ui.compare.setup_panel import Contender
from pennyweight.ui.widgets.confirm import ConfirmDialog

pytestmark = [
    pytest.mark.skipif(not starter_model_path().is_file(), reason="the starter model is not here"),
    pytest.mark.timeout(300),
]


def test_without_a_key_the_sheet_leads_to_the_settings_and_sends_nothing(one: Opened) -> None:
    one.ask_here("What is Pennyweight?")
    one.window.page.top.cloud.click()
    one.idle()
    assert one.sheet.isVisible()
    assert not one.sheet.send_button.isEnabled()
    assert "key" in one.sheet.warning.text()
    one.sheet.exit.click()
    one.idle()
    assert one.window.pages.currentWidget() is one.window.pages.settings_page
    assert one.server.asked == []


def test_an_answer_from_the_cloud_comes_after_the_yes_with_its_bill(one: Opened) -> None:
    one.ask_here("What is Pennyweight?")
    one.give_key()
    one.open_sheet()
    assert one.sheet.heading.text() == "Send this to Anthropic?"
    assert one.server.asked == []
    one.server.say(anthropic("A meter ", "for answers."))
    QTest.keyClick(one.sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    one.until(lambda: len(one.server.asked) == 1)
    one.idle()
    answer = one.messages[-1]
    assert (answer.text, answer.source, answer.state) == ("A meter for answers.", "anthropic", MessageState.COMPLETE)
    shown = one.window.page.transcript.answer(answer.id)
    assert shown is not None
    assert " billed" in shown.footer.parts.text()
    assert "452 in · 89 out" in shown.footer.parts.text()
    assert "Cloud spend" in one.window.meter.budget.text()
    assert one.window.page.composer.content().empty


def test_escape_sends_nothing_and_keeps_the_draft(one: Opened) -> None:
    one.give_key()
    one.window.page.composer.editor.setPlainText("A private thought")
    one.window.page.composer.cloud_button.click()
    one.until(lambda: one.sheet.send_button.isEnabled())
    QTest.keyClick(one.sheet, Qt.Key.Key_Escape)
    one.idle()
    assert not one.sheet.isVisible()
    assert one.server.asked == []
    assert one.window.page.composer.content().text == "A private thought"


def test_a_draft_goes_with_placeholders_and_comes_back_with_the_values(one: Opened) -> None:
    one.give_key()
    one.window.page.composer.editor.setPlainText(f"Write to {MAIL}")
    one.open_sheet()
    assert list(one.sheet.found.chips) == [MAIL]
    one.sheet.show_bytes.click()
    assert MAIL not in one.sheet.bytes.toPlainText()
    one.server.say(anthropic("Dear ⟨ema", "il-1⟩, hello."))
    one.sheet.send_button.click()
    one.until(lambda: len(one.server.asked) == 1)
    one.idle()
    assert MAIL.encode() not in one.server.asked[0].body
    assert one.messages[-1].text == f"Dear {MAIL}, hello."


def test_a_switched_off_chip_sends_the_value_as_it_is(one: Opened) -> None:
    one.give_key()
    one.window.page.composer.editor.setPlainText(f"Write to {MAIL}")
    one.open_sheet()
    one.sheet.found.chips[MAIL].click()
    assert not one.sheet.send_button.isEnabled()
    one.until(lambda: one.sheet.send_button.isEnabled())
    assert "sent as it is" in one.sheet.found.chips[MAIL].text()
    assert MAIL in one.sheet.bytes.toPlainText()


def test_history_choices_have_prices_and_change_what_goes(one: Opened) -> None:
    one.ask_here("First question about the tide")
    one.ask_here("And the second")
    one.give_key()
    one.open_sheet()
    assert "tide" not in one.sheet.bytes.toPlainText()
    one.sheet.history.radios[History.ALL].click()
    one.until(lambda: "tide" in one.sheet.bytes.toPlainText())
    one.sheet.history.radios[History.CHOSEN].click()
    one.until(lambda: "tide" not in one.sheet.bytes.toPlainText())
    next(iter(one.sheet.history.boxes.values())).click()
    one.until(lambda: "tide" in one.sheet.bytes.toPlainText())
    one.idle()


def test_a_spent_budget_stops_before_sending(one: Opened) -> None:
    one.ask_here("What is Pennyweight?")
    one.give_key()
    one.services.budgets.set("", 0)
    one.window.ask_cloud()
    one.until(lambda: bool(one.sheet.previews))
    one.idle()
    assert not one.sheet.send_button.isEnabled()
    assert "used up" in one.sheet.warning.text()
    assert "stops there" not in one.sheet.facts.text(), "it does not even begin"
    one.sheet.send()
    one.idle()
    assert one.server.asked == []
    one.sheet.exit.click()
    one.idle()
    assert not one.sheet.isVisible()
    assert one.window.pages.currentWidget() is one.window.pages.settings_page
    assert one.window.pages.settings_page.links["budgets"].isChecked()


def test_a_budget_that_may_not_do_for_the_prompt_shows_the_way_to_itself(one: Opened) -> None:
    one.give_key()
    one.window.page.composer.editor.setPlainText("A long text. " * 2_000)
    one.open_sheet()
    (free,) = one.sheet.previews
    cost = stream_cost(free.provider, free.model, free.most_input_tokens, datetime.now(UTC))
    assert cost is not None
    one.sheet.cancel_button.click()
    one.idle()
    one.services.budgets.set("", cost.nano(0))
    one.window.ask_cloud()
    one.until(lambda: "could cost more" in one.sheet.warning.text())
    one.idle()
    assert not one.sheet.send_button.isEnabled()
    assert one.sheet.exit.text() == "Change the budget…"
    assert "stops there" not in one.sheet.facts.text(), "it does not even begin"


def test_the_lock_is_offline_then_asks_first_and_can_be_put_on_again(one: Opened) -> None:
    lock: LockPill = one.window.page.top.lock
    assert (lock.state, lock.text()) == (EgressState.OFFLINE, "Offline")
    one.ask_here("What is Pennyweight?")
    one.give_key()
    one.until(lambda: lock.state is EgressState.ASK)
    lock.actions_by_state[EgressState.ALLOWED].trigger()
    one.until(lambda: lock.state is EgressState.ALLOWED)
    assert lock.text() == "Allowed for this chat"
    lock.actions_by_state[EgressState.OFFLINE].trigger()
    one.until(lambda: lock.state is EgressState.OFFLINE)
    assert one.services.egress.state() is EgressState.OFFLINE


def test_a_refusal_of_the_provider_is_a_sentence(one: Opened) -> None:
    one.give_key()
    one.window.page.composer.editor.setPlainText("Hello")
    one.open_sheet()
    one.server.fail(401, {"error": {"message": "no"}})
    one.sheet.send_button.click()
    one.until(lambda: len(one.server.asked) == 1)
    one.idle()
    answer = one.messages[-1]
    assert answer.state is MessageState.FAILED
    assert "key" in answer.note.lower()


def on_screen(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", [(1280, 760), (853, 493), (620, 700)])
def test_nothing_of_the_composers_own_send_is_seen_behind_the_sheet(one: Opened, size: tuple[int, int]) -> None:
    one.give_key()
    one.window.resize(*size)
    one.window.page.composer.editor.setPlainText("What is Pennyweight?")
    one.open_sheet()
    one.until(lambda: on_screen(one.sheet).contains(on_screen(one.window.page.composer.send_button)))
    assert on_screen(one.window).contains(on_screen(one.sheet))
    one.sheet.reject()
    one.idle()


def test_the_sheet_of_compare_opens_under_its_button(one: Opened) -> None:
    one.give_key()
    open_compare(one)
    sheet, go = on_screen(one.window.pages.compare.sheet), on_screen(one.window.pages.compare_page.setup.go)
    assert sheet.right() == go.right()
    assert 0 < sheet.top() - go.bottom() < 20
    one.window.pages.compare.sheet.reject()
    one.idle()


def open_compare(one: Opened, *, blind: bool = False) -> None:
    one.window.show_page("compare")
    one.idle()
    page = one.window.pages.compare_page
    page.setup.add_contender(Contender(Target("anthropic", MODEL), "Anthropic", "Claude"))
    page.setup.editor.setPlainText("What is Pennyweight?")
    page.setup.blind.setChecked(blind)
    page.setup.go.click()
    one.until(one.window.pages.compare.sheet.send_button.isEnabled)


def compare(one: Opened, *, blind: bool) -> None:
    open_compare(one, blind=blind)
    page, sheet = one.window.pages.compare_page, one.window.pages.compare.sheet
    assert one.server.asked == []
    one.server.say(anthropic("A meter ", "for answers."))
    sheet.send_button.click()
    one.until(lambda: page.comparison is not None and not page.running)
    one.idle()


def test_two_answers_side_by_side_and_the_arrow_key_chooses(one: Opened) -> None:
    one.give_key()
    compare(one, blind=False)
    page = one.window.pages.compare_page
    left, right = page.cards
    assert (left.who.text(), right.who.text()) == ("On this computer", "Anthropic")
    assert right.badge.text().endswith(" billed")
    assert "452 in · 89 out" in right.figures.text()
    assert right.text.text() == "A meter for answers."
    page.marks.click()
    assert not right.marked.isHidden()
    QTest.keyClick(page, Qt.Key.Key_Right)
    one.until(lambda: page.comparison is not None and page.comparison.choice is Choice.RIGHT)
    one.until(lambda: bool(page.statistics.rows()))
    assert page.statistics.rows()[0][:4] == ["Ask", "1", "0%", "0–79%"]
    assert page.statistics.rows()[0][6] == "not clear yet"
    right.go_on.click()
    one.until(lambda: one.window.pages.currentWidget() is one.window.area)
    one.idle()
    assert [message.text for message in one.messages] == ["What is Pennyweight?", "A meter for answers."]


def test_blind_names_and_figures_stay_hidden_until_the_choice(one: Opened) -> None:
    one.give_key()
    compare(one, blind=True)
    page = one.window.pages.compare_page
    assert [card.who.text() for card in page.cards] == ["Answer A", "Answer B"]
    shown = " ".join(card.model.text() + card.badge.text() + card.figures.text() for card in page.cards)
    assert shown.strip() == ""
    assert page.prompt_extra.text() == ""
    assert not page.blind.isHidden()
    page.choices.note.setText("clearer")
    page.choices.buttons[Choice.BOTH].click()
    one.until(lambda: page.blind.isHidden())
    assert {card.who.text() for card in page.cards} == {"On this computer", "Anthropic"}
    assert page.comparison is not None
    assert page.comparison.note == "clearer"
    one.idle()


def test_a_key_set_in_the_settings_is_in_no_widget_and_can_be_removed(one: Opened) -> None:
    one.window.show_page("settings")
    one.idle()
    keys = one.window.pages.settings_page.keys
    keys.buttons["anthropic", "Set key"].click()
    assert keys.editor is not None
    assert keys.editor.field.echoMode() is keys.editor.field.EchoMode.Password
    keys.editor.field.setText("nonsense")
    keys.editor.keep.click()
    one.idle()
    assert not keys.editor.reason.isHidden()
    keys.editor.field.setText(KEY)
    keys.editor.keep.click()
    assert keys.editor.field.text() == ""
    one.until(lambda: ("anthropic", "Remove") in keys.buttons)
    entry = next(each for each in one.services.keys.list() if each.id == "anthropic")
    assert entry.kept_in == "session"
    keys.remove(entry)
    one.until(lambda: ("anthropic", "Remove") not in keys.buttons)
    one.idle()


def test_the_keyboard_stays_with_the_provider_whose_key_is_set_or_removed(one: Opened) -> None:
    window = one.window
    window.show_page("settings")
    one.idle()
    keys = window.pages.settings_page.keys
    keys.buttons["anthropic", "Set key"].setFocus()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert keys.editor is not None
    assert window.focusWidget() is keys.editor.field
    keys.editor.cancel.setFocus()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.focusWidget() is keys.buttons["anthropic", "Set key"]
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    keys.editor.field.setText(KEY)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    one.until(lambda: ("anthropic", "Remove") in keys.buttons)
    assert window.focusWidget() is keys.buttons["anthropic", "Change"]
    keys.buttons["anthropic", "Remove"].setFocus()
    keys.remove(next(each for each in one.services.keys.list() if each.id == "anthropic"))
    one.until(lambda: ("anthropic", "Remove") not in keys.buttons)
    assert window.focusWidget() is keys.buttons["anthropic", "Set key"]
    one.idle()


def test_a_lower_budget_is_kept_at_once(one: Opened) -> None:
    one.services.budgets.set("", 10_000_000_000)
    one.window.show_page("settings")
    one.idle()
    field = one.window.pages.settings_page.budgets.edits[""]
    assert field.text() == "10"
    field.setText("5")
    field.commit()
    one.idle()
    view = one.services.budgets.get()
    assert view is not None
    assert view.cap_nano == 5_000_000_000


def test_raising_a_budget_asks_first_and_a_no_leaves_it(one: Opened) -> None:
    one.services.budgets.set("", 10_000_000_000)
    one.window.show_page("settings")
    one.idle()
    for answer, cap in ((False, 10_000_000_000), (True, 20_000_000_000)):
        field = one.window.pages.settings_page.budgets.edits[""]
        field.setText("20")
        field.commit()
        dialog = one.window.findChildren(ConfirmDialog)[-1]
        (dialog.yes if answer else dialog.no).click()
        one.idle()
        view = one.services.budgets.get()
        assert view is not None
        assert view.cap_nano == cap
        one.idle()
        assert field.text() == ("20" if answer else "10")


def test_an_allowed_chat_is_sent_without_the_sheet(one: Opened) -> None:
    one.ask_here("What is Pennyweight?")
    one.give_key()
    one.open_sheet()
    QTest.keyClick(one.sheet, Qt.Key.Key_Escape)
    lock = one.window.page.top.lock
    lock.actions_by_state[EgressState.ALLOWED].trigger()
    one.until(lambda: lock.state is EgressState.ALLOWED)
    one.server.say(anthropic("Allowed."))
    one.window.ask_cloud()
    one.until(lambda: len(one.server.asked) == 1)
    one.idle()
    assert not one.sheet.isVisible()
    assert one.messages[-1].text == "Allowed."


def test_a_summary_that_is_being_changed_cannot_be_sent_before_it_is_shown(one: Opened) -> None:
    one.ask_here("First question about the tide")
    one.ask_here("And the second")
    one.give_key()
    one.open_sheet()
    one.sheet.history.radios[History.SUMMARY].click()
    one.idle()
    one.until(lambda: not one.sheet.history.make.text().startswith("Summarizing"))
    one.sheet.history.summary.setPlainText("They spoke of ebb and flow.")
    assert not one.sheet.send_button.isEnabled()
    one.until(lambda: one.sheet.send_button.isEnabled())
    assert "ebb and flow" in one.sheet.bytes.toPlainText()
    one.idle()


def test_the_own_server_is_asked_for_its_address_before_a_key(one: Opened) -> None:
    one.window.show_page("settings")
    one.idle()
    page = one.window.pages.settings_page
    assert ("own-server", "Set key (optional)") not in page.keys.buttons
    page.keys.buttons["own-server", "Set address"].click()
    assert page.links["server"].isChecked()
    assert page.focusWidget() is page.server.field
    page.server.field.setText(f"{one.server.url}/v1")
    page.server.keep.click()
    one.until(lambda: ("own-server", "Set key (optional)") in page.keys.buttons)
    one.idle()


def test_the_exact_bytes_are_shown_whole_in_the_sheets_one_scroll_area(one: Opened) -> None:
    one.give_key()
    one.window.page.composer.editor.setPlainText("A long text. " * 400)
    one.open_sheet()
    one.sheet.show_bytes.click()
    bar = one.sheet._scroll.verticalScrollBar()
    one.until(lambda: bar.maximum() > one.sheet.height())
    assert one.sheet.bytes.verticalScrollBar().maximum() == 0
    assert one.sheet.windowFlags() & Qt.WindowType.FramelessWindowHint
    bar.setValue(0)
    QTest.keyClick(one.sheet, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    one.sheet.reject()
    one.idle()


def test_again_on_a_cloud_answer_asks_the_same_model_through_the_sheet_or_here(one: Opened) -> None:
    one.give_key()
    one.window.page.composer.editor.setPlainText("What is Pennyweight?")
    one.open_sheet()
    one.server.say(anthropic("First."))
    one.sheet.send_button.click()
    one.until(lambda: len(one.server.asked) == 1)
    one.idle()
    one.services.settings.update(cloud_model="")
    one.window.cloud._chosen = None
    shown = one.window.page.transcript.answer(one.messages[-1].id)
    assert shown is not None
    assert shown.footer.again_button.text() == "Again…"
    QTest.keyClick(shown.footer.again_button, Qt.Key.Key_Space)
    menu = shown.footer.again_menu
    assert menu.isVisible()
    assert len(one.server.asked) == 1
    QTest.keyClick(menu, Qt.Key.Key_Return)
    one.until(lambda: one.sheet.send_button.isEnabled())
    assert one.sheet.who.text() == "Claude Sonnet 4.5"
    assert len(one.server.asked) == 1
    one.server.say(anthropic("Second."))
    one.sheet.send_button.click()
    one.until(lambda: len(one.server.asked) == 2)
    one.idle()
    assert [message.text for message in one.messages][1:] == ["Second."]
    QTest.keyClick(one.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    one.until(lambda: one.sheet.send_button.isEnabled())
    QTest.keyClick(one.sheet, Qt.Key.Key_Escape)
    one.idle()
    one.window.activateWindow()
    one.until(one.window.isActiveWindow)
    QTest.keyClick(one.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    one.until(lambda: one.messages[-1].source == "local" and bool(one.messages[-1].text))
    one.idle()
    assert len(one.server.asked) == 2


def test_a_lock_put_on_while_the_sheet_is_open_refuses_and_says_so(one: Opened) -> None:
    one.ask_here("What is Pennyweight?")
    one.give_key()
    one.services.keys.set_address("anthropic", f"http://{FAR}:9")
    one.open_sheet()
    one.services.egress.go_offline()
    one.sheet.send()
    one.idle()
    assert one.window.page.banner.isVisible()
    assert "offline" in one.window.page.banner.text()
    assert len(one.messages) == 2, "nothing was begun"
