"""The program's own window, worked by a script: waits for what it does, presses what is there.

No pytest in it, so that it can run in a process of its own (under strace, say).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QShortcut
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QDialog, QMenu, QWidget

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.container import Services
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme

PATIENCE_SECONDS = 100.0
_GLANCE_MS = 20


class Browser(QObject):
    """Takes what the window would hand to the person's browser or file manager."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.addresses: list[str] = []
        for scheme in ("http", "https", "file"):
            QDesktopServices.setUrlHandler(scheme, self, "take")  # type: ignore[arg-type]  # the stub says bytes, the call takes text

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.addresses.append(url.toString())


class WindowDriver:
    """Use as a context: the window over the data folder `home`, closed at the end."""

    def __init__(self, home: Path) -> None:
        self.application = QApplication(["pennyweight"])
        self.browser = Browser(self.application)
        self.services: Services = build_services(home)
        self.window = MainWindow(
            self.services, TaskRunner(self.application), Theme(self.application, self.services.settings.get().theme)
        )
        self.problems: list[object] = []
        self.window.runner.problem.connect(self.problems.append)

    def __enter__(self) -> WindowDriver:
        self.window.show()
        self.window.start()
        self.idle("the start")
        return self

    def __exit__(self, *_: object) -> None:
        self.window.close()
        self.services.close()

    def until(self, ready: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain for {what}")
            self.application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, _GLANCE_MS)
            time.sleep(0.001)

    def idle(self, what: str) -> None:
        """Until nothing runs in the background any more, and what it led to is done as well."""
        window, quiet = self.window, 0

        def still() -> bool:
            nonlocal quiet
            quiet = 0 if window.runner.busy or window.chat.answering.active else quiet + 1
            return quiet > 1

        self.until(still, f"{what} to end")

    def press(self, widget: QWidget, leave: Callable[[str], bool] = lambda name: False) -> list[str]:
        """As a click does, and then each entry of the menu that it opens. A question or a file dialog that comes up is
        answered with Cancel. Returns the names of what was pressed."""
        pressed = [name_of(widget)]
        with self._cancelling():
            if isinstance(widget, QAbstractButton):
                widget.click()
            else:
                widget.clicked.emit()  # type: ignore[attr-defined]  # see _clickable
            self.idle(pressed[0])
            menu = QApplication.activePopupWidget()
            for action in menu.actions() if isinstance(menu, QMenu) else ():
                name = f"{pressed[0]} › {action.text()}"
                if action.isEnabled() and not action.isSeparator() and not leave(name):
                    action.trigger()
                    self.idle(name)
                    pressed.append(name)
        self.close_what_opened()
        return pressed

    def strike(self, shortcut: QShortcut) -> None:
        with self._cancelling():
            shortcut.activated.emit()
            self.idle(shortcut.key().toString())
        self.close_what_opened()

    def press_everything(self, page: str, leave: Callable[[str], bool]) -> list[str]:
        """Whatever can be pressed on a page, what comes up meanwhile included, each once; but nothing that `leave`
        names. Returns what was pressed."""
        pressed: list[str] = []
        while True:
            if not self._shown(page):
                self.window.show_page(page)
                self.idle(page)
            names = ((name_of(widget), widget) for widget in self._clickable())
            widget = next((widget for name, widget in names if name not in pressed and not leave(name)), None)
            if widget is None:
                return pressed
            pressed += self.press(widget, leave)

    def close_what_opened(self) -> None:
        """Dialogs, menus and panels over the window."""
        for widget in _over(self.window):
            _cancel(widget)
        self.idle("closing")

    def _shown(self, page: str) -> bool:
        return self.window.pages.currentWidget() is self.window.pages.page(page)

    def _clickable(self) -> Iterator[QWidget]:
        """Buttons, and our own widgets that are pressed like one."""
        for widget in self.window.findChildren(QWidget):
            pressable = hasattr(widget, "clicked") and widget.property("clickable") != "false"
            if not pressable or isinstance(widget, QAbstractItemView) or widget.window() is not self.window:
                continue
            if widget.isVisible() and widget.isEnabled():
                yield widget

    @contextmanager
    def _cancelling(self) -> Iterator[None]:
        """A dialog that blocks until it is answered runs an event loop of its own: only a timer gets in there."""
        timer = QTimer()
        timer.setInterval(_GLANCE_MS)

        def answer() -> None:
            modal = QApplication.activeModalWidget()
            if modal is not None:
                _cancel(modal)

        timer.timeout.connect(answer)
        timer.start()
        try:
            yield
        finally:
            timer.stop()


def name_of(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or words or widget.toolTip() or widget.objectName() or type(widget).__name__


def _over(window: QWidget) -> list[QWidget]:
    return [each for each in QApplication.topLevelWidgets() if each is not window and each.isVisible()]


def _cancel(widget: QWidget) -> None:
    if isinstance(widget, QDialog):
        widget.reject()
    elif isinstance(widget, QMenu) or widget.isVisible():
        widget.close()
