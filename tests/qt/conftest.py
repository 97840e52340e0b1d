"""Qt tests run offscreen; a Qt warning, a thread or a window left behind fails the test that caused it."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path

# Qt's own offscreen screen has no room for the window at its usual size.
os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={Path(__file__).parents[1] / 'support' / 'screen.json'}"

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.cloud_window import Opened
from tests.support.loopback import Loopback
from tests.support.open_window import PATIENCE_MS, open_window

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

TOLERATED = (
    # The offscreen platform has no window manager to tell size hints to; it says so for each fixed-size window.
    r"This plugin does not support propagateSizeHints\(\)",
    # The offscreen platform cannot move the keyboard focus between windows.
    r"This plugin does not support raise\(\)",
    # Nor can a popup take the keyboard from other windows there.
    r"This plugin does not support grabbing the keyboard",
)

for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive):
    defaults = wait.__kwdefaults__
    assert defaults is not None
    defaults["timeout"] = PATIENCE_MS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/qt/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*TOLERATED))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.shutdown()
    runner.deleteLater()


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    threads_before = set(threading.enumerate())
    windows_before = {id(widget) for widget in QApplication.topLevelWidgets()}
    yield
    gc.collect()
    for _ in range(3):  # what is deleted may ask for more to be
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [thread.name for thread in threading.enumerate() if thread not in threads_before and thread.is_alive()]
    assert not left, f"threads left behind: {left}"
    windows = [w for w in QApplication.topLevelWidgets() if id(w) not in windows_before and not w.parent()]
    assert not windows, f"windows left behind: {windows}"


@pytest.fixture
def one(tmp_path: Path, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")  # never the person's own keyring
    server = Loopback()
    opened = Opened(tmp_path, theme, qtbot, server)
    yield opened
    opened.close()
    server.close()
    assert opened.problems == []


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[MainWindow]:
    """The whole window on a new data folder, at rest."""
    with open_window(tmp_path, theme) as made:
        made.start()
        qtbot.waitUntil(lambda: not made.runner.busy)
        yield made
