"""What is compared: the prompt, its files, who answers, and whether their names are hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.services.comparison import Target
from pennyweight.services.draft import Draft
from pennyweight.ui.cloud.words import counted
from pennyweight.ui.composer.attachment_chips import AttachmentChips
from pennyweight.ui.composer.editor import Editor
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import (
    Card,
    ChipRow,
    Dot,
    ElidedLabel,
    FlowLayout,
    GhostButton,
    IconButton,
    LinkButton,
    PlainLabel,
    PrimaryButton,
)  # fmt: skip

MOST_TARGETS = 4
_SHOWN_PROMPTS = 3


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


class PromptsChip(QFrame):
    """A file of prompts, with its first ones and the way to take it out."""

    removed = Signal()

    def __init__(self, theme: Theme, name: str, prompts: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"Batch: {name}, {counted(len(prompts), 'prompt')}")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(PlainLabel(name, kind="strong"))
        head.addWidget(PlainLabel(counted(len(prompts), "prompt"), tone="mute"))
        self.out = IconButton(theme, "x", f"Take {name} out", size=22)
        self.out.clicked.connect(self.removed)
        head.addWidget(self.out)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(3)
        column.addLayout(head)
        for prompt in prompts[:_SHOWN_PROMPTS]:
            column.addWidget(ElidedLabel(prompt, tone="mute", kind="small"))
        if len(prompts) > _SHOWN_PROMPTS:
            column.addWidget(PlainLabel(f"and {len(prompts) - _SHOWN_PROMPTS:,} more", tone="mute", kind="small"))


class SetupPanel(Card):
    """`run` asks for the comparison; `add_wanted` for a menu of who else could answer; `files` carries paths;
    `batch_wanted` asks for a file of prompts. With one of these, `show_price` says when it can be run."""

    run = Signal()
    add_wanted = Signal()
    attach_wanted = Signal()
    files = Signal(list)
    changed = Signal()
    batch_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._theme = theme
        self.setAccessibleName("What is compared")
        self.prompts: tuple[str, ...] = ()
        self.prompts_name = ""
        self.prompts_chip: PromptsChip | None = None
        self._price = ""
        self._priced = False
        self._contenders: list[Contender] = []
        self._pills: list[ContenderChip] = []
        self.tasks = ChipRow([(task.value, task.value.capitalize()) for task in Task], name="Task")
        self.editor = Editor()
        self.editor.setAccessibleName("Prompt for all of them")
        self.editor.setPlaceholderText("One prompt for all of them…")
        self.chips = AttachmentChips(theme)
        self.attach = LinkButton("Attach", quiet=True, name="Attach a text file")
        self.batch = LinkButton("A file of prompts…", quiet=True, name="Compare a whole file of prompts")
        self.blind = QCheckBox("Blind: names hidden until you choose")
        self.add = GhostButton("Add a model…", name="Add a model to compare")
        self.go = PrimaryButton("Compare", name="Compare (Ctrl+Enter)")
        self.go.setToolTip("Ctrl+Enter")
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        self._who = QWidget()
        self._who_row = FlowLayout(self._who, gap=8, line_gap=6)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        more = QWidget()
        ways = FlowLayout(more, gap=12, line_gap=6)
        for way in (self.add, self.attach, self.batch, self.blind):
            ways.addWidget(way)
        foot.addWidget(more, 1)
        foot.addWidget(self.go, 0, Qt.AlignmentFlag.AlignBottom)
        for widget in (self.tasks, self.chips, self.editor, self._who, self.note):
            self.body.addWidget(widget)
        self.body.addLayout(foot)
        self.editor.textChanged.connect(self._refresh)
        self.editor.submitted.connect(self.go.click)
        self.editor.files_dropped.connect(self.files)
        self.chips.changed.connect(self._refresh)
        self.add.clicked.connect(self.add_wanted)
        self.attach.clicked.connect(self.attach_wanted)
        self.batch.clicked.connect(self.batch_wanted)
        self.tasks.changed.connect(lambda _value: self.changed.emit())
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

    def show_prompts(self, name: str, prompts: Sequence[str]) -> None:
        """A whole file instead of the one prompt; none takes it out again."""
        if self.prompts_chip is not None:
            self.prompts_chip.hide()
            self.prompts_chip.deleteLater()
            self.prompts_chip = None
        self.prompts, self.prompts_name = tuple(prompts), name
        self._price, self._priced = "", False
        if prompts:
            chip = self.prompts_chip = PromptsChip(self._theme, name, prompts)
            chip.removed.connect(lambda: self.show_prompts("", ()))
            self.body.insertWidget(2, chip)
            self.batch.setFocus()
        self._refresh()
        self.changed.emit()

    def show_price(self, words: str, *, ready: bool) -> None:
        """What running the whole file would cost, as far as it is known."""
        self._price, self._priced = words, ready
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
        if contender.target not in [each.target for each in self._contenders]:
            self.set_contenders([*self._contenders, contender])

    def add_file(self, attachment: Attachment) -> None:
        self.chips.add(attachment)
        self._refresh()

    def _take_out(self, contender: Contender) -> None:
        self.set_contenders([each for each in self._contenders if each is not contender])

    def _refresh(self) -> None:
        written = bool(self.editor.text().strip()) or bool(self.chips.attachments())
        missing = 2 - len(self._contenders)
        self.add.setEnabled(len(self._contenders) < MOST_TARGETS)
        batch = bool(self.prompts)
        for widget in (self.editor, self.attach):
            widget.setVisible(not batch)
        self.chips.setVisible(not batch and bool(self.chips.attachments()))
        self.go.setText(f"Compare all {len(self.prompts):,}" if batch else "Compare")
        self.go.setEnabled((self._priced if batch else written) and missing <= 0)
        words = ""
        if missing > 0:
            words = "Add a model to compare with: another one on this computer, or one in the cloud."
        elif batch:
            words = self._price
        elif any(not each.is_local for each in self._contenders):
            words = "You will see what would leave this computer, and its price, before anything is sent."
        self.note.setText(words)
        self.note.setVisible(bool(words))
