"""Bars, stacked or side by side. Imported when one is first shown, because pyqtgraph takes a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyqtgraph as pg  # type: ignore[import-untyped]  # it has no types
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QToolTip, QWidget

from pennyweight.services.svg import nice_lines
from pennyweight.ui.audit.bars import Bar, Tick
from pennyweight.ui.theme import Theme
from pennyweight.ui.theme.tokens import TINY_PX
from pennyweight.ui.widgets import Tone, plain_tooltip

_WIDTH = 0.62
_AIR = 1.06


class BarPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """`opened` carries the number of the bar. Values on hover; Left and Right walk over the bars, Enter opens one."""

    opened = Signal(int)

    def __init__(
        self,
        theme: Theme,
        name: str,
        tones: Sequence[Tone],
        amount: Callable[[float], str],
        *,
        stacked: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, background=None, enableMenu=False)
        self._theme = theme
        self._tones = tones
        self._amount = amount
        self._stacked = stacked
        self._bars: Sequence[Bar] = ()
        self._ticks: Sequence[Tick] = ()
        self._current = -1
        self.setAccessibleName(f"{name}. The same figures are in the table.")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(170)
        # pyqtgraph makes a menu of its own even where none is wanted: as our child it goes when we go.
        menu = self.getPlotItem().ctrlMenu
        menu.setParent(self, menu.windowFlags())
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        self.getPlotItem().getViewBox().setDefaultPadding(0)
        self._mark = pg.BarGraphItem(x=[], height=[], width=0.96)
        self._series = [pg.BarGraphItem(x=[], height=[], width=_WIDTH) for _ in tones]
        self._lines: list[pg.InfiniteLine] = []
        for item in (self._mark, *self._series):
            self.addItem(item)
        self.scene().sigMouseMoved.connect(self._hover)
        self.scene().sigMouseClicked.connect(self._click)
        theme.changed.connect(self._draw)

    def show_bars(self, bars: Sequence[Bar], ticks: Sequence[Tick]) -> None:
        self._bars, self._ticks = bars, ticks
        self._current = -1
        self._draw()

    def bars(self) -> list[tuple[float, ...]]:
        """The values of each bar, as drawn from the bottom or from the left."""
        return [bar.values for bar in self._bars]

    def _draw(self) -> None:
        tokens = self._theme.tokens()
        self.setBackground(QColor(tokens.panel))
        places = list(range(len(self._bars)))
        below = [0.0] * len(places)
        highest = 0.0
        width = _WIDTH if self._stacked else _WIDTH / max(1, len(self._tones))
        for number, (item, tone) in enumerate(zip(self._series, self._tones, strict=True)):
            heights = [max(0.0, bar.values[number]) for bar in self._bars]
            shift = 0.0 if self._stacked else (number - (len(self._tones) - 1) / 2) * width
            item.setOpts(x=[place + shift for place in places], height=heights, y0=below, width=width * 0.96,
                         **_colour(getattr(tokens, tone)))  # fmt: skip
            tops = [low + height for low, height in zip(below, heights, strict=True)]
            highest = max([highest, *tops])
            below = tops if self._stacked else below
        highest = highest or 1.0
        self.setXRange(-0.6, max(0.6, len(places) - 0.4), padding=0)
        self.setYRange(0, highest * _AIR, padding=0)
        self._draw_mark(highest)
        self._draw_axes(highest)

    def _draw_mark(self, highest: float) -> None:
        shown = [self._current] if 0 <= self._current < len(self._bars) else []
        self._mark.setOpts(x=shown, height=[highest * _AIR] * len(shown), y0=[0] * len(shown),
                           **_colour(self._theme.tokens().soft))  # fmt: skip

    def _draw_axes(self, highest: float) -> None:
        tokens = self._theme.tokens()
        font = QFont(self.font())
        font.setPixelSize(TINY_PX)
        values = nice_lines(highest) if any(any(bar.values) for bar in self._bars) else [0.0]
        for line in self._lines:
            self.removeItem(line)
        self._lines = [pg.InfiniteLine(value, angle=0, pen=pg.mkPen(tokens.line)) for value in values]
        for line in self._lines:
            line.setZValue(-10)
            self.addItem(line)
        amounts = [(value, self._amount(value)) for value in values]
        for name, ticks in (("bottom", list(self._ticks)), ("left", amounts)):
            axis = self.getAxis(name)
            axis.setTicks([ticks])
            axis.setTextPen(QColor(tokens.mute))
            axis.setPen(pg.mkPen(None))
            axis.setTickPen(QColor(tokens.panel))  # of no length, and yet a dot
            axis.setStyle(tickLength=0, tickFont=font)
        self.getAxis("left").setWidth(56)

    def _bar_at(self, point: QPointF) -> int:
        if not self.getPlotItem().sceneBoundingRect().contains(point):
            return -1
        number = round(self.getPlotItem().getViewBox().mapSceneToView(point).x())
        return number if 0 <= number < len(self._bars) else -1

    def _hover(self, point: QPointF) -> None:
        number = self._bar_at(point)
        if number != self._current:
            self._choose(number)
        if number < 0:
            QToolTip.hideText()

    def _choose(self, number: int) -> None:
        self._current = number
        self._draw()
        if number >= 0:
            hint = self._bars[number].hint
            self.setAccessibleDescription(hint)
            place = self.mapFromScene(self.getPlotItem().getViewBox().mapViewToScene(QPointF(number, 0)))
            place.setY(8)
            QToolTip.showText(self.viewport().mapToGlobal(place), plain_tooltip(hint), self)

    def _click(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        number = self._bar_at(event.scenePos())
        if number >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self._bars:
            self._choose(min(max(self._current + step, 0), len(self._bars) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)


def _colour(name: str) -> dict[str, object]:
    return {"brush": QColor(name), "pen": pg.mkPen(None)}
