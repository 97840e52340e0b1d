"""The chosen model's file is gone: the window says so, and one click leads on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from tests.support.open_window import answered_services, open_window

from pennyweight.domain.resources import starter_model_path
from pennyweight.services.container import Services
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "garbled.gguf"
    shutil.copy(starter_model_path(), path)
    return path


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme, model: Path) -> Iterator[MainWindow]:
    def with_the_model(home: Path) -> Services:
        services = answered_services(home)
        services.models.use(services.models.add(model).id)
        return services

    with open_window(tmp_path, theme, with_the_model) as made:
        yield made


def started(qtbot: QtBot, window: MainWindow) -> None:
    window.start()
    qtbot.waitUntil(lambda: not window.runner.busy)


def buttons(window: MainWindow) -> dict[str, QPushButton]:
    return {button.text(): button for button in window.page.banner._buttons}


def type_something(qtbot: QtBot, window: MainWindow) -> None:
    window.page.composer.editor.setPlainText("Hello")
    qtbot.waitUntil(lambda: not window.runner.busy and not window.chat.drafting._plan_timer.isActive())


def test_a_start_without_the_chosen_model_offers_the_starter(qtbot: QtBot, window: MainWindow, model: Path) -> None:
    model.unlink()
    started(qtbot, window)
    banner = window.page.banner
    assert banner.isVisible()
    assert banner.text().startswith(f"There is no file {model}.")
    assert list(buttons(window)) == ["Use Pennyweight Starter (Q8_0)", "Choose another model"]
    type_something(qtbot, window)
    assert not window.page.composer.send_button.isEnabled()
    buttons(window)["Use Pennyweight Starter (Q8_0)"].click()
    qtbot.waitUntil(window.page.composer.send_button.isEnabled)
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert not banner.isVisible()
    assert window.services.settings.get().model_id is None


def test_a_model_that_goes_away_later_is_told_when_something_is_typed(
    qtbot: QtBot, window: MainWindow, model: Path
) -> None:
    started(qtbot, window)
    assert not window.page.banner.isVisible()
    model.unlink()
    type_something(qtbot, window)
    qtbot.waitUntil(window.page.banner.isVisible)
    buttons(window)["Choose another model"].click()
    qtbot.waitUntil(window.models.picker.isVisible)
    window.models.picker.close()


def test_opening_a_chat_does_not_put_the_way_out_away(qtbot: QtBot, window: MainWindow, model: Path) -> None:
    model.unlink()
    started(qtbot, window)
    window.chat.new_chat()
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert window.page.banner.isVisible()
    assert "Choose another model" in buttons(window)
