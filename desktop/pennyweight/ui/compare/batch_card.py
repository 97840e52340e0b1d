"""A batch: how far it is, and its table of prompts, answers and choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from pennyweight.domain.comparison import Choice, Comparison, Side
from pennyweight.domain.conversation import MessageState
from pennyweight.ui.compare.words import CHOICES, ending, letter, side_line
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, PlainLabel, ProgressBar, SmallButton
from pennyweight.ui.widgets.rows import SUBTITLE, RowDelegate

_ROW_PX = 46
_MOST_ROWS = 10
_CHOICE_PX = 132
_SHOWN = 160
_KEYS = {
    Qt.Key.Key_1: Choice.LEFT,
    Qt.Key.Key_2: Choice.RIGHT,
    Qt.Key.Key_B: Choice.BOTH,
    Qt.Key.Key_N: Choice.NEITHER,
}


class BatchTable(QTableWidget):
    """`opened` carries a row; `chosen` a row and the Choice."""

    opened = Signal(int)
    chosen = Signal(int, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Prompts, answers and choices")
        self.setItemDelegate(RowDelegate(theme, self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setHighlightSections(False)
        self.cellDoubleClicked.connect(lambda row, _column: self.opened.emit(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        choice = _KEYS.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.currentRow())
        elif choice is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.chosen.emit(self.currentRow(), choice)
        else:
            super().keyPressEvent(event)


class BatchCard(Card):
    """`opened` carries the id of a comparison; `chosen` that id and the Choice."""

    stop_wanted = Signal()
    export_wanted = Signal()
    new_wanted = Signal()
    opened = Signal(str)
    chosen = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName("Batch")
        self._comparisons: dict[int, Comparison] = {}
        self._sides = 0
        self.name = PlainLabel("", kind="strong")
        self.status = PlainLabel("", tone="mute", kind="small")
        self.stop = SmallButton("■  Stop", name="Stop the batch: what is done is kept")
        self.export = SmallButton("Export the table…")
        self.fresh = SmallButton("New comparison")
        self.bar = ProgressBar("Prompts done")
        self.table = BatchTable(theme)
        self.hint = PlainLabel("", tone="mute", kind="small", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.name)
        head.addWidget(self.status)
        head.addStretch(1)
        for button in (self.stop, self.export, self.fresh):
            head.addWidget(button)
        self.body.addLayout(head)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.table)
        self.body.addWidget(self.hint)
        self.stop.clicked.connect(self.stop_wanted)
        self.export.clicked.connect(self.export_wanted)
        self.fresh.clicked.connect(self.new_wanted)
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._choose)

    def begin(self, name: str, prompts: Sequence[str], sides: Sequence[str], *, blind: bool) -> None:
        """An empty table: one row per prompt. `sides` are the names of the columns."""
        self._comparisons, self._sides = {}, len(sides)
        self.name.setText(name)
        heads = ["Prompt", *((letter(at) for at in range(len(sides))) if blind else sides), "Your choice"]
        table = self.table
        table.clear()
        table.setColumnCount(len(heads))
        table.setHorizontalHeaderLabels(heads)
        for column in range(len(heads)):
            item = table.horizontalHeaderItem(column)
            if item is not None:
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            last = column == len(heads) - 1
            mode = QHeaderView.ResizeMode.Fixed if last else QHeaderView.ResizeMode.Stretch
            table.horizontalHeader().setSectionResizeMode(column, mode)
        table.setColumnWidth(len(heads) - 1, _CHOICE_PX)
        table.setRowCount(len(prompts))
        for row, prompt in enumerate(prompts):
            self._put(row, 0, prompt, f"{row + 1} of {len(prompts):,}")
            for column in range(1, len(heads)):
                self._put(row, column, "", "waiting" if column < len(heads) - 1 else "")
        table.setCurrentCell(0, 0)
        table.setFixedHeight(min(len(prompts), _MOST_ROWS) * _ROW_PX + table.horizontalHeader().sizeHint().height() + 2)
        self.bar.setRange(0, len(prompts))
        self.bar.setValue(0)
        pair = "1 and 2 choose the first or the second answer, " if len(sides) == 2 else ""
        both = "both" if len(sides) == 2 else "all"
        self.hint.setText(f"In the table: Enter opens a row, {pair}B {both}, N none of them.")
        self.set_running(running=True, status="Starting…")

    def set_running(self, *, running: bool, status: str) -> None:
        self.status.setText(status)
        self.stop.setVisible(running)
        self.bar.setVisible(running)
        self.export.setVisible(not running and bool(self._comparisons))
        self.fresh.setVisible(not running)

    def show_comparison(self, row: int, comparison: Comparison, provider: Callable[[str], str]) -> None:
        """One row as it stands. `provider` gives the name of a source."""
        self._comparisons[row] = comparison
        hidden = comparison.blind and comparison.choice is None
        for at, side in enumerate(comparison.sides):
            name = f"{_name(side, provider)} · " if comparison.blind and not hidden else ""
            text, line = _cell(side, name, hidden=hidden)
            self._put(row, at + 1, text, line)
        last = self._sides + 1
        if comparison.choice is None:
            ended = all(side.state is not MessageState.STREAMING for side in comparison.sides)
            self._put(row, last, "", "not chosen yet" if ended else "")
        else:
            kept = [_name(comparison.sides[at], provider) for at in comparison.kept]
            words = CHOICES[comparison.choice] if self._sides == 2 else f"{len(kept)} kept"
            self._put(row, last, words, ", ".join(kept))

    def update_comparison(self, comparison: Comparison, provider: Callable[[str], str]) -> None:
        """If it is one of these: what was chosen elsewhere."""
        for row, known in self._comparisons.items():
            if known.id == comparison.id:
                self.show_comparison(row, comparison, provider)
                return

    def leave_out(self, rows: Sequence[int]) -> None:
        """These were never asked."""
        for row in rows:
            for column in range(1, self._sides + 1):
                self._put(row, column, "", "not asked")

    @property
    def batch_id(self) -> str:
        return next((each.batch for each in self._comparisons.values()), "")

    def rows(self) -> list[list[str]]:
        """Each cell as "text | line", for tests and for reading aloud."""
        found = []
        for row in range(self.table.rowCount()):
            items = [self.table.item(row, column) for column in range(self.table.columnCount())]
            found.append([f"{item.text()} | {item.data(SUBTITLE) or ''}" if item is not None else "" for item in items])
        return found

    def _put(self, row: int, column: int, text: str, line: str) -> None:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.table.setItem(row, column, item)
        flat = " ".join(text[:_SHOWN].split())
        item.setText(flat or line)
        item.setData(SUBTITLE, line if flat else "")
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{flat}. {line}".strip(". "))

    def _open(self, row: int) -> None:
        if row in self._comparisons:
            self.opened.emit(self._comparisons[row].id)

    def _choose(self, row: int, choice: Choice) -> None:
        comparison = self._comparisons.get(row)
        if comparison is None or any(side.state is MessageState.STREAMING for side in comparison.sides):
            return
        if len(comparison.sides) == 2 or choice in (Choice.BOTH, Choice.NEITHER):
            self.chosen.emit(comparison.id, choice)
            if row + 1 < self.table.rowCount():
                self.table.setCurrentCell(row + 1, 0)


def _name(side: Side, provider: Callable[[str], str]) -> str:
    return side.model_name or side.model or provider(side.source)


def _cell(side: Side, name: str, *, hidden: bool) -> tuple[str, str]:
    """The start of an answer, and its figures."""
    if side.state is MessageState.STREAMING:
        return "", "writing…"
    if side.state is MessageState.FAILED:
        return side.text, name + ("it failed" if hidden else ending(side))
    line = "" if hidden else name + side_line(side)
    stopped = "stopped · " if side.state is not MessageState.COMPLETE else ""
    return side.text.replace("**", "").lstrip("# ") or "no answer", stopped + line
