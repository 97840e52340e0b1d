"""The rail on the left: which page is shown."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import IconButton

PAGES = (
    ("chat", "note-pencil", "Chat"),
    ("compare", "arrows-left-right", "Compare"),
    ("audit", "chart-bar", "Audit"),
    ("models", "download-simple", "Models"),
    ("settings", "gear-six", "Settings"),
)
WIDTH_PX = 56


class Rail(QFrame):
    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName("Pages")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 7, 12)
        column.setSpacing(6)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, IconButton] = {}
        for key, icon, name in PAGES:
            if key == "settings":
                column.addStretch(1)
            button = IconButton(theme, icon, name, size=40, checkable=True)
            button.clicked.connect(lambda _checked=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self.buttons[key] = button
            column.addWidget(button)
        self.show_page("chat")

    def show_page(self, key: str) -> None:
        self.buttons[key].setChecked(True)
