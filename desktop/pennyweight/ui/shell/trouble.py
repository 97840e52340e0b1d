"""Why the window cannot open, said in a window: whoever starts the program from a menu sees no terminal."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import PlainLabel, PrimaryButton


class TroubleDialog(QDialog):
    """One sentence (and what to do), which can be selected and copied; Enter and Esc close it."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.setWindowTitle("Pennyweight")
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addWidget(PlainLabel("Pennyweight cannot open", kind="title"))
        self.words = PlainLabel(sentence, wrap=True)
        self.words.setMinimumWidth(420)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.addStretch(1)
        self.close_button = PrimaryButton("Close")
        self.close_button.clicked.connect(self.accept)
        row.addWidget(self.close_button)
        column.addLayout(row)
        self.close_button.setDefault(True)
        self.close_button.setFocus()


def show_trouble(sentence: str) -> None:
    """Blocks until it is closed. There must be a screen and no other window."""
    application = QApplication.instance() or QApplication(["pennyweight"])
    assert isinstance(application, QApplication)
    application.setApplicationDisplayName("Pennyweight")
    Theme(application)
    TroubleDialog(sentence).exec()
