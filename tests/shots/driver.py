"""Drives the window like a person, waiting for what it does instead of for a clock."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from pennyweight.domain.conversation import Task
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Look

PATIENCE = 90.0
SIZE = (1280, 800)


class Driver:
    def __init__(self, application: QApplication, window: MainWindow, folder: Path) -> None:
        self._application = application
        self.window = window
        self._folder = folder
        self.resize(*SIZE)

    def settle(self, seconds: float = 0.4) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.005)

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain for {what}")
            self._application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.005)

    def idle(self, what: str) -> None:
        """Until nothing runs in the background."""
        self.wait(lambda: not self.window.runner.busy, what)
        self.settle()

    def resize(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        self.settle()

    def look(self, look: Look) -> None:
        self.window.theme.set_look(look)
        self.settle()

    def type(self, text: str, task: Task) -> None:
        composer = self.window.page.composer
        composer.choose_task(task)
        composer.editor.setPlainText(text)

    def send(self) -> None:
        self.window.chat.send()
        self.wait(lambda: self.window.chat.answering.active, "the answer to begin")

    def answered(self) -> None:
        self.wait(lambda: not self.window.chat.answering.active, "the answer")
        self.wait(lambda: not self.window.runner.busy, "the totals")
        self.settle()

    def ask(self, text: str, task: Task) -> None:
        self.type(text, task)
        self.send()
        self.answered()

    def new_chat(self) -> None:
        self.window.chat.new_chat()
        self.wait(lambda: not self.window.runner.busy, "the new chat")
        self.settle()

    def shoot(self, name: str, *, at_once: bool = False) -> None:
        if not at_once:
            self.settle()
        path = self._folder / f"{name}.png"
        if not self.window.grab().save(str(path)):
            raise OSError(f"could not write {path}")
        sys.stdout.write(f"{path}\n")

    def shoot_screen(self, name: str, *, at_once: bool = False) -> None:
        """With what floats over the window: menus, panels, dialogs."""
        if not at_once:
            self.settle()
        path = self._folder / f"{name}.png"
        corner = self.window.frameGeometry()
        screen = self.window.screen()
        screen.grabWindow(0, corner.x(), corner.y(), corner.width(), corner.height()).save(str(path))
        sys.stdout.write(f"{path}\n")
