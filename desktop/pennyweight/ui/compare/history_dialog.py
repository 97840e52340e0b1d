"""Earlier comparisons: choose one to look at it again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from pennyweight.domain.comparison import Comparison
from pennyweight.ui.compare.words import verdict
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import GhostButton, PlainLabel
from pennyweight.ui.widgets.rows import SUBTITLE, RowDelegate

_ID = Qt.ItemDataRole.UserRole


class HistoryDialog(QDialog):
    """`chosen` carries the id of a comparison."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, comparisons: Sequence[Comparison], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Earlier comparisons")
        self.resize(560, 460)
        self.list = QListWidget()
        self.list.setAccessibleName("Earlier comparisons")
        self.list.setItemDelegate(RowDelegate(theme, self.list))
        for comparison in comparisons:
            flat = " ".join(comparison.prompt.split())[:120] or "Files only"
            item = QListWidgetItem(flat)
            item.setData(_ID, comparison.id)
            when = comparison.at.astimezone().strftime("%d %b %Y, %H:%M")
            hidden = comparison.blind and comparison.choice is None
            names = "names hidden" if hidden else " · ".join(s.model_name or s.model for s in comparison.sides)
            item.setData(SUBTITLE, f"{when} · {verdict(comparison) or f'{names}, no choice yet'}")
            self.list.addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addWidget(PlainLabel("Earlier comparisons", kind="title"))
        column.addWidget(self.list if comparisons else PlainLabel("There are none yet.", tone="mute"), 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = GhostButton("Close")
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        column.addLayout(foot)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(_ID)))
        self.accept()
