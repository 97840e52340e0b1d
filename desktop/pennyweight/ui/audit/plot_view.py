"""A plot with its heading and key, and behind it the same figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.ui.audit.bars import Bar, Tick
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Dot, PlainLabel, SmallButton, Tone

if TYPE_CHECKING:
    from pennyweight.ui.audit.bar_plot import BarPlot


class PlotView(QWidget):
    """`opened` carries the number of a bar or of its line in the table."""

    opened = Signal(int)

    def __init__(
        self,
        theme: Theme,
        title: str,
        series: Sequence[tuple[Tone, str]],
        heads: Sequence[str],
        amount: Callable[[float], str],
        *,
        nothing: str,
        stacked: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._tones = [tone for tone, _ in series]
        self._amount = amount
        self._stacked = stacked
        self.plot: BarPlot | None = None
        self.setAccessibleName(title)
        self.title = PlainLabel(title, kind="strong")
        self.switch = SmallButton("As a table", name=f"{title}: as a table")
        self.switch.clicked.connect(self._turn)
        self.table = FactsTable(heads, name=title)
        self.table.opened.connect(self.opened)
        self.nothing = PlainLabel(nothing, tone="mute", wrap=True)
        self.nothing.setContentsMargins(0, 24, 0, 24)
        self._key = QWidget(self)  # placed at the first resize
        key = QHBoxLayout(self._key)
        key.setContentsMargins(0, 0, 0, 0)
        key.setSpacing(10)
        for tone, words in series:
            key.addWidget(_legend(tone, words))
        self._head = QGridLayout()
        self._head.setSpacing(8)
        self._head.setColumnStretch(0, 1)
        self._head.addWidget(self.title, 0, 0)
        self._head.addWidget(self.switch, 0, 2)
        self._one_line: bool | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(self._head)
        self._column.addWidget(self.nothing)
        self._column.addWidget(self.table)
        self._as_table = False
        self._show(False)

    def show_bars(self, bars: Sequence[Bar], ticks: Sequence[Tick], lines: Sequence[Sequence[str]]) -> None:
        """`lines` are those of the table, one for each bar."""
        self.table.show_lines(lines)
        if bars:
            self._plot().show_bars(bars, ticks)
        self._show(bool(bars))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The key goes under the title where it has no room beside it."""
        super().resizeEvent(event)
        needed = self.title.sizeHint().width() + self._key.sizeHint().width() + self.switch.sizeHint().width() + 32
        one_line = event.size().width() >= needed
        if one_line != self._one_line:
            self._one_line = one_line
            side = Qt.AlignmentFlag.AlignRight if one_line else Qt.AlignmentFlag.AlignLeft
            self._head.addWidget(self._key, 0 if one_line else 1, 1 if one_line else 0, 1, 1 if one_line else 3, side)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, super().minimumSizeHint().height())

    def _plot(self) -> BarPlot:
        if self.plot is None:
            from pennyweight.ui.audit.bar_plot import BarPlot

            self.plot = BarPlot(self._theme, self._title, self._tones, self._amount, stacked=self._stacked)
            self.plot.opened.connect(self.opened)
            self._column.insertWidget(1, self.plot)
        return self.plot

    def _show(self, anything: bool) -> None:
        self.nothing.setVisible(not anything)
        self.switch.setVisible(anything)
        self.table.setVisible(anything and self._as_table)
        if self.plot is not None:
            self.plot.setVisible(anything and not self._as_table)

    def _turn(self) -> None:
        self._as_table = not self._as_table
        self._show(True)
        self.switch.setText("As a plot" if self._as_table else "As a table")


def _legend(tone: Tone, words: str) -> QWidget:
    legend = QWidget()
    row = QHBoxLayout(legend)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(Dot(tone))
    row.addWidget(PlainLabel(words, tone="mute", kind="small"))
    return legend
