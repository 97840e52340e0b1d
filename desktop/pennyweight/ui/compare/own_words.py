"""Editing the answer that was chosen, in its place: the person's own wording, for the preference export."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from pennyweight.ui.widgets import GhostButton, PrimaryButton

_LEAST_PX, _MOST_PX = 72, 320


class _Box(QPlainTextEdit):
    """Ctrl+Enter keeps and Esc gives up, before the shortcuts of the window hear of it."""

    kept = Signal()
    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _meant(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keep = _meant(event)
        if keep is None:
            super().keyPressEvent(event)
        else:
            (self.kept if keep else self.left).emit()


def _meant(event: QKeyEvent) -> bool | None:
    """True to keep, False to give up, None for a key of the text."""
    if event.key() == Qt.Key.Key_Escape:
        return False
    enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return True if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier else None


class OwnWords(QWidget):
    """`kept` carries the text; "" takes the person's wording back. `closed` after either button."""

    kept = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = _Box()
        self.box.setAccessibleName("Your wording of this answer")
        self.box.setTabChangesFocus(True)
        self.box.document().setDocumentMargin(6)
        self.keep = PrimaryButton("Keep my wording", name="Keep my wording (Ctrl+Enter)")
        self.keep.setToolTip("Ctrl+Enter")
        self.cancel = GhostButton("Cancel", name="Leave the answer as it is (Esc)")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.box)
        column.addLayout(row)
        self.box.kept.connect(self._keep)
        self.box.left.connect(self.close_it)
        self.keep.clicked.connect(self._keep)
        self.cancel.clicked.connect(self.close_it)
        self.hide()

    def begin(self, text: str) -> None:
        self.box.setPlainText(text)
        lines = 1 + sum(1 + len(line) // 60 for line in text.split("\n"))
        height = lines * self.box.fontMetrics().lineSpacing()
        self.box.setFixedHeight(max(_LEAST_PX, min(height, _MOST_PX)))
        self.show()
        self.box.setFocus()

    def close_it(self) -> None:
        self.hide()
        self.closed.emit()

    def _keep(self) -> None:
        text = self.box.toPlainText().strip()
        self.close_it()
        self.kept.emit(text)
