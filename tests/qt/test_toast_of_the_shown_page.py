"""What the window says in passing is said where it is seen."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.widgets.banner import Toast


@pytest.mark.parametrize("key", ["chat", "compare", "audit", "models", "settings"])
def test_a_quiet_import_is_told_on_the_page_that_is_shown(qtbot: QtBot, window: MainWindow, key: str) -> None:
    window.show_page(key)
    qtbot.waitUntil(lambda: not window.runner.busy)
    window.pages.imported.emit("3 rows of Claude Code came in.")
    seen = [toast for toast in window.findChildren(Toast) if toast.isVisible()]
    assert [toast.text() for toast in seen] == ["3 rows of Claude Code came in."]
