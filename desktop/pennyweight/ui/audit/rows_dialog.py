"""The ledger rows behind a bar or a line; a row shows its rate card and where it came from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.audit.words import ROW_HEADS, entry_facts, entry_line
from pennyweight.ui.widgets import Card, GhostButton, PlainLabel
from pennyweight.ui.widgets.screen_room import resize_within_screen

MOST = 500
_SIZE = QSize(860, 640)


class RowsDialog(QDialog):
    """Newest first, at most `MOST`; the first row is open."""

    def __init__(self, title: str, entries: Sequence[LedgerEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Rows: {title}")
        resize_within_screen(self, _SIZE)
        self._entries = entries
        self.table = FactsTable(ROW_HEADS, name=f"Ledger rows: {title}", words=3, wide=2)
        self.table.show_lines([entry_line(entry) for entry in entries])
        self.table.opened.connect(self.show_entry)
        self.table.currentCellChanged.connect(lambda row, *_: self.show_entry(row))
        self.facts = Card("Rate card and origin")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setColumnStretch(1, 1)
        self.facts.body.addLayout(self._grid)
        close = GhostButton("Close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(PlainLabel(_count_words(len(entries)), tone="mute", kind="small"))
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(PlainLabel(title, kind="title"))
        column.addWidget(self.table, 1)
        column.addWidget(self.facts)
        column.addLayout(foot)
        self.facts.setVisible(bool(entries))
        if entries:
            self.table.setCurrentCell(0, 0)

    def show_entry(self, row: int) -> None:
        if not 0 <= row < len(self._entries):
            return
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line, (name, value) in enumerate(entry_facts(self._entries[row])):
            self._grid.addWidget(PlainLabel(name, tone="mute", kind="small"), line, 0)
            self._grid.addWidget(PlainLabel(value, kind="small", wrap=True, selectable=True), line, 1)


def _count_words(count: int) -> str:
    if count >= MOST:
        return f"The newest {MOST:,} rows; an export has all of them."
    return f"{count:,} {'row' if count == 1 else 'rows'}"
