"""The chat page's middle: top bar, banner, transcript or empty state, composer. Only the layout."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from pennyweight.services.recipes import RecipeBook
from pennyweight.ui.composer.composer import Composer
from pennyweight.ui.composer.editor import local_files
from pennyweight.ui.shell.top_bar import TopBar
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.column import READING_WIDTH
from pennyweight.ui.transcript.empty_state import EmptyState
from pennyweight.ui.transcript.view import TranscriptView
from pennyweight.ui.widgets import Banner, Toast, restyle

MIN_WIDTH = 360
_Key = Qt.KeyboardModifier
_PLAIN = _Key.ShiftModifier | _Key.KeypadModifier | _Key.GroupSwitchModifier
_ALT_GR = _Key.ControlModifier | _Key.AltModifier
"""How Windows tells of AltGr; X11 has GroupSwitch for it."""


class ChatPage(QWidget):
    def __init__(self, theme: Theme, recipes: RecipeBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(MIN_WIDTH)
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top = TopBar(theme)
        self.banner = Banner(theme)
        self.transcript = TranscriptView(theme)
        self.empty = EmptyState(theme)
        self.composer = Composer(theme, tuple(recipes))
        self.toast = Toast()
        column.addWidget(self.top)
        column.addWidget(_inset(self.banner, 0, 0))
        self._stack = QStackedWidget()
        self._empty_scroll = self._scrolling(self.empty)
        self._stack.addWidget(self._empty_scroll)
        self._stack.addWidget(self.transcript)
        column.addWidget(self._stack, 1)
        column.addWidget(self.toast)
        column.addWidget(_inset(self.composer, 0, 16))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is typed where nothing takes it, after a click on an answer say, is meant for the message box."""
        typed, others = event.text(), event.modifiers() & ~_PLAIN
        if typed.strip() and typed.isprintable() and others in (_Key.NoModifier, _ALT_GR):
            self.composer.setFocus()
            self.composer.editor.insertPlainText(typed)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
            restyle(self.composer, dropping="true")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        restyle(self.composer, dropping="false")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Files may be dropped anywhere on the page; they land in the composer."""
        restyle(self.composer, dropping="false")
        event.acceptProposedAction()
        self.composer.files_dropped.emit(local_files(event.mimeData()))

    def show_empty(self, empty: bool) -> None:
        self._stack.setCurrentWidget(self._empty_scroll if empty else self.transcript)

    def shows_empty(self) -> bool:
        return self._stack.currentWidget() is self._empty_scroll

    def _scrolling(self, content: QWidget) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        holder = _inset(content, 0, 0, side=28, width=READING_WIDTH)
        holder.setObjectName("content")
        area.setWidget(holder)
        return area


def _inset(content: QWidget, top: int, bottom: int, *, side: int = 20, width: int = READING_WIDTH + 16) -> QWidget:
    """In the middle, at most `width` wide; without a trace while the content is hidden."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(side, top, side, bottom)
    content.setMaximumWidth(width)
    row.addStretch(1)
    row.addWidget(content, 1000)
    row.addStretch(1)
    return holder
