"""A card that can be chosen: one of a few answers to a question."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from pennyweight.ui.widgets import Badge, PlainLabel, Tone, restyle


class RadioMark(QFrame):
    """A ring that fills when its card is chosen."""


class ChoiceCard(QPushButton):
    """`title` with a badge, a muted line below, a figure on the right. Space chooses it; Enter is the page's."""

    def __init__(
        self, title: str, line: str, *, right: str = "", badge: tuple[str, Tone] | None = None, name: str = ""
    ) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name or f"{title}. {line}. {right}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title = PlainLabel(title, kind="strong")
        self._line = PlainLabel(line, tone="mute", kind="small")
        self._right = PlainLabel(right, tone="mute", kind="small")
        self._right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        if badge is not None:
            head.addWidget(Badge(badge[0], tone=badge[1]))
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(head)
        words.addWidget(self._line)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(14)
        mark = RadioMark()
        self.toggled.connect(lambda on: restyle(mark, on="true" if on else "false"))
        row.addWidget(mark)
        row.addLayout(words, 1)
        row.addWidget(self._right)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_words(self, title: str, line: str, right: str) -> None:
        self._title.setText(title)
        self._line.setText(line)
        self._right.setText(right)
        self.setAccessibleName(f"{title}. {line}. {right}")

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint().expandedTo(QSize(320, 60)) if layout is not None else QSize(320, 60)
