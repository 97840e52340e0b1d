"""Ctrl++: everything larger from the next start, and that start one click away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from pennyweight.services.settings import SIZES
from pennyweight.ui.shell.sizing import smallest
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.widgets import LinkButton

CTRL = Qt.KeyboardModifier.ControlModifier


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> int:
    QTest.keyClick(window.page.composer.editor, key, CTRL)
    qtbot.waitUntil(lambda: not window.runner.busy)
    return window.services.settings.get().size


def test_the_size_is_kept_in_steps_and_told(qtbot: QtBot, window: MainWindow) -> None:
    assert press(qtbot, window, Qt.Key.Key_Plus) == 110
    assert "110 % of its usual size from the next start" in window.toast.text()
    assert [press(qtbot, window, Qt.Key.Key_Equal) for _ in range(5)] == [125, 150, 175, 200, 200]
    assert press(qtbot, window, Qt.Key.Key_Minus) == 175
    assert press(qtbot, window, Qt.Key.Key_0) == 100
    assert "stays at 100 %" in window.toast.text()


def test_the_settings_page_that_is_shown_follows_the_keys(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("settings")
    qtbot.waitUntil(lambda: not window.runner.busy)
    scale = next(box for box in window.pages.settings_page.findChildren(QComboBox) if box.findData(125) >= 0)
    price = window.pages.settings_page.electricity.field.price
    price.setText("0.77")
    assert scale.currentData() == 100
    press(qtbot, window, Qt.Key.Key_Plus)
    assert scale.currentData() == 110
    assert price.text() == "0.77"  # half typed


def test_restarting_closes_the_window_in_an_orderly_way(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_Plus)
    button = window.toast.findChild(LinkButton)
    assert button is not None
    assert button.text() == "Restart now"
    with qtbot.waitSignal(window.closed):
        button.click()
    assert window.sizing.restart_wanted


def test_where_the_desktop_sets_the_size_no_restart_is_promised(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.sizing, "_desktops", True)
    assert press(qtbot, window, Qt.Key.Key_Plus) == 110
    assert window.toast.text().startswith("The desktop sets the size")
    button = window.toast.findChild(LinkButton)
    assert button is not None
    assert button.isHidden()


@pytest.mark.parametrize("size", SIZES)
def test_the_smallest_window_fits_on_a_small_screen(size: int) -> None:
    width, height = smallest(size)
    assert (width * size / 100 <= 1366, height * size / 100 <= 700) == (True, True)


@pytest.mark.parametrize(("own", "ratio"), [("", 1.5), ("1", 1.0)])
def test_the_next_start_is_scaled_unless_the_desktop_says_otherwise(own: str, ratio: float) -> None:
    code = (
        "import os\n"
        "from pennyweight.ui.shell.run import _application\n"
        "application = _application(150)\n"
        "print(application.devicePixelRatio(), os.environ.get('QT_SCALE_FACTOR', ''))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "QT_SCALE_FACTOR"}
    environment |= {"QT_QPA_PLATFORM": "offscreen"} | ({"QT_SCALE_FACTOR": own} if own else {})
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=110, check=True
    )
    assert done.stdout.split() == [str(ratio), *([own] if own else [])]
