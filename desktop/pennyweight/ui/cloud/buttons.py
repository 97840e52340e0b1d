"""Buttons on the way to the cloud: indigo, so that what leaves the computer never looks like what stays."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from pennyweight.ui.widgets.buttons import _Button


class CloudButton(_Button):
    """Leads to the sheet; sends nothing by itself."""


class SendButton(_Button):
    """The yes."""


class FoundChip(_Button):
    """A value that was found; checked while it is kept back."""

    def __init__(self, text: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, parent=parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
