"""The list of conversations with its search box."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QLineEdit, QListView, QMenu, QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import ConversationSummary, SearchHit
from pennyweight.services.conversations import ConversationService
from pennyweight.ui.shell.conversation_delegate import ConversationDelegate
from pennyweight.ui.shell.conversation_model import ROW_ROLE, ConversationModel, Row, hit_rows, summary_rows
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import IconButton, PlainLabel

SEARCH_MS = 150
MAX_HITS = 60
PAGE, ALL = 200, 1_000_000


class _List(QListView):
    delete_key = Signal()
    enter_key = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_key.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state() != self.State.EditingState:
            self.enter_key.emit()
        else:
            super().keyPressEvent(event)


class Sidebar(QFrame):
    """`opened` carries a conversation's id and, for a search hit, the message's."""

    opened = Signal(str, str)
    new_chat = Signal()
    delete = Signal(str)
    renamed = Signal(str, str)
    project = Signal(str)
    """The id of a chat whose project tag is to be chosen."""
    export = Signal(str)
    title_edited = Signal()
    """The field in the row is gone, whether the title changed or not."""

    def __init__(
        self, theme: Theme, conversations: ConversationService, runner: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self._conversations = conversations
        self._runner = runner
        self._current = ""
        self._to_edit = ""
        self._stale = False
        self._asked = 0
        self._searched = ""
        """What the rows are hits of; empty for all chats."""
        self._limit = PAGE
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(6)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search all chats")
        self.search.setAccessibleName("Search all chats")
        self.search.setClearButtonEnabled(True)
        self.new_button = IconButton(theme, "plus", "New chat (Ctrl+N)", size=34)
        self.new_button.clicked.connect(self.new_chat)
        head.addWidget(self.search, 1)
        head.addWidget(self.new_button)
        column.addLayout(head)
        self.model = ConversationModel(self)
        self.list = self._build_list(theme)
        self._none_yet = PlainLabel("Your chats will be listed here.", tone="mute", kind="small", wrap=True)
        self._none_yet.setContentsMargins(4, 8, 4, 0)
        self._none_yet.hide()
        column.addWidget(self._none_yet)
        column.addWidget(self.list, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_MS)
        self._timer.timeout.connect(self.reload)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.search.returnPressed.connect(self._open_first)
        self.model.renamed.connect(self.renamed)
        theme.changed.connect(self.list.viewport().update)

    def reload(self) -> None:
        """Fetch the rows anew."""
        self._asked += 1
        asked, query = self._asked, self.search.text().strip()
        if query:
            self._runner.query(
                lambda: self._conversations.search(query, MAX_HITS),
                lambda hits: self._show_hits(asked, query, hits),
                owner=self,
            )
        else:
            limit, fetch = self._limit, self._conversations.list
            self._runner.query(lambda: fetch(None, limit), lambda found: self._show_all(asked, found), owner=self)

    def set_current(self, conversation_id: str) -> None:
        """Mark the open conversation; "" for a new one."""
        self._current = conversation_id
        self._mark()

    def title_of(self, conversation_id: str) -> str:
        index = self.model.index_of(conversation_id)
        return self.model.rows[index.row()].title if index.isValid() else ""

    def chosen(self) -> str:
        """The chat under the keyboard's cursor; "" while the list does not have the keyboard."""
        row = self._row(self.list.currentIndex()) if self.list.hasFocus() else None
        return row.conversation_id if row is not None else ""

    def edit_title(self, conversation_id: str) -> None:
        """Rename it in its row; from a search the whole list comes back first."""
        self._to_edit = conversation_id
        if self.search.text():
            self.search.clear()
            self._timer.stop()
            self.reload()
        else:
            self._edit_waiting()

    def neighbour(self, step: int) -> str:
        """The id of the next (+1) or previous (-1) conversation in the list; "" at the end."""
        ids = self.model.conversations()
        if not ids:
            return ""
        if self._current not in ids:
            return ids[0]
        place = ids.index(self._current) + step
        return ids[place] if 0 <= place < len(ids) else ""

    def _build_list(self, theme: Theme) -> _List:
        view = _List()
        view.setModel(self.model)
        delegate = ConversationDelegate(theme, view)
        view.setItemDelegate(delegate)
        delegate.closeEditor.connect(lambda: self._edited())  # after the view, which takes the focus for itself
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)  # F2 is the window's
        view.setMouseTracking(True)
        view.setAccessibleName("Chats")
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu)
        view.clicked.connect(self._open)
        view.enter_key.connect(lambda: self._open(view.currentIndex()))
        view.verticalScrollBar().valueChanged.connect(self._more_at_the_end)
        view.delete_key.connect(lambda: self._delete(view.currentIndex()))
        return view

    def _more_at_the_end(self, value: int) -> None:
        """Fetch a longer list once its end comes into view; chats are many only for a few people."""
        whole = len(self.model.conversations()) < self._limit
        if not whole and not self.search.text() and value >= self.list.verticalScrollBar().maximum():
            self._limit += PAGE
            self.reload()

    def _edit_waiting(self) -> None:
        if not self._to_edit:
            return
        index = self.model.index_of(self._to_edit)
        if not index.isValid() and self._limit < ALL:  # an old chat, opened from a search
            self._limit = ALL
            self.reload()
            return
        self._to_edit = ""
        if index.isValid():
            self.list.setFocus()
            self.list.scrollTo(index)
            self.list.setCurrentIndex(index)
            self.list.edit(index)

    def _edited(self) -> None:
        """What was to be shown meanwhile would have taken the field away."""
        if self._stale:
            self._stale = False
            self.reload()
        self._mark()
        self.title_edited.emit()

    def _show_all(self, asked: int, found: list[ConversationSummary]) -> None:
        if asked == self._asked and self.list.state() == _List.State.EditingState:
            self._stale = True
        elif asked == self._asked:
            place = self.list.verticalScrollBar().value()
            self._searched = ""
            self._none_yet.setVisible(not found)
            self.model.show_rows(summary_rows(found, date.today()))
            self._mark()
            self.list.verticalScrollBar().setValue(place)
            self._edit_waiting()

    def _show_hits(self, asked: int, query: str, hits: Sequence[SearchHit]) -> None:
        if asked != self._asked:
            return
        again, self._searched = query == self._searched, query
        chosen, place = self._row(self.list.currentIndex()), self.list.verticalScrollBar().value()
        self._none_yet.hide()
        self.model.show_rows(hit_rows(hits))
        if again and chosen in self.model.rows:
            self._choose(self.model.index(self.model.rows.index(chosen)))
        if again:
            self.list.verticalScrollBar().setValue(place)

    def _mark(self) -> None:
        index = self.model.index_of(self._current) if self._current else QModelIndex()
        row = self._row(self.list.currentIndex()) if self._searched else None
        if row is None or (index.isValid() and row.conversation_id != self._current):
            self._choose(index)  # else the hit that was chosen stays: the open chat has none, or several

    def _mark_later(self) -> None:
        """Once what was picked in the menu, if anything, has begun."""
        QTimer.singleShot(0, self, lambda: None if self.list.state() == _List.State.EditingState else self._mark())

    def _choose(self, index: QModelIndex) -> None:
        selection = self.list.selectionModel()
        if index.isValid():
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        else:
            selection.clear()

    def _open(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is not None:
            self.opened.emit(row.conversation_id, row.message_id)

    def _open_first(self) -> None:
        for number, row in enumerate(self.model.rows):
            if not row.heading:
                self._open(self.model.index(number))
                return

    def _delete(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is not None:
            self.delete.emit(row.conversation_id)

    def _project(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is not None:
            self.project.emit(row.conversation_id)

    def _row(self, index: QModelIndex) -> Row | None:
        row = index.data(ROW_ROLE) if index.isValid() else None
        return row if isinstance(row, Row) and not row.heading else None

    def _menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        row = self._row(index)
        if row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open", lambda: self._open(index))
        if not row.message_id:
            menu.addAction("Rename…", lambda: self.edit_title(row.conversation_id))
            menu.addAction("Project…", lambda: self._project(index))
            menu.addAction("Export…", lambda: self.export.emit(row.conversation_id))
            menu.addSeparator()
            menu.addAction("Delete", lambda: self._delete(index))
        menu.aboutToHide.connect(self._mark_later)  # the click chose the row; the chat that is shown is another one
        menu.popup(self.list.viewport().mapToGlobal(at))
