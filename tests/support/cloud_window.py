"""The whole window over real services, with a provider that is a server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Message
from pennyweight.services.container import Services
from pennyweight.ui.cloud.ask_sheet import AskSheet
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

PATIENCE_MS = 40_000
KEY = "sk-ant-api03-" + "planted0" * 8
MODEL = "claude-sonnet-4-5"
MAIL = "maria.keller@example.org"


def anthropic(*words: str) -> bytes:
    deltas = [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": w}} for w in words]
    return sse(
        {"type": "message_start", "message": {"usage": {"input_tokens": 452, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *deltas,
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 89}},
        {"type": "message_stop"},
        names=True,
    )


class Opened:
    def __init__(self, home: Path, theme: Theme, qtbot: QtBot, server: Loopback) -> None:
        self.qtbot = qtbot
        self.server = server
        self.services: Services = build_services(home)
        self.services.settings.update(onboarding_done=True)
        self.window = MainWindow(self.services, TaskRunner(), theme)
        self.problems: list[object] = []
        self.window.runner.problem.connect(self.problems.append)
        self.window.show()
        self.window.start()
        self.idle()

    def idle(self) -> None:
        self.until(lambda: not self.window.runner.busy and not self.window.chat.answering.active)

    def until(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ready, timeout=PATIENCE_MS)

    def give_key(self) -> None:
        self.services.keys.set_address("anthropic", self.server.url)
        self.services.keys.set("anthropic", KEY)
        self.services.settings.update(cloud_model=f"anthropic/{MODEL}")
        self.idle()

    def ask_here(self, text: str) -> None:
        self.window.page.composer.editor.setPlainText(text)
        QTest.keyClick(self.window.page.composer.editor, Qt.Key.Key_Return)
        self.idle()

    @property
    def messages(self) -> list[Message]:
        return [entry.message for entry in self.window.page.transcript.column.entries]

    def open_sheet(self) -> None:
        self.window.ask_cloud()
        self.until(lambda: self.sheet.send_button.isEnabled())

    @property
    def sheet(self) -> AskSheet:
        return self.window.cloud.sheet

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
        self.services.close()
