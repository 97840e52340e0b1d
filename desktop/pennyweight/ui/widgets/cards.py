"""Containers with an edge."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from pennyweight.ui.widgets.labels import PlainLabel


class Card(QFrame):
    """A rounded panel with a column layout (`body`); with a `title`, that comes first."""

    def __init__(self, title: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 14, 16, 14)
        self.body.setSpacing(6)
        if title:
            self.body.addWidget(PlainLabel(title, kind="strong"))
            self.setAccessibleName(title)
