"""Providers and keys on the settings page, with a provider that is a server on loopback."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from tests.support.cloud_window import KEY, Opened

from pennyweight.ui.settings.page import SettingsPage


def shown(one: Opened) -> SettingsPage:
    one.give_key()
    one.window.show_page("settings")
    one.idle()
    return one.window.pages.settings_page


def refused(one: Opened) -> SettingsPage:
    """The settings, with the banner of a key that was not accepted."""
    page = shown(one)
    one.server.fail(401, {"error": {"message": "no"}})
    page.keys.buttons["anthropic", "Test"].click()
    one.until(lambda: page.banner.isVisible())
    return page


@pytest.mark.parametrize("way", ["Test", "Models", "Change", "Remove"])
def test_what_a_provider_said_of_a_key_goes_once_it_no_longer_holds(one: Opened, way: str) -> None:
    page = refused(one)
    if way == "Change":
        page.keys.buttons["anthropic", way].click()
        assert page.keys.editor is not None
        page.keys.editor.field.setText(KEY)
        page.keys.editor.keep.click()
    elif way == "Remove":
        page.keys.remove(next(each for each in one.services.keys.list() if each.id == "anthropic"))
    else:
        one.server.say(b'{"data": [{"id": "claude-sonnet-4-5"}]}')
        page.keys.buttons["anthropic", way].click()
    one.until(lambda: page.banner.isHidden())
    one.idle()


def test_one_providers_success_leaves_what_is_said_of_another(one: Opened) -> None:
    page = refused(one)
    one.services.keys.set_address("own-server", one.server.url)
    page.keys.refresh()
    one.until(lambda: ("own-server", "Test") in page.keys.buttons)
    one.server.say(b'{"data": [{"id": "m"}]}')
    page.keys.buttons["own-server", "Test"].click()
    one.until(lambda: page.toast.text() == "Own server accepts it.")
    assert page.banner.isVisible()
    one.idle()


def test_an_address_of_ones_own_is_shown_where_the_key_is_pasted(one: Opened) -> None:
    page = shown(one)

    def addresses() -> list[str]:
        return [label.text() for label in page.keys.findChildren(QLabel) if label.text().startswith("at ")]

    assert addresses() == [f"at {one.server.url}"]
    one.services.keys.set_address("anthropic", "")
    page.refresh()
    one.until(lambda: addresses() == [])
    one.idle()


@pytest.mark.parametrize("place", ["field", "cancel"])
def test_escape_leaves_the_field_for_a_key(one: Opened, place: str) -> None:
    page = shown(one)
    page.keys.buttons["openai", "Set key"].click()
    editor = page.keys.editor
    assert editor is not None
    (editor.field if place == "field" else editor.cancel).setFocus()
    editor.field.setText(KEY)
    QTest.keyClick(editor.field if place == "field" else editor.cancel, Qt.Key.Key_Escape)
    assert editor.field.text() == ""
    assert page.keys.editor is None
    one.idle()


@pytest.mark.parametrize("width", [1280, 760])
def test_the_banner_ends_where_the_sections_do(one: Opened, width: int) -> None:
    one.window.resize(width, 800)
    page = refused(one)

    def edges(widget: QWidget) -> tuple[int, int]:
        return widget.mapTo(page, QPoint(0, 0)).x(), widget.mapTo(page, QPoint(widget.width(), 0)).x()

    assert edges(page.banner) == edges(page.keys)
    one.idle()
