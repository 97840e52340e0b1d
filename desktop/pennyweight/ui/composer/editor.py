"""The box one types in: grows with the text, takes dropped files, and turns a huge paste into an attachment."""

from __future__ import annotations

from math import ceil
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

MIN_PX, MAX_PX = 46, 220
HUGE_PASTE = 8_000
"""Characters from which a paste is offered as an attachment."""


class Editor(QTextEdit):
    """Plain text only. Enter sends, Shift+Enter breaks the line."""

    submitted = Signal()
    files_dropped = Signal(list)
    """Paths of dropped or pasted files."""
    huge_paste = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Message")
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.setFixedHeight(MIN_PX)

    def text(self) -> str:
        return self.toPlainText()

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())

    def _fit(self, size: QSizeF) -> None:
        self.setFixedHeight(min(max(ceil(size.height()) + 2, MIN_PX), MAX_PX))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(local_files(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        files = local_files(source)
        if files:
            self.files_dropped.emit(files)
        elif source.hasText() and len(source.text()) >= HUGE_PASTE:
            self.huge_paste.emit(source.text())
        elif source.hasText():
            self.insertPlainText(source.text())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        files = local_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)
        else:
            super().dropEvent(event)


def local_files(data: QMimeData) -> list[Path]:
    """The files on this disk among what is dropped or pasted."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
