"""The whole window over real services, with a provider that is a server on loopback."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback
from tests.support.open_window import OpenWindow

from pennyweight.ui.cloud.ask_sheet import AskSheet
from pennyweight.ui.theme import Theme

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


class Opened(OpenWindow):
    def __init__(self, home: Path, theme: Theme, qtbot: QtBot, server: Loopback) -> None:
        self.server = server
        self.problems: list[object] = []
        super().__init__(home, theme, qtbot)

    def prepare(self) -> None:
        self.runner.problem.connect(self.problems.append)

    def give_key(self) -> None:
        self.services.keys.set_address("anthropic", self.server.url)
        self.services.keys.set("anthropic", KEY)
        self.services.settings.update(cloud_model=f"anthropic/{MODEL}")
        self.idle()

    def ask_here(self, text: str) -> None:
        self.window.page.composer.editor.setPlainText(text)
        QTest.keyClick(self.window.page.composer.editor, Qt.Key.Key_Return)
        self.idle()

    def open_sheet(self) -> None:
        self.window.ask_cloud()
        self.until(lambda: self.sheet.send_button.isEnabled())

    @property
    def sheet(self) -> AskSheet:
        return self.window.cloud.sheet
