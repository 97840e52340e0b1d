"""The composer: task, text, files, what it will cost, and Send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.domain.recipe import Recipe
from pennyweight.services.comparison import Statistics
from pennyweight.services.draft import AskPlan
from pennyweight.ui.composer.attachment_chips import AttachmentChips
from pennyweight.ui.composer.editor import Editor
from pennyweight.ui.composer.estimate import advice_parts, estimate_parts, notice
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import ChipRow, IconButton, LinkButton, PartsLine, PlainLabel, PrimaryButton


@dataclass(frozen=True, slots=True)
class Content:
    """What is in the composer."""

    text: str = ""
    task: Task = Task.ASK
    attachments: tuple[Attachment, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.text.strip() and not self.attachments


class Composer(QFrame):
    """Knows nothing of services: it tells what was typed (`edited`) and asked for, and shows the plan it is given."""

    submitted = Signal()
    ask_cloud = Signal()
    """See what it would take to send the draft to the cloud."""
    stop = Signal()
    edited = Signal()
    """Text, task or files changed by the person."""
    attach = Signal()
    files_dropped = Signal(list)
    huge_paste = Signal(str)
    cancel_edit = Signal()

    def __init__(self, theme: Theme, recipes: Sequence[Recipe], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self._placeholders = {recipe.task.value: recipe.placeholder for recipe in recipes}
        self._streaming = False
        self._names = {recipe.task.value: recipe.name for recipe in recipes}
        self._problem = ""
        self._instead: Task | None = None
        self._quiet = False
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        self.tasks = ChipRow([(recipe.task.value, recipe.name) for recipe in recipes], name="Task")
        self._editing = self._edit_bar()
        self.chips = AttachmentChips(theme)
        self.editor = Editor()
        self._notice = PlainLabel(tone="warn", kind="small", wrap=True)
        self._notice.hide()
        self.instead = LinkButton("", name="Use the task that can take it")
        self.instead.hide()
        for widget in (self._editing, self.tasks, self.chips, self.editor):
            column.addWidget(widget)
        said = QHBoxLayout()
        said.setSpacing(10)
        said.addWidget(self._notice, 1)
        said.addWidget(self.instead, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(said)
        column.addLayout(self._foot(theme))
        self.tasks.changed.connect(self._task_chosen)
        self.chips.changed.connect(self._changed)
        self.instead.clicked.connect(self._use_instead)
        self.editor.textChanged.connect(self._changed)
        self.editor.submitted.connect(self._submit)
        self.editor.files_dropped.connect(self.files_dropped)
        self.editor.huge_paste.connect(self.huge_paste)
        self.setFocusProxy(self.editor)
        self._show_placeholder()
        self._refresh()

    def content(self) -> Content:
        return Content(self.editor.text(), Task(self.tasks.value()), self.chips.attachments())

    def set_content(self, content: Content) -> None:
        """Fill it without telling (a restored draft)."""
        self._quiet = True
        self.tasks.set_value(content.task.value)
        self.chips.set_attachments(content.attachments)
        self.editor.setPlainText(content.text)
        self.editor.moveCursor(self.editor.textCursor().MoveOperation.End)
        self._quiet = False
        self._show_placeholder()
        self._refresh()

    def choose_task(self, task: Task) -> None:
        self.tasks.choose(task.value)

    def add_attachment(self, attachment: Attachment) -> None:
        self.chips.add(attachment)
        self._changed()

    def unpack(self, attachment: Attachment) -> None:
        """Put an attachment's text into the box instead."""
        rest = tuple(other for other in self.chips.attachments() if other is not attachment)
        if len(rest) < len(self.chips.attachments()):
            self.chips.set_attachments(rest)
            self.editor.insertPlainText(attachment.text)
            self._changed()

    def set_streaming(self, streaming: bool) -> None:
        self._streaming = streaming
        self._refresh()

    def set_editing(self, editing: bool) -> None:
        """While an earlier message is edited, a line says so and offers the way back; its task and files stay."""
        self._editing.setVisible(editing)
        self.tasks.setVisible(not editing)
        self._attach.setVisible(not editing)
        self.chips.set_fixed(editing)

    @property
    def editing(self) -> bool:
        return not self._editing.isHidden()

    def show_plan(self, plan: AskPlan | None, advice: Statistics | None = None) -> None:
        """The estimate for what is typed; None while it is unknown. `advice` from the person's own choices."""
        empty = plan is None or self.content().empty
        self._problem = "" if empty or plan is None else plan.problem
        self.estimate.show_parts(() if empty or plan is None else [*estimate_parts(plan), *advice_parts(advice)])
        sentence = "" if empty or plan is None else notice(plan)
        self._notice.setText(sentence)
        self._notice.set_tone("warn" if plan is not None and (plan.problem or plan.left_out_sentence) else "mute")
        self._notice.setVisible(bool(sentence))
        self._instead = None if plan is None or empty or self.editing else plan.instead
        if self._instead is not None:
            self.instead.setText(f"{self._names[self._instead.value]} it instead")
        self.instead.setVisible(self._instead is not None)
        self._refresh()

    def notice_text(self) -> str:
        return "" if self._notice.isHidden() else self._notice.text()

    def _edit_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        about = "Editing your message: its task and files stay, the earlier version becomes a branch."
        row.addWidget(PlainLabel(about, kind="small", tone="mute"))
        row.addStretch(1)
        cancel = LinkButton("Cancel", quiet=True, name="Stop editing")
        cancel.clicked.connect(self.cancel_edit)
        row.addWidget(cancel)
        bar.hide()
        return bar

    def _foot(self, theme: Theme) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(10)
        self._attach = LinkButton("Attach", quiet=True, name="Attach a text file")
        self._attach.setToolTip("Attach a text file (Ctrl+O)")
        self._attach.clicked.connect(self.attach)
        self.estimate = PartsLine()
        self.send_button = PrimaryButton("Send ⏎", name="Send")
        self.send_button.clicked.connect(self._send_or_stop)
        foot.addWidget(self._attach, 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.estimate, 1)
        self.cloud_button = IconButton(theme, "cloud", "Ask the cloud with this draft…", colour="cloud")
        self.cloud_button.setToolTip("Ask the cloud with this draft: see first what would be sent (Ctrl+Shift+Enter)")
        self.cloud_button.clicked.connect(self.ask_cloud)
        foot.addWidget(self.cloud_button, 0, Qt.AlignmentFlag.AlignBottom)
        foot.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignBottom)
        return foot

    def _use_instead(self) -> None:
        if self._instead is not None:
            self.choose_task(self._instead)
            self.editor.setFocus()

    def _task_chosen(self, _key: str) -> None:
        self._show_placeholder()
        self._changed()

    def _show_placeholder(self) -> None:
        self.editor.setPlaceholderText(self._placeholders.get(self.tasks.value(), ""))

    def _changed(self) -> None:
        if not self._quiet:
            self._problem = ""
            self._refresh()
            self.edited.emit()

    def _submit(self) -> None:
        if not self.content().empty and not self._problem:  # while this chat is answered, the page says so
            self.submitted.emit()

    def _send_or_stop(self) -> None:
        if self._streaming:
            self.stop.emit()
        else:
            self._submit()

    def _refresh(self) -> None:
        self.send_button.setText("■  Stop" if self._streaming else "Send ⏎")
        self.send_button.setAccessibleName("Stop the answer" if self._streaming else "Send")
        self.cloud_button.setVisible(not (self._streaming or self.editing or self.content().empty))
        self.send_button.setEnabled(self._streaming or not (self.content().empty or self._problem))
