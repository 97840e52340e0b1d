"""What the person wrote: a bubble on the right, with the task, the files that went along and the text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QVBoxLayout, QWidget

from pennyweight.domain.conversation import Attachment, Message, Task
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.branches import BranchSwitch
from pennyweight.ui.transcript.markdown import set_plain
from pennyweight.ui.transcript.text_view import TextView
from pennyweight.ui.widgets import Badge, FlowLayout, LinkButton, PlainLabel

SHARE = 0.72
FOLD_CHARACTERS = 1_200
_PADDING_X, _PADDING_Y = 14, 10


def describe(attachment: Attachment) -> str:
    """ "notes.txt · 1,204 words"."""
    words = len(attachment.text.split())
    return f"{attachment.name} · {words:,} {'word' if words == 1 else 'words'}"


class UserBubble(QWidget):
    """Full width; the bubble inside is as wide as its text, at most 72 percent. Long text is folded."""

    edit = Signal(str)
    step = Signal(str, int)

    def __init__(self, theme: Theme, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self._folded = len(message.text) > FOLD_CHARACTERS
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"You: {message.text[:200]}")
        self._frame = QFrame(self)
        self._frame.setObjectName("bubble")
        column = QVBoxLayout(self._frame)
        column.setContentsMargins(_PADDING_X, _PADDING_Y, _PADDING_X, _PADDING_Y)
        column.setSpacing(4)
        self._head = self._build_head(message)
        if self._head is not None:
            column.addWidget(self._head)
        self._text = TextView()
        self._text.setAccessibleName("Your message")
        self._text.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._text.customContextMenuRequested.connect(self._menu)
        self._show_text()
        column.addWidget(self._text)
        self._text.setVisible(bool(message.text.strip()))  # not before: without a parent it would be a window
        self._more = LinkButton(quiet=True)
        self._more.clicked.connect(self._toggle)
        column.addWidget(self._more)
        self._more.setVisible(self._folded)
        self._name_more()
        self.branches = BranchSwitch(theme, self)
        self.branches.step.connect(lambda step: self.step.emit(message.id, step))

    def text(self) -> str:
        return self._text.toPlainText()

    def set_branch(self, index: int, count: int) -> None:
        self.branches.show_position(index, count)
        self.updateGeometry()
        self._place()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._frame_height(self._frame_width(width)) + self._foot()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width = self._frame_width(self.width())
        height = self._frame_height(width)
        self._frame.setGeometry(self.width() - width, 0, width, height)
        hint = self.branches.sizeHint()
        self.branches.setGeometry(self.width() - hint.width(), height + 2, hint.width(), hint.height())

    def _foot(self) -> int:
        return 0 if self.branches.isHidden() else self.branches.sizeHint().height() + 2

    def _frame_width(self, room: int) -> int:
        wanted = self._text.ideal_width() if self._text.isVisibleTo(self._frame) else 0
        if self._head is not None:
            wanted = max(wanted, self._head.sizeHint().width())
        if not self._more.isHidden():
            wanted = max(wanted, self._more.sizeHint().width())
        return min(wanted + 2 * _PADDING_X + 2, int(room * SHARE))

    def _frame_height(self, width: int) -> int:
        layout = self._frame.layout()
        return layout.totalHeightForWidth(width) if layout is not None else 0

    def _build_head(self, message: Message) -> QWidget | None:
        if message.task is Task.ASK and not message.attachments:
            return None
        head = QWidget()
        row = FlowLayout(head, gap=8, line_gap=2)
        if message.task is not Task.ASK:
            row.addWidget(Badge(message.task.value.capitalize(), tone="local"))
        for attachment in message.attachments:
            row.addWidget(PlainLabel(describe(attachment)))
        return head

    def _show_text(self) -> None:
        text = self.message.text.rstrip()
        if self._folded:
            text = text[:FOLD_CHARACTERS].rsplit(None, 1)[0] + " …"
        set_plain(self._text.shown(), text)

    def unfold(self) -> None:
        if self._folded:
            self._toggle()

    def _toggle(self) -> None:
        self._folded = not self._folded
        self._show_text()
        self._name_more()
        self.updateGeometry()

    def _name_more(self) -> None:
        words = len(self.message.text.split())
        self._more.setText(f"Show all {words:,} words" if self._folded else "Show less")

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        selected = self._text.textCursor().hasSelection()
        menu.addAction("Copy selection" if selected else "Copy", self._copy)
        menu.addAction("Edit and ask again…", lambda: self.edit.emit(self.message.id))
        menu.popup(self._text.mapToGlobal(at))

    def _copy(self) -> None:
        if self._text.textCursor().hasSelection():
            self._text.copy()
        else:
            QGuiApplication.clipboard().setText(self.message.text)
