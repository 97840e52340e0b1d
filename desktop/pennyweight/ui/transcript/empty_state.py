"""A new chat: what the four tasks are for, each with an example that fills the composer."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pennyweight.domain.conversation import Task
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, PlainLabel


@dataclass(frozen=True, slots=True)
class Example:
    task: Task
    icon: str
    about: str
    text: str


EXAMPLES = (
    Example(Task.ASK, "chat-circle", "A question, or something you want explained.", "What is Pennyweight?"),
    Example(
        Task.DRAFT,
        "pencil-line",
        "Bullet points become an e-mail.",
        "- To: Maria Keller\n- the review on 4 March is cancelled\n- we need 12 chairs\n- from: Tom",
    ),
    Example(
        Task.SUMMARIZE,
        "list-bullets",
        "Paste a text or drop a file, of any length.",
        "The town library will close for renovation on 4 July. Work is expected to take six months and cost "
        "$2.3 million.\n\n"
        "Books can be borrowed at the community centre on Mill Road. Entry is €8 for adults and €4 for children.",
    ),
    Example(
        Task.REWRITE,
        "arrows-clockwise",
        "The same facts: shorter, politer, simpler.",
        "Make this politer: Send me the invoice for 12 May by Friday. You are too loud after 22:00, stop it.",
    ),
)


class ExampleCard(Card):
    """A card that acts like a button."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, example: Example, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._theme = theme
        self.example = example
        self.setProperty("clickable", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        title = example.task.value.capitalize()
        self.setAccessibleName(f"{title}: {example.about} Try an example.")
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = QLabel()
        head.addWidget(self._icon)
        head.addWidget(PlainLabel(title, kind="strong"))
        head.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(PlainLabel(example.about, tone="mute", kind="small", wrap=True))
        preview = PlainLabel(_first_words(example.text), kind="small", wrap=True)
        self.body.addWidget(preview)
        self.body.addStretch(1)
        theme.changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(self._theme.icon(self.example.icon, "copper").pixmap(18, 18))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.chosen.emit(self.example)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.example)
        else:
            super().keyPressEvent(event)


class EmptyState(QWidget):
    """`example` carries the chosen Example."""

    example = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(6)
        column.addStretch(2)
        column.addWidget(PlainLabel("What would you like to write?", kind="h1"))
        column.addWidget(
            PlainLabel(
                "Answers are written on this computer. The meter counts what they cost, while they are written.",
                tone="mute",
                wrap=True,
            )
        )
        column.addSpacing(12)
        grid = QGridLayout()
        grid.setSpacing(12)
        self.cards: list[ExampleCard] = []
        for number, example in enumerate(EXAMPLES):
            card = ExampleCard(theme, example)
            card.chosen.connect(self.example)
            self.cards.append(card)
            grid.addWidget(card, number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        column.addStretch(3)


def _first_words(text: str) -> str:
    line = " · ".join(part.removeprefix("- ").strip() for part in text.splitlines() if part.strip())
    return f"“{line if len(line) <= 90 else line[:88].rsplit(None, 1)[0] + ' …'}”"
