"""The whole window over real services and a data folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Message
from pennyweight.services.container import Services
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

PATIENCE_MS = 40_000
"""A busy machine is slow, not wrong: a wait ends at once when what it waits for is there."""


def answered_services(home: Path) -> Services:
    """The first questions are answered: the chat is shown at once."""
    services = build_services(home)
    services.settings.update(onboarding_done=True)
    return services


@contextmanager
def open_window(
    home: Path, theme: Theme, open_services: Callable[[Path], Services] = answered_services
) -> Iterator[MainWindow]:
    """Shown, and not started yet."""
    services = open_services(home)
    window = MainWindow(services, TaskRunner(), theme)
    window.show()
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()
        services.close()


class OpenWindow:
    """A window at rest with its services; `close` it before opening the next one over the same home."""

    def __init__(self, home: Path, theme: Theme, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.services = self.open_services(home)
        self.runner = TaskRunner()
        self.prepare()
        self.window = MainWindow(self.services, self.runner, theme)
        self.window.show()
        self.window.start()
        self.idle()

    def open_services(self, home: Path) -> Services:
        return answered_services(home)

    def prepare(self) -> None:
        """What has to be there before the window is."""

    def idle(self) -> None:
        self.until(lambda: not self.window.runner.busy and not self.window.chat.answering.active)

    def until(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ready, timeout=PATIENCE_MS)

    @property
    def messages(self) -> list[Message]:
        return [entry.message for entry in self.window.page.transcript.column.entries]

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
        self.services.close()
