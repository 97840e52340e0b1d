"""The meter's line under an answer, and what can be done with the answer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from pennyweight.domain.conversation import Verdict
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.branches import BranchSwitch
from pennyweight.ui.widgets import CopyButton, FlowLayout, Part, PartsLine, SmallButton, ToggleButton


class AnswerFooter(QWidget):
    """While the answer streams: the live line and Stop. Afterwards: the final line and the actions."""

    stop = Signal()
    judged = Signal(object)
    """The Verdict that was pressed; None where it was pressed again, which takes it back."""
    copy = Signal()
    edit = Signal()
    again = Signal()
    """On this computer."""
    again_cloud = Signal()
    """From the provider that wrote it; what would be sent is shown first."""
    cloud = Signal()
    compare = Signal()
    step = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.setSpacing(10)
        self.parts = PartsLine()
        self.stop_button = SmallButton("■  Stop", name="Stop this answer")
        self.stop_button.clicked.connect(self.stop)
        line.addWidget(self.parts, 1)
        line.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignRight)
        column.addLayout(line)
        self._actions = QWidget()
        row = FlowLayout(self._actions, gap=6)
        self.keep_button = ToggleButton("Keep", mark="✓", tone="local", name="Keep this answer")
        self.keep_button.setToolTip("This answer is good: it counts where the cost per usable answer is told.")
        self.useless_button = ToggleButton("Not useful", mark="✕", tone="warn", name="Mark this answer as not useful")
        self.useless_button.setToolTip("This answer was no good: it cost what it did, but does not count as usable.")
        self.keep_button.clicked.connect(lambda on: self.judged.emit(Verdict.KEPT if on else None))
        self.useless_button.clicked.connect(lambda on: self.judged.emit(Verdict.NOT_USEFUL if on else None))
        self.branches = BranchSwitch(theme)
        self.copy_button = CopyButton(name="Copy this answer")
        self.edit_button = SmallButton("Edit question", name="Edit the question and ask again")
        self.again_button = SmallButton("Again", name="Answer this question again")
        self.cloud_button = SmallButton(
            "Ask the cloud…", name="Ask the cloud this question: see first what would be sent"
        )
        self.cloud_button.clicked.connect(self.cloud)
        self.compare_button = SmallButton("Compare", name="Compare answers to this question side by side")
        self.compare_button.clicked.connect(self.compare)
        self.copy_button.clicked.connect(self.copy)
        self.edit_button.clicked.connect(self.edit)
        self._writer = ""
        self.again_menu = QMenu(self)
        self.again_button.clicked.connect(self._again)
        self.branches.step.connect(self.step)
        for widget in (
            self.keep_button,
            self.useless_button,
            self.copy_button,
            self.edit_button,
            self.again_button,
            self.compare_button,
            self.cloud_button,
            self.branches,
        ):
            row.addWidget(widget)
        column.addWidget(self._actions)
        self.set_streaming(False)

    def set_writer(self, cloud_model: str) -> None:
        """The name of the cloud model that wrote this answer, "" for one of this computer."""
        self._writer = cloud_model
        self.again_button.setText("Again…" if cloud_model else "Again")
        self.again_menu.clear()
        if cloud_model:
            name = cloud_model.replace("&", "&&")
            self.again_menu.addAction(f"Ask {name} again: see first what would be sent", self.again_cloud.emit)
            self.again_menu.addAction("Answer on this computer", self.again.emit)

    def _again(self) -> None:
        if self._writer:
            self.again_menu.popup(self.again_button.mapToGlobal(QPoint(0, self.again_button.height() + 4)))
            self.again_menu.setActiveAction(self.again_menu.actions()[0])
        else:
            self.again.emit()

    def set_streaming(self, streaming: bool) -> None:
        self.stop_button.setVisible(streaming)
        self._actions.setVisible(not streaming)

    def show_verdict(self, verdict: Verdict | None) -> None:
        self.keep_button.setChecked(verdict is Verdict.KEPT)
        self.useless_button.setChecked(verdict is Verdict.NOT_USEFUL)

    def set_written(self, written: bool) -> None:
        """Without a text there is nothing to copy, and nothing to judge."""
        for button in (self.keep_button, self.useless_button, self.copy_button):
            button.setVisible(written)

    def show_parts(self, parts: Sequence[Part]) -> None:
        self.parts.show_parts(parts)
        self.parts.setVisible(bool(parts))

    def set_busy(self, busy: bool) -> None:
        """While another answer is being written, nothing new can be asked for."""
        self.edit_button.setEnabled(not busy)
        self.again_button.setEnabled(not busy)
        self.cloud_button.setEnabled(not busy)
        self.branches.setEnabled(not busy)


def put_on_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
