"""Which project a chat belongs to: one of those in use, or a new name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.ui.widgets import GhostButton, PlainLabel, PrimaryButton


class ProjectDialog(QDialog):
    """`chosen` carries the tag; empty for none."""

    chosen = Signal(str)

    def __init__(self, title: str, project: str, projects: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Project of the chat")
        self.field = QComboBox()
        self.field.setEditable(True)
        self.field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.field.addItems(list(projects))
        self.field.setAccessibleName("Project")
        self.field.setMinimumWidth(340)
        line = self.field.lineEdit()
        assert line is not None
        line.setMaxLength(80)
        line.setPlaceholderText("No project")
        self.field.setEditText(project)
        line.selectAll()
        self.clear = GhostButton("No project")
        self.clear.setEnabled(bool(project))
        self.clear.clicked.connect(lambda: self._choose(""))
        cancel, self.save = GhostButton("Cancel"), PrimaryButton("Save")
        cancel.clicked.connect(self.reject)
        self.save.clicked.connect(lambda: self._choose(self.field.currentText()))
        self.save.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addWidget(PlainLabel("Project of the chat", kind="title"))
        about = f"“{title}” and what it cost are counted under this name in the audit. No figure changes by it."
        column.addWidget(PlainLabel(about, tone="mute", wrap=True))
        column.addWidget(self.field)
        row = QHBoxLayout()
        row.addWidget(self.clear)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.save)
        column.addLayout(row)
        self.field.setFocus()

    def _choose(self, project: str) -> None:
        self.accept()
        self.chosen.emit(" ".join(project.split()))
