"""How far something is, as a thin bar."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

_STEPS = 1000


class ProgressBar(QProgressBar):
    """Its look and height are the theme's. `show_fraction` moves it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setRange(0, _STEPS)
        self.setAccessibleName(name)

    def show_fraction(self, fraction: float | None) -> None:
        """From 0 to 1; None where it is not known: the bar only says that something goes on."""
        self.setRange(0, 0 if fraction is None else _STEPS)
        if fraction is not None:
            self.setValue(round(_STEPS * min(1.0, max(0.0, fraction))))
