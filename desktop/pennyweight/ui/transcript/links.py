"""Opening a link that a model wrote: only after the person has seen where it goes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.ui.widgets import GhostButton, PlainLabel, PrimaryButton

_ALLOWED = ("http", "https", "mailto")


def may_open(address: str) -> bool:
    """Web and mail addresses only: never a file or another program's scheme."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    return url.isValid() and url.scheme().lower() in _ALLOWED and (bool(url.host()) or url.scheme() == "mailto")


class LinkDialog(QDialog):
    """Shows the whole address; opens it in the browser, copies it, or does nothing."""

    def __init__(
        self,
        address: str,
        parent: QWidget | None = None,
        *,
        open_url: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open this address?")
        self._address = address
        self._open_url = open_url
        allowed = may_open(address)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        title = "Open this address in your browser?" if allowed else "This address cannot be opened from here."
        column.addWidget(PlainLabel(title, kind="title"))
        note = (
            "Pennyweight itself makes no connection; your browser will."
            if allowed
            else "Only web and mail addresses can be."
        )
        column.addWidget(PlainLabel(note, tone="mute", kind="small"))
        shown = PlainLabel(_breakable(address), wrap=True, selectable=True)
        shown.setMinimumWidth(380)
        column.addWidget(shown)
        row = QHBoxLayout()
        row.addStretch(1)
        copy, cancel = GhostButton("Copy address"), GhostButton("Cancel")
        copy.clicked.connect(self._copy)
        cancel.clicked.connect(self.reject)
        row.addWidget(copy)
        row.addWidget(cancel)
        if allowed:
            self.open_button = PrimaryButton("Open")
            self.open_button.clicked.connect(self._open)
            row.addWidget(self.open_button)
        column.addLayout(row)
        cancel.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.reject()

    def _open(self) -> None:
        self._open_url(QUrl(self._address, QUrl.ParsingMode.StrictMode))
        self.accept()


def _breakable(address: str) -> str:
    """Zero-width spaces let a long address wrap, so that no part of it can hide."""
    return "\u200b".join(address[start : start + 40] for start in range(0, len(address), 40))
