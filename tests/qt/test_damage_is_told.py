"""A damaged page in a database that is too large to be checked whenever it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.damaged_database import damage
from tests.support.open_window import open_window

from pennyweight.app.composition import DATABASE
from pennyweight.ui.theme import Theme


def test_the_window_opens_and_says_so_each_time(
    qtbot: QtBot, tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(tmp_path, monkeypatch)
    for _ in range(2):
        with open_window(tmp_path, theme) as window:
            window.start()
            qtbot.waitUntil(lambda: not window.runner.busy)
            assert window.page.banner.isVisible()
            assert window.page.banner.text().startswith(f"The database {tmp_path / DATABASE} is damaged")
            assert len(window.sidebar.model.index(0, 0).data() or "") > 0
