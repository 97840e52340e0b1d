"""Asking before something that cannot be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.ui.widgets.buttons import GhostButton, PrimaryButton
from pennyweight.ui.widgets.labels import PlainLabel


class ConfirmDialog(QDialog):
    """A question, one sentence about it, and two words; Esc and the keyboard's first place mean no."""

    def __init__(self, title: str, about: str, yes: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addWidget(PlainLabel(title, kind="title", wrap=True))
        words = PlainLabel(about, tone="mute", wrap=True)
        words.setMinimumWidth(360)
        column.addWidget(words)
        row = QHBoxLayout()
        row.addStretch(1)
        self.no = GhostButton("Cancel")
        self.yes = PrimaryButton(yes)
        self.no.clicked.connect(self.reject)
        self.yes.clicked.connect(self.accept)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        column.addLayout(row)
        self.no.setFocus()


def confirm(parent: QWidget, title: str, about: str, yes: str, then: Callable[[], None]) -> ConfirmDialog:
    """Ask; `then` runs after a yes."""
    dialog = ConfirmDialog(title, about, yes, parent)
    dialog.accepted.connect(then)
    dialog.finished.connect(lambda _result: dialog.deleteLater())
    dialog.open()
    return dialog
