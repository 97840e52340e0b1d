"""What this is, which version, under which licence."""

from __future__ import annotations

import platform

from PySide6 import __version__ as qt_version
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pennyweight import __version__
from pennyweight.ui.widgets import GhostButton, PlainLabel


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Pennyweight")
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 18)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(14)
        mark = QLabel()
        mark.setPixmap(QApplication.windowIcon().pixmap(56, 56))
        head.addWidget(mark)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(PlainLabel("Pennyweight", kind="h1"))
        words.addWidget(PlainLabel(f"Version {__version__}", tone="mute", kind="small", selectable=True))
        head.addLayout(words)
        head.addStretch(1)
        column.addLayout(head)
        text = PlainLabel(
            "Answers on your own hardware, and tells what each one cost here and what it would have cost in the cloud. "
            "Nothing leaves this computer without your yes.",
            wrap=True,
        )
        text.setMinimumWidth(380)
        column.addWidget(text)
        column.addWidget(
            PlainLabel(
                f"MIT licence. Built with Qt {qt_version} (LGPL) and llama.cpp; set in Inter (Open Font License). "
                f"Python {platform.python_version()}.",
                tone="mute",
                kind="small",
                wrap=True,
            )
        )
        close = GhostButton("Close")
        close.clicked.connect(self.accept)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
