"""Ctrl++ and Ctrl+−: the size of everything in the window, from the next start."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.settings import SIZES, Settings, SettingsService
from pennyweight.ui.widgets import Action

USUAL = 100
SCALE = "QT_SCALE_FACTOR"
"""Qt reads it once, when the program starts. Where the desktop sets it, it goes before the person's choice here."""
_SMALLEST = (480, 480)
_ROOMY = 125
"""Percent up to which the smallest window fits on any screen."""
Tell = Callable[[str, Action | None], None]


def smallest(size: int) -> tuple[int, int]:
    """Width and height below which a window of this size (in percent) cannot be used; in scaled pixels."""
    width, height = _SMALLEST
    return (width, height) if size <= _ROOMY else (width * _ROOMY // size, height * _ROOMY // size)


class Sizing(QObject):
    """Qt scales a window when the program starts: a new size is kept and told, and the way to it offered."""

    chosen = Signal(object)
    """All settings, after a key chose another size."""
    restart = Signal()
    """The person wants the program anew, now."""

    def __init__(self, settings: SettingsService, runner: TaskRunner, shown: int, tell: Tell, parent: QObject) -> None:
        """`shown`: the size that was chosen when this window was opened."""
        super().__init__(parent)
        self._settings = settings
        self._runner = runner
        self._tell = tell
        self._shown = shown
        self._desktops = SCALE in os.environ
        self.restart_wanted = False

    def larger(self) -> None:
        self._choose(lambda size: min((each for each in SIZES if each > size), default=SIZES[-1]))

    def smaller(self) -> None:
        self._choose(lambda size: max((each for each in SIZES if each < size), default=SIZES[0]))

    def usual(self) -> None:
        self._choose(lambda _size: USUAL)

    def tell(self, chosen: Settings) -> None:
        """Say what the chosen size means for the window that is open."""
        if self._desktops:
            self._tell(f"The desktop sets the size ({SCALE}); {chosen.size} % is kept for when it does not.", None)
        elif chosen.size == self._shown:
            self._tell(f"Everything stays at {chosen.size} % of its usual size.", None)
        else:
            later = f"Everything will be {chosen.size} % of its usual size from the next start."
            self._tell(later, ("Restart now", self._restart))

    def _choose(self, other: Callable[[int], int]) -> None:
        def change() -> Settings:
            return self._settings.update(size=other(self._settings.get().size))

        def done(settings: Settings) -> None:
            self.chosen.emit(settings)
            self.tell(settings)

        self._runner.change(change, done, owner=self)

    def _restart(self) -> None:
        self.restart_wanted = True
        self.restart.emit()
