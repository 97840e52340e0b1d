"""A damaged page in a database that is too large to be checked whenever it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.damaged_database import damage

from pennyweight.app.composition import DATABASE, build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


def test_the_window_opens_and_says_so_each_time(
    qtbot: QtBot, tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(tmp_path, monkeypatch)
    for _ in range(2):
        services = build_services(tmp_path)
        services.settings.update(onboarding_done=True)
        window = MainWindow(services, TaskRunner(), theme)
        window.show()
        window.start()
        qtbot.waitUntil(lambda: not window.runner.busy)  # noqa: B023 - called in this very round
        assert window.page.banner.isVisible()
        assert window.page.banner.text().startswith(f"The database {tmp_path / DATABASE} is damaged")
        assert len(window.sidebar.model.index(0, 0).data() or "") > 0
        window.close()
        window.deleteLater()
        services.close()
