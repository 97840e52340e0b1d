"""The model's reasoning, folded away under one line."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pennyweight.ui.transcript.markdown import set_plain
from pennyweight.ui.transcript.text_view import TextView
from pennyweight.ui.widgets import LinkButton


class Reasoning(QWidget):
    """Hidden while there is none. The text is laid out only while it is unfolded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        self._button = LinkButton(quiet=True)
        self._button.setCheckable(True)
        self._button.toggled.connect(self._fold)
        self._view = TextView()
        self._view.setObjectName("reasoning")
        self._view.setAccessibleName("Reasoning")
        self._view.hide()
        column.addWidget(self._button)
        column.addWidget(self._view)
        self._text = ""
        self._tokens = 0
        self._thinking = False
        self.hide()

    def title(self) -> str:
        return self._button.text()

    def append(self, piece: str) -> None:
        """More of it, while the model thinks."""
        self._text += piece
        self._thinking = True
        self.setVisible(bool(self._text.strip()))
        if self._button.isChecked():
            cursor = QTextCursor(self._view.shown())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(piece)
        self._name()

    def settle(self) -> None:
        """The answer itself has begun."""
        if self._thinking:
            self._thinking = False
            self._name()

    def set_text(self, text: str) -> None:
        self._text = text
        self.setVisible(bool(text.strip()))
        if self._button.isChecked():
            set_plain(self._view.shown(), text.strip())
        self._name()

    def set_tokens(self, tokens: int) -> None:
        if tokens != self._tokens:
            self._tokens = tokens
            self._name()

    def _fold(self, unfolded: bool) -> None:
        if unfolded:
            set_plain(self._view.shown(), self._text.strip())
        self._view.setVisible(unfolded)
        self._name()

    def _name(self) -> None:
        arrow = "▾" if self._button.isChecked() else "▸"
        verb = "Thinking" if self._thinking else "Thought"
        amount = f" for {self._tokens:,} tokens" if self._tokens else ""
        self._button.setText(f"{arrow} {verb}{amount}{'…' if self._thinking else ''}")
