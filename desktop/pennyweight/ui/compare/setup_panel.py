"""What is compared: the prompt, its files, who answers, and whether their names are hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QWidget

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.services.comparison import Target
from pennyweight.services.draft import Draft
from pennyweight.ui.composer.attachment_chips import AttachmentChips
from pennyweight.ui.composer.editor import Editor
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import (
    Card,
    ChipRow,
    Dot,
    FlowLayout,
    GhostButton,
    IconButton,
    LinkButton,
    PlainLabel,
    PrimaryButton,
)  # fmt: skip

MOST_TARGETS = 4


@dataclass(frozen=True, slots=True)
class Contender:
    """One that can answer: how it is asked, and its names."""

    target: Target
    provider: str
    name: str

    @property
    def is_local(self) -> bool:
        return self.target.source == "local"


class ContenderChip(QFrame):
    """One that will answer, with the way to take it out."""

    removed = Signal()

    def __init__(self, theme: Theme, contender: Contender, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.contender = contender
        name = f"{contender.provider} · {contender.name}"
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 2, 4, 2)
        row.setSpacing(7)
        row.addWidget(Dot("local" if contender.is_local else "cloud"))
        row.addWidget(PlainLabel(name))
        self.out = IconButton(theme, "x", f"Take {name} out", size=22)
        self.out.clicked.connect(self.removed)
        row.addWidget(self.out)


class SetupPanel(Card):
    """`run` asks for the comparison; `add_wanted` for a menu of who else could answer; `files` carries paths."""

    run = Signal()
    add_wanted = Signal()
    attach_wanted = Signal()
    files = Signal(list)
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._theme = theme
        self.setAccessibleName("What is compared")
        self._contenders: list[Contender] = []
        self._pills: list[ContenderChip] = []
        self.tasks = ChipRow([(task.value, task.value.capitalize()) for task in Task], name="Task")
        self.editor = Editor()
        self.editor.setAccessibleName("Prompt for all of them")
        self.editor.setPlaceholderText("One prompt for all of them…")
        self.chips = AttachmentChips(theme)
        self.attach = LinkButton("Attach", quiet=True, name="Attach a text file")
        self.blind = QCheckBox("Blind: names hidden until you choose")
        self.add = GhostButton("Add a model…", name="Add a model to compare")
        self.go = PrimaryButton("Compare", name="Compare (Ctrl+Enter)")
        self.go.setToolTip("Ctrl+Enter")
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        self._who = QWidget()
        self._who_row = FlowLayout(self._who, gap=8, line_gap=6)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.add)
        foot.addWidget(self.attach)
        foot.addWidget(self.blind)
        foot.addStretch(1)
        foot.addWidget(self.go)
        for widget in (self.tasks, self.chips, self.editor, self._who, self.note):
            self.body.addWidget(widget)
        self.body.addLayout(foot)
        self.editor.textChanged.connect(self._refresh)
        self.editor.submitted.connect(self.go.click)
        self.editor.files_dropped.connect(self.files)
        self.chips.changed.connect(self._refresh)
        self.add.clicked.connect(self.add_wanted)
        self.attach.clicked.connect(self.attach_wanted)
        self.go.clicked.connect(self.run)
        self._refresh()

    @property
    def contenders(self) -> tuple[Contender, ...]:
        return tuple(self._contenders)

    def draft(self) -> Draft:
        return Draft(text=self.editor.text(), task=Task(self.tasks.value()), attachments=self.chips.attachments())

    def fill(self, text: str, task: Task, attachments: Sequence[Attachment]) -> None:
        """A prompt from elsewhere."""
        self.tasks.set_value(task.value)
        self.editor.setPlainText(text)
        self.chips.set_attachments(tuple(attachments))
        self._refresh()

    def set_contenders(self, contenders: Sequence[Contender]) -> None:
        self._contenders = list(contenders)[:MOST_TARGETS]
        for pill in self._pills:
            pill.hide()
            pill.deleteLater()
        self._pills = []
        for contender in self._contenders:
            pill = ContenderChip(self._theme, contender)
            pill.removed.connect(lambda contender=contender: self._take_out(contender))
            self._who_row.addWidget(pill)
            self._pills.append(pill)
            pill.show()
        self._refresh()
        self.changed.emit()

    def add_contender(self, contender: Contender) -> None:
        if contender not in self._contenders:
            self.set_contenders([*self._contenders, contender])

    def add_file(self, attachment: Attachment) -> None:
        self.chips.add(attachment)
        self._refresh()

    def take_files(self, paths: Sequence[Path]) -> None:
        self.files.emit(list(paths))

    def _take_out(self, contender: Contender) -> None:
        self.set_contenders([each for each in self._contenders if each is not contender])

    def _refresh(self) -> None:
        written = bool(self.editor.text().strip()) or bool(self.chips.attachments())
        missing = 2 - len(self._contenders)
        self.add.setEnabled(len(self._contenders) < MOST_TARGETS)
        self.go.setEnabled(written and missing <= 0)
        words = ""
        if missing > 0:
            words = "Add a model to compare with: another one on this computer, or one in the cloud."
        elif any(not each.is_local for each in self._contenders):
            words = "You will see what would leave this computer, and its price, before anything is sent."
        self.note.setText(words)
        self.note.setVisible(bool(words))
