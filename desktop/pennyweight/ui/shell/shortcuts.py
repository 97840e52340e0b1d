"""Every shortcut, in one table: the keys, the words for the list that F1 shows, and the name of what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.ui.widgets import Badge, GhostButton, PlainLabel
from pennyweight.ui.widgets.page_scroll import PageScroll
from pennyweight.ui.widgets.screen_room import resize_within_screen


@dataclass(frozen=True, slots=True)
class Binding:
    action: str
    keys: tuple[str, ...]
    about: str


BINDINGS = (
    Binding("new_chat", ("Ctrl+N",), "New chat"),
    Binding("search", ("Ctrl+K", "Ctrl+F"), "Search all chats"),
    Binding("previous_chat", ("Ctrl+Up",), "Chat above in the list"),
    Binding("next_chat", ("Ctrl+Down",), "Chat below in the list"),
    Binding("rename", ("F2",), "Rename this chat, or the one chosen in the list"),
    Binding("project", ("Ctrl+T",), "Its project in the audit"),
    Binding("bring_back", ("Ctrl+Shift+T",), "Bring back the chat that was deleted last"),
    Binding("send", ("Ctrl+Return", "Ctrl+Enter"), "Send"),
    Binding("ask_cloud", ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"), "Ask the cloud: see first what would be sent"),
    Binding("stop", ("Esc",), "Stop the answer, leave an edit"),
    Binding("again", ("Ctrl+R",), "Answer the last question again, by whom it was answered"),
    Binding("again_here", ("Ctrl+Shift+R",), "Answer it again on this computer"),
    Binding("edit_last", ("Ctrl+E",), "Edit the last question"),
    Binding("keep", ("Ctrl+Shift+K",), "Keep the last answer, or take that back"),
    Binding("not_useful", ("Ctrl+Shift+N",), "Mark it as not useful, or take that back"),
    Binding("attach", ("Ctrl+O",), "Attach a text file"),
    Binding("task_1", ("Ctrl+1",), "Ask"),
    Binding("task_2", ("Ctrl+2",), "Draft"),
    Binding("task_3", ("Ctrl+3",), "Summarize"),
    Binding("task_4", ("Ctrl+4",), "Rewrite"),
    Binding("write", ("Ctrl+L",), "Go to the message box"),
    Binding("meter", ("Ctrl+M",), "Show or hide the meter"),
    Binding("list", ("Ctrl+B",), "Show or hide the chats"),
    Binding("lock", ("Ctrl+Shift+L",), "What may leave this computer"),
    Binding("compare", ("Ctrl+Shift+D",), "Compare"),
    Binding("audit", ("Ctrl+Shift+A",), "Audit"),
    Binding("import", ("Ctrl+Shift+I",), "Import other programs' logs"),
    Binding("models", ("Ctrl+Shift+M",), "Models"),
    Binding("settings", ("Ctrl+,",), "Settings"),
    Binding("larger", ("Ctrl++", "Ctrl+="), "Everything larger, from the next start"),
    Binding("smaller", ("Ctrl+-",), "Everything smaller"),
    Binding("usual_size", ("Ctrl+0",), "Everything in its usual size"),
    Binding("shortcuts", ("F1",), "This list"),
    Binding("about", ("Shift+F1",), "About Pennyweight"),
    Binding("quit", ("Ctrl+Q",), "Quit"),
)
_MORE = (
    ("Enter", "Send, from the message box"),
    ("Shift+Enter", "New line"),
    ("Delete", "Delete a chat, in the list"),
)


def bind(window: QWidget, actions: Mapping[str, Callable[[], None]]) -> None:
    """Install every binding; KeyError if an action is missing, so that none is dead."""
    for binding in BINDINGS:
        call = actions[binding.action]
        for keys in binding.keys:
            shortcut = QShortcut(QKeySequence(keys), window)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda call=call: call())


class ShortcutsDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(PlainLabel("Keyboard shortcuts", kind="title"))
        content = _table(sides=2)
        if content.sizeHint().width() > self.screen().availableSize().width() - 80:
            content = _table(sides=1)
        scroll = PageScroll(content)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        column.addWidget(scroll)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = GhostButton("Close")
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        column.addLayout(foot)
        bar = QSize(scroll.verticalScrollBar().sizeHint().width(), 0)
        resize_within_screen(self, content.sizeHint() + bar + column.sizeHint() - scroll.sizeHint())


def _table(sides: int) -> QWidget:
    """All shortcuts, in so many columns side by side."""
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 12, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(7)
    lines = [(" or ".join(binding.keys), binding.about) for binding in BINDINGS] + list(_MORE)
    rows = -(-len(lines) // sides)
    for number, (keys, about) in enumerate(lines):
        row, side = number % rows, number // rows * 2
        grid.addWidget(Badge(keys), row, side, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(PlainLabel(about), row, side + 1)
        grid.setColumnMinimumWidth(side, 170 if side else 0)
    return table
