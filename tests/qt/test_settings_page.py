"""The settings page with the real settings service and database."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.meter import reference
from pennyweight.meter.countries import find_country
from pennyweight.services.container import Services
from pennyweight.ui.settings.about_section import component_lines
from pennyweight.ui.settings.page import SettingsPage, default_settings
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.confirm import ConfirmDialog


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build_services(tmp_path / "home")
    yield services
    services.close()


@pytest.fixture
def page(qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme) -> SettingsPage:
    page = SettingsPage(services, runner, theme)
    qtbot.addWidget(page)
    page.resize(1224, 800)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: not runner.busy)
    return page


def test_deleted_chats_are_removed_for_good_after_a_yes(page: SettingsPage, services: Services, qtbot: QtBot) -> None:
    chat = services.ask.parts.store.conversations.create("Harbour").id
    services.conversations.delete(chat)
    page.data.remove.click()
    (question,) = page.window().findChildren(ConfirmDialog)
    assert services.conversations.bring_back() == chat  # nothing has happened yet
    services.conversations.delete(chat)
    with qtbot.waitSignal(page.data.told) as told:
        question.yes.click()
    assert told.args == ["1 deleted chat removed for good."]
    assert services.conversations.bring_back() is None


def test_a_new_page_comes_to_the_section_that_was_asked_for(
    qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme
) -> None:
    page = SettingsPage(services, runner, theme)
    qtbot.addWidget(page)
    page.resize(1224, 800)
    page.show()
    page.refresh()
    page.show_section("budgets")
    qtbot.waitUntil(lambda: not runner.busy)
    qtbot.waitUntil(lambda: 0 <= page.budgets.mapTo(page, QPoint(0, 0)).y() < 200)
    assert page.links["budgets"].isChecked()


def test_it_shows_what_is_kept(page: SettingsPage, services: Services) -> None:
    kept = services.settings.get()
    assert page.electricity.field.code() == kept.country
    assert page.electricity.field.usd_per_kwh() == kept.usd_per_kwh
    assert page.reference.name.text() == services.meter.reference().name
    assert not page.hardware.field.switch.isChecked()
    assert page.appearance.choice.value() == "system"
    assert page.data.path.text() == str(services.home)
    assert page.panel.name.text() == services.meter.source_info().name


def test_the_automatic_threads_are_those_the_model_in_use_is_loaded_with(
    page: SettingsPage, services: Services
) -> None:
    hint = page.engine.threads_row.hint.text()
    assert hint == "Automatic is 1 thread for Pennyweight Starter: it is too small to gain from more."
    (engine, *_) = services.doctor.run()
    assert "with 1 thread" in engine.detail


def test_a_typed_price_is_kept_at_once_and_can_be_undone(
    qtbot: QtBot, page: SettingsPage, services: Services, runner: TaskRunner
) -> None:
    before = services.settings.get().usd_per_kwh
    price = page.electricity.field.price
    price.selectAll()
    QTest.keyClicks(price, "0,42")
    with qtbot.waitSignal(page.changed):
        QTest.keyClick(price, Qt.Key.Key_Return)
    assert services.settings.get().usd_per_kwh == Decimal("0.42")
    assert page.toast.text() == "Saved."
    with qtbot.waitSignal(page.changed):
        page.toast._action.click()
    assert services.settings.get().usd_per_kwh == before
    assert page.electricity.field.usd_per_kwh() == before


def test_a_price_that_cannot_be_is_explained_in_one_line_and_not_kept(
    qtbot: QtBot, page: SettingsPage, services: Services, runner: TaskRunner
) -> None:
    before = services.settings.get().usd_per_kwh
    price = page.electricity.field.price
    price.selectAll()
    QTest.keyClicks(price, "a lot")
    QTest.keyClick(price, Qt.Key.Key_Return)
    reason = page.electricity.field.reason
    assert "must be a number" in reason.text()
    assert not reason.isHidden()
    assert not runner.busy
    assert services.settings.get().usd_per_kwh == before


def test_choosing_a_country_brings_its_price(qtbot: QtBot, page: SettingsPage, services: Services) -> None:
    box = page.electricity.field.country
    germany = find_country("DE")
    assert germany is not None
    box.setCurrentIndex(box.findData("DE"))
    with qtbot.waitSignal(page.changed):
        box.activated.emit(box.currentIndex())
    assert (services.settings.get().country, services.settings.get().usd_per_kwh) == ("DE", germany.usd_per_kwh)


def test_hardware_is_kept_with_its_numbers_and_off_again(qtbot: QtBot, page: SettingsPage, services: Services) -> None:
    with qtbot.waitSignal(page.changed):
        page.hardware.field.switch.click()
    hardware = services.settings.get().hardware
    assert hardware is not None
    page.hardware.field.price.setText("1,800")
    with qtbot.waitSignal(page.changed):
        page.hardware.field.price.commit()
    kept = services.settings.get().hardware
    assert kept is not None
    assert kept.price == Decimal(1800)
    with qtbot.waitSignal(page.changed):
        page.hardware.field.switch.click()
    assert services.settings.get().hardware is None


def test_a_resale_value_above_the_price_is_not_kept(qtbot: QtBot, page: SettingsPage, services: Services) -> None:
    with qtbot.waitSignal(page.changed):
        page.hardware.field.switch.click()
    before = services.settings.get().hardware
    page.hardware.field.resale.setText("999999")
    page.hardware.field.resale.commit()
    outcome = page.hardware.field.outcome
    assert "cannot be more than the price" in outcome.text()
    assert outcome.property("tone") == "warn"
    QTest.keyClick(page.hardware.field.resale, Qt.Key.Key_X)
    page.hardware.field.resale.commit()
    assert outcome.isHidden(), "the reason is beside the number"
    assert services.settings.get().hardware == before
    page.hardware.field.resale.setText("100")
    with qtbot.waitSignal(page.changed):
        page.hardware.field.resale.commit()
    assert outcome.property("tone") == "mute"


def test_engine_numbers_are_checked(qtbot: QtBot, page: SettingsPage, services: Services) -> None:
    context = page.engine.context
    context.setText("12")
    assert not context.commit()
    assert context.property("invalid") == "true"
    context.setText("4,096")
    with qtbot.waitSignal(page.changed):
        context.commit()
    assert services.settings.get().context_length == 4096
    context.setText("")
    with qtbot.waitSignal(page.changed):
        context.commit()
    assert services.settings.get().context_length is None


def test_never_unloading_is_one_of_the_choices(qtbot: QtBot, page: SettingsPage, services: Services) -> None:
    idle = page.engine.idle
    idle.setCurrentIndex(idle.findText("never"))
    with qtbot.waitSignal(page.changed):
        idle.activated.emit(idle.currentIndex())
    assert services.settings.get().idle_unload_minutes is None


def test_a_section_offers_its_defaults_only_where_it_differs(
    qtbot: QtBot, page: SettingsPage, services: Services
) -> None:
    assert page.engine.reset.isHidden()
    with qtbot.waitSignal(page.changed):
        page.engine.saver.click()
    assert services.settings.get().memory_saver
    assert not page.engine.reset.isHidden()
    with qtbot.waitSignal(page.changed):
        page.engine.reset.click()
    assert not services.settings.get().memory_saver
    assert page.engine.reset.isHidden()


def test_the_look_changes_at_once(qtbot: QtBot, page: SettingsPage, services: Services, theme: Theme) -> None:
    with qtbot.waitSignal(page.changed):
        page.appearance.choice.choose("dark")
    assert theme.tokens().dark
    with qtbot.waitSignal(page.changed):
        page.appearance.choice.choose("light")
    assert not theme.tokens().dark
    assert services.settings.get().theme == "light"


def test_a_reference_model_from_the_picker_is_kept(
    qtbot: QtBot, page: SettingsPage, services: Services, runner: TaskRunner
) -> None:
    cheap = reference.suggestions()[0]
    page.reference.change.click()
    qtbot.waitUntil(page.reference.picker.isVisible)
    page.reference.picker.chooser.search.setText(cheap.id)
    with qtbot.waitSignal(page.changed):
        page.reference.picker.chooser.choose_current()
    assert services.settings.get().reference == cheap.id
    assert page.reference.name.text() == cheap.name


def test_backup_and_exports_are_written_where_asked(
    qtbot: QtBot, page: SettingsPage, tmp_path: Path, runner: TaskRunner
) -> None:
    for write, name in (
        (page.data.write_backup, "copy.db"),
        (page.data.write_chats, "chats.json"),
        (page.data.write_ledger, "ledger.csv"),
        (page.data.write_report, "report.md"),
    ):
        with qtbot.waitSignal(page.data.told):
            write(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 0
    assert "report.md" in page.toast.text()


def test_a_backup_that_cannot_be_written_is_a_sentence(qtbot: QtBot, page: SettingsPage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with qtbot.waitSignal(page.data.failed):
        page.data.write_backup(tmp_path / "file" / "copy.db")
    assert not page.banner.isHidden()
    assert page.banner.text()


def test_every_section_can_be_reached_from_the_list(page: SettingsPage) -> None:
    for section in page.sections:
        page.links[section.key].click()
        assert page.links[section.key].isChecked()
    assert "without your yes" in page.about.privacy.text()


def test_the_licences_name_every_part() -> None:
    lines = component_lines().splitlines()
    assert len(lines) == 15
    assert any("PySide6" in line and "LGPL" in line for line in lines)


def test_the_defaults_are_those_of_a_fresh_start(services: Services) -> None:
    fresh, defaults = services.settings.get(), default_settings()
    assert (fresh.reference, fresh.hardware, fresh.idle_unload_minutes) == (
        defaults.reference,
        defaults.hardware,
        defaults.idle_unload_minutes,
    )


def test_the_list_of_sections_follows_what_is_scrolled_to(qtbot: QtBot, page: SettingsPage) -> None:
    def checked() -> list[str]:
        return [key for key, link in page.links.items() if link.isChecked()]

    bar = page._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert checked() == ["about"]
    bar.setValue(page.hardware.y())
    assert checked() == ["hardware"]
    bar.setValue(0)
    assert checked() == ["electricity"]
    page.links["data"].click()
    assert checked() == ["data"]


def test_every_section_is_marked_in_turn_on_the_way_down(page: SettingsPage) -> None:
    bar, seen = page._scroll.verticalScrollBar(), list[str]()
    for value in range(0, bar.maximum() + 1, 10):
        bar.setValue(value)
        (marked,) = (key for key, link in page.links.items() if link.isChecked())
        if marked not in seen[-1:]:
            seen.append(marked)
    bar.setValue(bar.maximum())
    assert page.links["about"].isChecked()
    assert list(dict.fromkeys([*seen, "about"])) == [section.key for section in page.sections]


def test_a_section_of_which_a_glimpse_is_left_is_not_the_one_that_is_read(page: SettingsPage) -> None:
    first, second = page.sections[:2]
    page._scroll.verticalScrollBar().setValue(first.y() + first.height() - 20)
    assert page.links[second.key].isChecked()


def in_tab_order(page: SettingsPage) -> Iterator[QWidget]:
    at: QWidget | None = page.nextInFocusChain()
    while at is not None and at is not page:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisibleTo(page):
            yield at
        at = at.nextInFocusChain()


def test_tab_goes_through_the_sections_from_top_to_bottom(page: SettingsPage) -> None:
    places = [
        number
        for stop in in_tab_order(page)
        for number, section in enumerate(page.sections)
        if section.isAncestorOf(stop)
    ]
    assert places == sorted(places)
    assert {page.sections.index(section) for section in (page.keys, page.server, page.budgets)} < set(places)


def test_what_the_keyboard_comes_to_from_outside_is_brought_into_view(qtbot: QtBot, page: SettingsPage) -> None:
    page.activateWindow()
    page.links["electricity"].setFocus()
    qtbot.waitUntil(page.links["electricity"].hasFocus)
    last = [stop for stop in in_tab_order(page) if page.about.isAncestorOf(stop)][-1]
    assert last.visibleRegion().isEmpty()
    last.setFocus(Qt.FocusReason.BacktabFocusReason)
    qtbot.waitUntil(lambda: not last.visibleRegion().isEmpty())
