"""Earlier comparisons and batches: choose one to look at it again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from pennyweight.domain.comparison import Earlier
from pennyweight.ui.compare.words import history_line
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import GhostButton, PlainLabel
from pennyweight.ui.widgets.rows import SUBTITLE, RowDelegate

_LINE = Qt.ItemDataRole.UserRole


class HistoryDialog(QDialog):
    """`chosen` carries the id of a comparison, `batch_chosen` that of a batch."""

    chosen = Signal(str)
    batch_chosen = Signal(str)

    def __init__(self, theme: Theme, lines: Sequence[Earlier], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Earlier comparisons")
        self.resize(560, 460)
        self.list = QListWidget()
        self.list.setAccessibleName("Earlier comparisons")
        self.list.setItemDelegate(RowDelegate(theme, self.list))
        for line in lines:
            title, subtitle = history_line(line)
            item = QListWidgetItem(title)
            item.setData(_LINE, line)
            item.setData(SUBTITLE, subtitle)
            self.list.addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addWidget(PlainLabel("Earlier comparisons", kind="title"))
        column.addWidget(self.list if lines else PlainLabel("There are none yet.", tone="mute"), 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = GhostButton("Close")
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        column.addLayout(foot)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)

    def _choose(self, item: QListWidgetItem) -> None:
        line: Earlier = item.data(_LINE)
        if line.first.batch:
            self.batch_chosen.emit(line.first.batch)
        else:
            self.chosen.emit(line.first.id)
        self.accept()
