"""The files that will go along with the next message; each can be taken off again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from pennyweight.domain.conversation import Attachment
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import FlowLayout, IconButton, PlainLabel

_NAME_CHARACTERS = 40


class AttachmentChip(QFrame):
    remove = Signal()

    def __init__(self, theme: Theme, attachment: Attachment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attachment = attachment
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 2, 3, 2)
        row.setSpacing(6)
        picture = QLabel()
        picture.setPixmap(theme.icon("file-text").pixmap(14, 14))
        words = len(attachment.text.split())
        row.addWidget(picture)
        row.addWidget(PlainLabel(_short(attachment.name), kind="small"))
        row.addWidget(PlainLabel(f"{words:,} words", kind="small", tone="mute"))
        self.button = IconButton(theme, "x", f"Take {attachment.name} off", size=20)
        self.button.clicked.connect(self.remove)
        row.addWidget(self.button)
        self.setAccessibleName(f"Attached: {attachment.name}, {words:,} words")


class AttachmentChips(QWidget):
    """Hidden while there are none; `changed` after one was removed by hand."""

    changed = Signal()
    left = Signal(object)
    """An attachment is no longer here, whoever took it away."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._flow = FlowLayout(self, gap=6, line_gap=6)
        self._chips: list[AttachmentChip] = []
        self._fixed = False
        self.hide()

    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(chip.attachment for chip in self._chips)

    def set_attachments(self, attachments: tuple[Attachment, ...]) -> None:
        for chip in self._chips:
            self._discard(chip)
        self._chips = []
        for attachment in attachments:
            self.add(attachment)
        self.setVisible(bool(self._chips))

    def set_fixed(self, fixed: bool) -> None:
        """While an earlier message is edited its files stay: none can be taken off."""
        self._fixed = fixed
        for chip in self._chips:
            chip.button.setHidden(fixed)

    def add(self, attachment: Attachment) -> None:
        """A file that is already there (same content, same name) is not added twice."""
        if any((c.attachment.sha256, c.attachment.name) == (attachment.sha256, attachment.name) for c in self._chips):
            return
        chip = AttachmentChip(self._theme, attachment)
        chip.remove.connect(lambda: self._remove(chip))
        self._chips.append(chip)
        self._flow.addWidget(chip)
        chip.button.setHidden(self._fixed)
        self.show()

    def _remove(self, chip: AttachmentChip) -> None:
        self._chips.remove(chip)
        self._discard(chip)
        self.setVisible(bool(self._chips))
        self.changed.emit()

    def _discard(self, chip: AttachmentChip) -> None:
        self.left.emit(chip.attachment)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()


def _short(name: str) -> str:
    return name if len(name) <= _NAME_CHARACTERS else f"{name[: _NAME_CHARACTERS - 9]}…{name[-8:]}"
