"""Choosing one chat or imported session: type to filter, arrows to move, Enter to choose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from pennyweight.services.audit import Chat
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.popup import PopupPanel
from pennyweight.ui.widgets.rows import SUBTITLE, RowDelegate

_ID = Qt.ItemDataRole.UserRole + 10
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class ChatPicker(PopupPanel):
    """`chosen` carries the id of the conversation."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Choose a chat")
        self._items = QStandardItemModel(self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._items)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search chats and sessions")
        self.search.setAccessibleName("Search chats and sessions")
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.view = QListView()
        self.search.returnPressed.connect(lambda: self._choose(self.view.currentIndex()))
        self.view.setAccessibleName("Chats and sessions")
        self.view.setModel(self._shown)
        self.view.setItemDelegate(RowDelegate(theme, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._choose)
        self.body.addWidget(self.search)
        self.body.addWidget(self.view, 1)

    def sizeHint(self) -> QSize:
        return QSize(420, 380)

    def open_for(self, anchor: QWidget, chats: Sequence[Chat]) -> None:
        self._items.clear()
        for chat in chats:
            item = QStandardItem(chat.name)
            item.setEditable(False)
            item.setData(f"{chat.last.astimezone():%Y-%m-%d %H:%M}", SUBTITLE)
            item.setData(chat.conversation_id, _ID)
            self._items.appendRow(item)
        self.search.clear()
        self._filter("")
        self.open_under(anchor, right=True)
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            self._move(_MOVES[Qt.Key(event.key())])
            return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self._shown.setFilterFixedString(text.strip())
        self.view.setCurrentIndex(self._shown.index(0, 0))

    def _move(self, step: int) -> None:
        row = max(0, min(self._shown.rowCount() - 1, self.view.currentIndex().row() + step))
        index = self._shown.index(row, 0)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.close()
            self.chosen.emit(str(index.data(_ID)))
