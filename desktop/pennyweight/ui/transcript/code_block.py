"""A fenced code block: its language, a copy button, and coloured text that scrolls sideways."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent, QTextCursor, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.theme.fonts import mono_font
from pennyweight.ui.transcript.markdown import set_plain
from pennyweight.ui.transcript.text_view import TextView
from pennyweight.ui.widgets import LinkButton, PlainLabel, tell_copied

_BAR_PX = 14


class _CodeView(TextView):
    """Unwrapped lines; a sideways scroll bar where they are too long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineWrapMode(TextView.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.shown().setDefaultFont(mono_font(13))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Code")

    def hasHeightForWidth(self) -> bool:
        return False

    def _fit(self, size: QSizeF) -> None:
        extra = _BAR_PX if size.width() > self.viewport().width() else 0
        self.setFixedHeight(max(ceil(size.height()) + extra, 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit(self.shown().documentLayout().documentSize())

    def wheelEvent(self, event: QWheelEvent) -> None:
        sideways = abs(event.angleDelta().x()) > abs(event.angleDelta().y())
        if sideways and self.horizontalScrollBar().maximum() > 0:
            super(TextView, self).wheelEvent(event)
        else:
            event.ignore()


class CodeBlock(QFrame):
    """`append` while it streams, `close_block` once it is whole (only then it is coloured)."""

    def __init__(self, theme: Theme, language: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._language = language
        self._text = ""
        self._closed = False
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 8, 10)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(PlainLabel(language or "text", tone="mute", kind="small"))
        head.addStretch(1)
        self._copy = LinkButton("Copy", name="Copy this code", quiet=True)
        self._copy.clicked.connect(self._copy_text)
        tell_copied(self._copy)
        head.addWidget(self._copy)
        column.addLayout(head)
        self._view = _CodeView()
        column.addWidget(self._view)

    def text(self) -> str:
        return self._text

    def set_streaming(self, text: str) -> None:
        """The code so far; only what is new is inserted."""
        if text.startswith(self._text):
            cursor = QTextCursor(self._view.shown())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(self._text) :])
        else:
            self._view.shown().setPlainText(text)
        self._text = text

    def close_block(self, text: str) -> None:
        """The whole code."""
        self._text = text
        self._closed = True
        set_plain(self._view.shown(), text)
        from pennyweight.ui.transcript.highlight import highlight  # most chats have no code

        highlight(self._view.shown(), self._language, self._theme.tokens())

    def redress(self) -> None:
        """The look has changed."""
        if self._closed:
            self.close_block(self._text)

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
