"""What the choices say after a while: only from the person's own record."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from pennyweight.meter.money import format_usd
from pennyweight.services.comparison import Advice, PairKind, Statistics
from pennyweight.ui.compare.words import interval, missing, percent, since, why
from pennyweight.ui.widgets import Badge, Card, ElidedLabel, Line, PlainLabel, Tone, plain_tooltip

_HEADS: dict[PairKind, tuple[str, ...]] = {
    "mixed": (
        "Task", "compared", "local good enough", "95% interval", "local per chosen answer", "cloud per chosen answer",
        "suggestion",
    ),
    "local": (
        "Two here", "compared", "first good enough", "95% interval", "first per chosen answer",
        "second per chosen answer", "suggestion",
    ),
    "cloud": (
        "Two in the cloud", "compared", "first good enough", "95% interval", "first per chosen answer",
        "second per chosen answer", "suggestion",
    ),
}  # fmt: skip
_COLUMNS = 7
_NARROW_HIDES = (3, 4, 5)
_NARROW_PX = 760
_TONES: dict[Advice, Tone] = {
    "": "mute", "stay local": "local", "worth the tokens": "cloud", "the first will do": "local",
    "the second is better": "cloud",
}  # fmt: skip


class StatisticsCard(Card):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName("What your choices say")
        head = QHBoxLayout()
        head.addWidget(PlainLabel("What your choices say", kind="strong"))
        head.addStretch(1)
        self.since = PlainLabel("", tone="mute")
        head.addWidget(self.since)
        self.body.addLayout(head)
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(8, 4, 8, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self.body.addWidget(self._holder)
        self.nothing = PlainLabel(
            "After your first choices this table tells, per task, how often the local answer was good enough, and what "
            "a kept answer costs on each side. Suggestions come from these choices only.",
            tone="mute", wrap=True,
        )  # fmt: skip
        self.body.addWidget(self.nothing)
        self.marks = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.marks.setContentsMargins(8, 8, 8, 0)  # in line with the table
        self.marks.hide()
        self.body.addWidget(self.marks)
        self._lines: list[list[PlainLabel]] = []
        self._next = 0
        self._hidden_when_narrow: list[QWidget] = []
        self.show_statistics(())

    def rows(self) -> list[list[str]]:
        """The figures as shown, for tests and for reading aloud: seven cells and, last, the line below."""
        return [[cell.text() for cell in line] for line in self._lines]

    def show_statistics(self, statistics: Sequence[Statistics], choices: int | None = None) -> None:
        """`choices`: of how many comparisons; one of three models is in three rows."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._lines, self._hidden_when_narrow = [], []
        for line in range(self._grid.rowCount()):
            self._grid.setRowMinimumHeight(line, 0)
        self._next = 0
        self.since.setText(since(statistics, choices))
        self.nothing.setVisible(not statistics)
        self._holder.setVisible(bool(statistics))
        kinds: tuple[PairKind, ...] = ("mixed", "local", "cloud")
        alone = len({(row.first, row.second) for row in statistics}) == 1
        for kind in kinds:
            rows = [row for row in statistics if row.kind == kind]
            if rows:
                self._head(kind)
            for row in rows:
                self._row(row, named=not alone or kind != "mixed")
        self.fit_to(self.width())

    def show_marks(self, words: str) -> None:
        """What Keep and Not useful under the answers of chats say; "" for nothing."""
        self.marks.setText(words)
        self.marks.setVisible(bool(words))

    def _head(self, kind: PairKind) -> None:
        if self._next:
            self._grid.setRowMinimumHeight(self._next, 14)
            self._next += 1
        at, self._next = self._next, self._next + 1
        for column, text in enumerate(_HEADS[kind]):
            make = PlainLabel if column else ElidedLabel
            self._put(make(text, tone="mute", kind="small-strong"), at, column)

    def _row(self, row: Statistics, *, named: bool) -> None:
        at, self._next = self._next, self._next + 3
        self._grid.addWidget(Line(), at, 0, 1, _COLUMNS)
        task = ElidedLabel(row.task.capitalize())
        badge = Badge(row.advice or "not clear yet", tone=_TONES[row.advice])
        badge.setToolTip(plain_tooltip(why(row)))
        figures = (
            f"{row.compared:,}", percent(row.share), interval(row), _kept(row.first_per_kept),
            _kept(row.second_per_kept),
        )  # fmt: skip
        line: list[PlainLabel] = [task, *(PlainLabel(text) for text in figures), badge]
        for column, cell in enumerate(line):
            self._put(cell, at + 1, column)
        names = f"{row.first_name} or {row.second_name}" if named else ""
        words = " · ".join(part for part in (names, missing(row)) if part)
        below = PlainLabel(words, tone="mute", kind="small", wrap=True)
        below.setVisible(bool(below.text()))
        self._grid.addWidget(below, at + 2, 0, 1, _COLUMNS)
        task.setToolTip(plain_tooltip(f"{row.first_name} ({row.first}) compared with {row.second_name} ({row.second})"))
        self._lines.append([*line, below])

    def fit_to(self, width: int) -> None:
        self._grid.setHorizontalSpacing(20 if width >= _NARROW_PX else 10)
        for cell in self._hidden_when_narrow:
            cell.setVisible(width >= _NARROW_PX)

    def _put(self, cell: PlainLabel, row: int, column: int) -> None:
        side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
        cell.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        if isinstance(cell, Badge):
            self._grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignRight)
        else:
            self._grid.addWidget(cell, row, column)
        if column in _NARROW_HIDES:
            self._hidden_when_narrow.append(cell)


def _kept(nano: int | None) -> str:
    return "none kept" if nano is None else format_usd(nano)
