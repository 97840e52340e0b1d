"""The first questions, with the real settings service and database."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.meter import reference
from pennyweight.meter.countries import find_country
from pennyweight.services.container import Services
from pennyweight.ui.onboarding.page import OnboardingPage
from pennyweight.ui.theme import Theme


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build_services(tmp_path / "home")
    yield services
    services.close()


@pytest.fixture
def page(qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme) -> OnboardingPage:
    page = OnboardingPage(services.settings, services.meter, runner, theme)
    qtbot.addWidget(page)
    page.resize(1000, 760)
    page.show()
    page.activateWindow()
    page.start()
    qtbot.waitUntil(lambda: not runner.busy)
    return page


def test_each_answer_is_kept(qtbot: QtBot, page: OnboardingPage, services: Services) -> None:
    price = page.electricity.field.price
    price.setText("0.31")
    page.go_on.click()
    page.reference.cheap.click()
    page.go_on.click()
    page.hardware.field.switch.click()
    page.hardware.field.price.setText("2000")
    with qtbot.waitSignal(page.done):
        page.go_on.click()
    kept = services.settings.get()
    assert kept.usd_per_kwh == Decimal("0.31")
    assert kept.reference == reference.suggestions()[0].id
    assert kept.hardware is not None
    assert kept.hardware.price == Decimal(2000)
    assert kept.onboarding_done


def test_skipping_all_changes_nothing_but_is_remembered(qtbot: QtBot, page: OnboardingPage, services: Services) -> None:
    before = services.settings.get()
    page.electricity.field.price.setText("0.99")
    with qtbot.waitSignal(page.done):
        page.skip_all.click()
    after = services.settings.get()
    assert after.onboarding_done
    assert (after.usd_per_kwh, after.reference, after.hardware) == (
        before.usd_per_kwh,
        before.reference,
        before.hardware,
    )


def _held_down(widget: QWidget) -> None:
    """Enter pressed and repeated by the keyboard."""
    for repeated in (False, True, True):
        event = QKeyEvent(
            QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=repeated
        )
        QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("place", ["field", "button"])
def test_enter_held_down_answers_one_question_only(page: OnboardingPage, place: str) -> None:
    _held_down(page.electricity.field.price if place == "field" else page.go_on)
    assert page.stack.currentWidget() is page.reference


def test_one_question_can_be_skipped(qtbot: QtBot, page: OnboardingPage, services: Services) -> None:
    before = services.settings.get()
    page.electricity.field.price.setText("0.99")
    page.skip.click()
    assert page.stack.currentWidget() is page.reference
    page.skip.click()
    with qtbot.waitSignal(page.done):
        page.skip.click()
    assert services.settings.get().usd_per_kwh == before.usd_per_kwh


def test_the_keyboard_alone_is_enough(qtbot: QtBot, page: OnboardingPage, services: Services) -> None:
    qtbot.waitUntil(page.electricity.field.country.hasFocus)
    QTest.keyClick(page.electricity.field.price, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.reference.flagship)
    QTest.keyClick(page.reference.flagship, Qt.Key.Key_Up)
    assert page.reference.reference() == reference.suggestions()[0].id
    QTest.keyClick(page.reference.cheap, Qt.Key.Key_Return)
    qtbot.waitUntil(page.hardware.field.switch.hasFocus)
    with qtbot.waitSignal(page.done):
        QTest.keyClick(page.hardware.field.switch, Qt.Key.Key_Return)
    assert services.settings.get().reference == reference.suggestions()[0].id
    assert services.settings.get().hardware is None


@pytest.mark.parametrize("step", [0, 1, 2])
def test_the_keyboards_place_is_a_ring_and_no_tinted_box_inside_it(
    qtbot: QtBot, page: OnboardingPage, theme: Theme, step: int
) -> None:
    for _ in range(step):
        page.go_on.click()
    control = (page.skip, page.reference.flagship, page.hardware.field.switch)[step]
    control.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(control.hasFocus)

    def picture(came_by_key: bool) -> QImage:
        page.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, came_by_key)
        return control.grab().toImage()

    assert picture(True) == picture(False)


def test_a_number_that_cannot_be_used_holds_the_question(page: OnboardingPage, services: Services) -> None:
    page.electricity.field.price.setText("free")
    page.go_on.click()
    assert page.stack.currentWidget() is page.electricity
    assert page.problem.text() == "Correct the price, or skip this question."


def choose_country(page: OnboardingPage, code: str) -> None:
    box = page.electricity.field.country
    box.setCurrentIndex(box.findData(code))
    box.activated.emit(box.currentIndex())


def test_the_reason_goes_when_the_answer_changes(page: OnboardingPage) -> None:
    price = page.electricity.field.price
    for by_key in (True, False):
        price.setText("1.234,56")
        page.go_on.click()
        assert page.problem.text() == "Correct the price, or skip this question."
        if by_key:
            QTest.keyClick(price, Qt.Key.Key_Backspace)
        else:
            choose_country(page, "DE")
        assert page.problem.text() == ""
    page.go_on.click()
    page.go_on.click()
    page.hardware.field.switch.click()
    page.hardware.field.years.setText("a while")
    page.go_on.click()
    assert page.problem.text()
    page.hardware.field.switch.click()
    assert page.problem.text() == ""


def test_a_price_of_ones_own_outlives_the_choice_of_a_country(page: OnboardingPage, services: Services) -> None:
    field, germany = page.electricity.field, find_country("DE")
    assert germany is not None
    choose_country(page, "FR")
    assert field.average.isHidden()
    field.price.selectAll()
    QTest.keyClicks(field.price, "0,31")
    choose_country(page, "DE")
    assert (field.code(), field.usd_per_kwh(), field.price.text()) == ("DE", Decimal("0.31"), "0,31")
    assert "Your own number" in field.note.text()
    field.average.click()
    assert field.usd_per_kwh() == germany.usd_per_kwh
    assert field.average.isHidden()
    choose_country(page, "FR")
    assert field.usd_per_kwh() != germany.usd_per_kwh


def test_back_returns_to_the_question_before(page: OnboardingPage) -> None:
    assert page.back.isHidden()
    page.go_on.click()
    assert page.count.text() == "2 of 3"
    page.back.click()
    assert page.stack.currentWidget() is page.electricity


def test_another_model_comes_from_the_whole_table(qtbot: QtBot, page: OnboardingPage) -> None:
    page.go_on.click()
    page.reference.other.click()
    assert page.reference.picker.isVisible()
    chooser = page.reference.picker.chooser
    chooser.search.setText("anthropic claude haiku")
    wanted = chooser.list.reference(0)
    assert wanted is not None
    chooser.choose_current()
    assert page.reference.reference() == wanted.id
    assert page.reference.other.isChecked()


@pytest.mark.parametrize("card", ["cheap", "flagship"])
def test_closing_the_picker_leaves_the_choice_as_it_was(qtbot: QtBot, page: OnboardingPage, card: str) -> None:
    page.go_on.click()
    step = page.reference
    before = step.cheap if card == "cheap" else step.flagship
    before.click()
    chosen = step.reference()
    step.other.setFocus()
    QTest.keyClick(step.other, Qt.Key.Key_Space)
    assert step.picker.isVisible()
    QTest.keyClick(step.picker, Qt.Key.Key_Escape)
    assert step.reference() == chosen
    qtbot.waitUntil(before.hasFocus)


def test_asked_again_it_starts_from_what_is_kept(
    qtbot: QtBot, page: OnboardingPage, services: Services, runner: TaskRunner
) -> None:
    services.settings.update(onboarding_done=True, usd_per_kwh=Decimal("0.55"), reference=reference.suggestions()[0].id)
    page.start()
    qtbot.waitUntil(lambda: not runner.busy)
    assert page.electricity.field.usd_per_kwh() == Decimal("0.55")
    assert page.reference.cheap.isChecked()
