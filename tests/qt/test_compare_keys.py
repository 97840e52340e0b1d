"""Shortcuts on the Compare page act on what is shown there, never on a setup that is hidden behind something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pennyweight.domain.comparison import Comparison
from pennyweight.domain.conversation import Task
from pennyweight.services.comparison import Target
from pennyweight.ui.compare.page import ComparePage
from pennyweight.ui.compare.setup_panel import Contender
from pennyweight.ui.shell.window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
EARLIER = Comparison(
    id="1", at=datetime(2026, 3, 18, tzinfo=UTC), task=Task.ASK, prompt="Why?", conversation_id="c", sides=()
)


@pytest.fixture
def window(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """On Compare, with a prompt and two that could answer it."""
    window.show_page("compare")
    qtbot.waitUntil(lambda: not window.runner.busy)
    setup = window.pages.compare_page.setup
    setup.set_contenders([Contender(Target("anthropic", name), "Anthropic", name) for name in ("one", "two")])
    setup.editor.setPlainText("A prompt that waits")
    return window


def asked(window: MainWindow) -> list[str]:
    """What the setup is asked to do by the keyboard."""
    page, wanted = window.pages.compare_page, list[str]()
    page.setup.run.disconnect()  # what follows is not the matter here: a sheet, a file dialog
    page.setup.attach_wanted.disconnect()
    page.setup.run.connect(lambda: wanted.append("run"))
    page.setup.attach_wanted.connect(lambda: wanted.append("attach"))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_O, Qt.Key.Key_3):
        QTest.keyClick(window, key, CONTROL)
    return wanted


def earlier(page: ComparePage) -> None:
    page.show_comparison(EARLIER, str, running=False)


def running(page: ComparePage) -> None:
    page.show_comparison(EARLIER, str, running=True)


def table(page: ComparePage) -> None:
    page.batch.begin("batch", ["One?"], ["One", "Two"], blind=False)
    page.show_batch()


def test_the_shown_setup_is_run_filled_and_changed_by_key(window: MainWindow) -> None:
    assert asked(window) == ["run", "attach"]
    assert window.pages.compare_page.setup.draft().task is Task.SUMMARIZE


@pytest.mark.parametrize("show", [earlier, running, table])
def test_a_setup_behind_results_is_neither_sent_nor_changed(
    window: MainWindow, show: Callable[[ComparePage], None]
) -> None:
    show(window.pages.compare_page)
    assert asked(window) == []
    assert window.pages.compare_page.setup.draft().task is Task.ASK
    window.pages.compare_page.show_setup()
    assert window.pages.compare_page.setup.editor.text() == "A prompt that waits"


def test_no_file_is_attached_to_a_file_of_prompts(window: MainWindow) -> None:
    window.pages.compare_page.setup.show_prompts("prompts.txt", ["One?", "Two?"])
    assert asked(window) == []


def test_a_model_that_is_compared_already_is_not_offered_again(window: MainWindow) -> None:
    compare, setup = window.pages.compare, window.pages.compare_page.setup
    (starter,) = window.services.models.list()
    before = setup.contenders
    setup.set_contenders([*before, Contender(Target("local", starter.id), "On this computer", "by its earlier name")])

    def offered() -> dict[str, bool]:
        setup.add.click()
        compare.menu.menu.close()
        return {action.text(): action.isEnabled() for action in compare.menu.menu.actions()}

    assert offered()[f"On this computer: {starter.name}, already added"] is False
    setup.set_contenders(before)
    assert offered()[f"On this computer: {starter.name}"] is True
