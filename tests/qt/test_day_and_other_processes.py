"""An open window follows the clock and what other processes add, without anything being done in it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.open_window import open_window
from tests.unit.store.store_samples import local_entry

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.store import Store
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


def figure(window: MainWindow) -> str:
    return window.meter.local.figure.text()


def at_rest(window: MainWindow, qtbot: QtBot) -> None:
    window.watch.look()
    qtbot.waitUntil(lambda: not window.runner.busy)


@pytest.fixture
def empty(window: MainWindow, qtbot: QtBot) -> str:
    """What the meter's card says of a day without an answer; the window has looked at its clock once."""
    at_rest(window, qtbot)
    return figure(window)


def add_from_elsewhere(window: MainWindow) -> None:
    with Store.open(window.services.home / "pennyweight.db") as other:
        chat = other.conversations.create("Asked on the command line")
        other.ledger.add([local_entry("elsewhere", at=datetime.now(UTC), conversation_id=chat.id)])


def test_an_answer_of_another_process_comes_into_the_meter_and_the_list(
    window: MainWindow, qtbot: QtBot, empty: str
) -> None:
    add_from_elsewhere(window)
    at_rest(window, qtbot)
    assert figure(window) != empty
    assert "Asked on the command line" in [row.title for row in window.sidebar.model.rows]


def test_after_midnight_today_begins_anew(
    window: MainWindow, qtbot: QtBot, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_from_elsewhere(window)
    at_rest(window, qtbot)
    assert figure(window) != empty
    monkeypatch.setattr(window.services.meter, "_now", lambda: datetime.now(UTC) + timedelta(days=1))
    at_rest(window, qtbot)
    assert figure(window) == empty


def test_a_window_that_stays_open_makes_the_backup_of_each_day(window: MainWindow, qtbot: QtBot) -> None:
    folder = window.services.home / "backups"
    for backup in folder.iterdir():
        backup.unlink()
    window.watch.new_day.emit()
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert len(list(folder.iterdir())) == 1


def test_the_window_is_there_while_the_backup_of_the_day_is_made(qtbot: QtBot, tmp_path: Path, theme: Theme) -> None:
    with open_window(tmp_path, theme) as window:
        begun, ended = threading.Event(), threading.Event()

        def until_the_end(cancel: Cancel) -> None:
            begun.set()
            if cancel.wait(40):
                ended.set()

        window.services.each_day = until_the_end
        window.start()
        qtbot.waitUntil(begun.is_set)
        qtbot.waitUntil(lambda: window.isVisible() and not window.meter.isHidden())
        assert not ended.is_set()
        window.close()
        assert ended.is_set()


def test_closing_the_window_does_not_wait_for_the_backup_of_the_day(window: MainWindow, qtbot: QtBot) -> None:
    each_day, begun, ended = window.services.each_day, threading.Event(), threading.Event()

    def at_the_end(cancel: Cancel) -> KnownError | None:
        begun.set()
        if cancel.wait(40):
            ended.set()
        return each_day(cancel)

    window.services.each_day = at_the_end
    folder = window.services.home / "backups"
    for backup in folder.iterdir():
        backup.unlink()
    window.watch.new_day.emit()
    qtbot.waitUntil(begun.is_set)
    window.close()
    assert ended.is_set()
    assert list(folder.iterdir()) == []


def test_a_closed_window_does_not_look_any_more(window: MainWindow) -> None:
    assert window.watch.timer.isActive()
    window.close()
    assert not window.watch.timer.isActive()
