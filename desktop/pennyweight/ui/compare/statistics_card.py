"""What the choices say after a while: only from the person's own record."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from pennyweight.meter.money import format_usd
from pennyweight.services.comparison import Statistics
from pennyweight.ui.compare.words import interval, percent, since
from pennyweight.ui.widgets import Badge, Card, ElidedLabel, Line, PlainLabel, plain_tooltip

_HEADS = (
    "Task", "compared", "local good enough", "95% interval", "local per kept answer", "cloud per kept answer",
    "suggestion",
)  # fmt: skip
_NARROW_HIDES = (3, 4, 5)
_NARROW_PX = 760
_WHY = {
    "stay local": "The whole 95% interval lies above one half: the local answer is usually good enough for you here.",
    "worth the tokens": "The whole 95% interval lies below one half: the local answer is usually not good enough here.",
    "": "Too few choices to say: the 95% interval still spans one half.",
}


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
        self._cells: dict[int, list[QWidget]] = {}
        self.show_statistics(())

    def rows(self) -> list[list[str]]:
        """The figures as shown, for tests and for reading aloud."""
        columns = [self._cells.get(column, []) for column in range(len(_HEADS))]
        return [[cell.text() for cell in row if isinstance(cell, PlainLabel)] for row in zip(*columns, strict=True)][1:]

    def show_statistics(self, statistics: Sequence[Statistics]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._cells = {}
        self.since.setText(since(statistics))
        self.nothing.setVisible(not statistics)
        self._holder.setVisible(bool(statistics))
        if not statistics:
            return
        for column, text in enumerate(_HEADS):
            self._put(PlainLabel(text, tone="mute", kind="small-strong"), 0, column)
        pairs = {(row.local_model, row.other) for row in statistics}
        line = 1
        for row in statistics:
            self._grid.addWidget(Line(), line, 0, 1, len(_HEADS))
            name = row.task.capitalize() if len(pairs) == 1 else f"{row.task.capitalize()} · {row.other}"
            task = ElidedLabel(name)
            task.setToolTip(plain_tooltip(f"{row.local_model} here, compared with {row.other}"))
            self._put(task, line + 1, 0)
            texts = (
                f"{row.compared:,}", percent(row.share), interval(row), _kept(row.local_per_kept),
                _kept(row.other_per_kept),
            )  # fmt: skip
            for column, text in enumerate(texts, start=1):
                self._put(PlainLabel(text), line + 1, column)
            tone = {"stay local": "local", "worth the tokens": "cloud"}.get(row.advice, "mute")
            badge = Badge(row.advice or "not clear yet", tone="local" if tone == "local" else "mute")
            if tone == "cloud":
                badge.set_tone("cloud")
            badge.setToolTip(_WHY[row.advice])
            self._put(badge, line + 1, 6)
            line += 2
        self.fit_to(self.width())

    def fit_to(self, width: int) -> None:
        for column in _NARROW_HIDES:
            for cell in self._cells.get(column, []):
                cell.setVisible(width >= _NARROW_PX)

    def _put(self, cell: PlainLabel, row: int, column: int) -> None:
        side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
        cell.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        if isinstance(cell, Badge):
            self._grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignRight)
        else:
            self._grid.addWidget(cell, row, column)
        self._cells.setdefault(column, []).append(cell)


def _kept(nano: int | None) -> str:
    return "none kept" if nano is None else format_usd(nano)
