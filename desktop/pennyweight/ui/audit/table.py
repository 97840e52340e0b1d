"""A table of plain text that grows with its rows; Enter or a click opens a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from pennyweight.ui.widgets import Badge, Dot, ElidedLabel, Tone, plain_tooltip

_ROW_PX = 32
_NAME_PX = 110
_MARK_PX = 40
"""The dot of a marked row, and the room around it."""


class FactsTable(QTableWidget):
    """`opened` carries the number of the row. The first `words` columns are words, the others figures.

    The column `wide` takes what room there is; where that is too little the table scrolls sideways.
    """

    opened = Signal(int)

    def __init__(
        self,
        heads: Sequence[str],
        *,
        name: str,
        most_rows: int = 10,
        words: int = 1,
        wide: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(0, len(heads), parent)
        self._most = most_rows
        self._words = words
        self._wide = wide
        self._too_narrow = False
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(list(heads))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(60)
        for column in range(len(heads)):
            self.head(column).setTextAlignment(self._side(column))
        self.cellClicked.connect(lambda row, _column: self.opened.emit(row))

    def head(self, column: int) -> QTableWidgetItem:
        """The heading of a column."""
        item = self.horizontalHeaderItem(column)
        assert item is not None
        return item

    def show_lines(self, lines: Sequence[Sequence[str]]) -> None:
        self.clearContents()
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                item = QTableWidgetItem(text)
                item.setTextAlignment(self._side(column))
                self.setItem(row, column, item)
        self._fit()
        self.updateGeometry()

    def mark(self, row: int, tone: Tone, badge: str = "") -> None:
        """A dot before the first words of a row, and a badge behind them."""
        item = self._item(row, 0)
        text = item.text()
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text} {badge}".strip())
        item.setText("")
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(3, 0, 4, 0)
        line.setSpacing(7)
        line.addWidget(Dot(tone))
        line.addWidget(ElidedLabel(text, greedy=False))
        if badge:
            line.addWidget(Badge(badge, tone="warn"))
        line.addStretch(1)
        holder.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if self._wide != 0:  # a column that is as wide as its words must not cut them off
            item.setSizeHint(QSize(self.fontMetrics().horizontalAdvance(text) + _MARK_PX, _ROW_PX))
        self.setCellWidget(row, 0, holder)

    def explain(self, row: int, words: str) -> None:
        """What hovering over a row says, and a screen reader after its figures."""
        for column in range(self.columnCount()):
            self._item(row, column).setToolTip(plain_tooltip(words))
        self._item(row, 0).setData(Qt.ItemDataRole.AccessibleDescriptionRole, words)

    def texts(self) -> list[list[str]]:
        """As a screen reader has them."""
        return [[self._text(row, column) for column in range(self.columnCount())] for row in range(self.rowCount())]

    def sizeHint(self) -> QSize:
        rows = min(max(1, self.rowCount()), self._most)
        bar = self.horizontalScrollBar().sizeHint().height() if self._too_narrow else 0
        return QSize(320, self.horizontalHeader().sizeHint().height() + rows * _ROW_PX + bar + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        header = self.horizontalHeader()
        others = sum(
            max(self.sizeHintForColumn(column), header.sectionSizeHint(column), header.minimumSectionSize())
            for column in range(self.columnCount())
            if column != self._wide
        )
        narrow = self.viewport().width() - others < _NAME_PX
        if (
            narrow != self._too_narrow
            or header.sectionResizeMode(self._wide) == QHeaderView.ResizeMode.ResizeToContents
        ):
            self._too_narrow = narrow
            mode = QHeaderView.ResizeMode.Fixed if narrow else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(self._wide, mode)
            if narrow:
                header.resizeSection(self._wide, _NAME_PX)
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.opened.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if column < self._words else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.item(row, column)
        assert item is not None
        return item

    def _text(self, row: int, column: int) -> str:
        item = self._item(row, column)
        return str(item.data(Qt.ItemDataRole.AccessibleTextRole) or item.text())
