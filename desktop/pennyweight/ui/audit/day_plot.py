"""Every day, by where it ran: stacked bars. Imported when the page is first shown, because pyqtgraph takes a while."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg  # type: ignore[import-untyped]  # it has no types
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QToolTip, QWidget

from pennyweight.meter.money import format_usd
from pennyweight.services.audit import AuditRow
from pennyweight.services.audit_period import MONTHS
from pennyweight.services.svg import nice_lines
from pennyweight.ui.audit.words import day_hint
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import plain_tooltip

_NANO = 1e9
_WIDTH = 0.62
_LABELS = 16
_DAYS_BY_NAME = 70


class DayPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """`opened` carries the number of the day. Values on hover; Left and Right walk over the days, Enter opens one."""

    opened = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None, enableMenu=False)
        self._theme = theme
        self._days: Sequence[AuditRow] = ()
        self._current = -1
        self.setAccessibleName("Every day, by where it ran. The same figures are in the table.")
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
        self._local = pg.BarGraphItem(x=[], height=[], width=_WIDTH)
        self._cloud = pg.BarGraphItem(x=[], height=[], width=_WIDTH)
        self._mark = pg.BarGraphItem(x=[], height=[], width=0.96)
        for item in (self._mark, self._local, self._cloud):
            self.addItem(item)
        self.scene().sigMouseMoved.connect(self._hover)
        self.scene().sigMouseClicked.connect(self._click)
        theme.changed.connect(self._draw)

    def show_days(self, days: Sequence[AuditRow]) -> None:
        self._days = days
        self._current = -1
        self._draw()

    def bars(self) -> list[tuple[float, float]]:
        """(local, cloud) of each day as drawn, in dollars."""
        return [(day.local.equivalent_nano / _NANO, day.sums.billed_nano / _NANO) for day in self._days]

    def _draw(self) -> None:
        tokens = self._theme.tokens()
        self.setBackground(QColor(tokens.panel))
        places = list(range(len(self._days)))
        local = [max(0.0, here) for here, _ in self.bars()]
        cloud = [max(0.0, there) for _, there in self.bars()]
        self._local.setOpts(x=places, height=local, y0=[0] * len(places), **_colour(tokens.local))
        self._cloud.setOpts(x=places, height=cloud, y0=local, **_colour(tokens.cloud))
        highest = max([here + there for here, there in zip(local, cloud, strict=True)], default=0.0) or 1.0
        self.setXRange(-0.6, max(0.6, len(places) - 0.4), padding=0)
        self.setYRange(0, highest * 1.06, padding=0)
        self._draw_mark(highest)
        self._draw_axes(highest)

    def _draw_mark(self, highest: float) -> None:
        shown = [self._current] if 0 <= self._current < len(self._days) else []
        self._mark.setOpts(x=shown, height=[highest * 1.06] * len(shown), y0=[0] * len(shown),
                           **_colour(self._theme.tokens().soft))  # fmt: skip

    def _draw_axes(self, highest: float) -> None:
        tokens = self._theme.tokens()
        days = _labels(self._days)
        money = [(value, format_usd(round(value * _NANO))) for value in nice_lines(highest)]
        for name, ticks in (("bottom", days), ("left", money)):
            axis = self.getAxis(name)
            axis.setTicks([ticks])
            axis.setTextPen(QColor(tokens.mute))
            axis.setPen(QColor(tokens.line))
            axis.setTickPen(QColor(tokens.line))
            axis.setStyle(tickLength=0)
        self.getAxis("left").setWidth(64)

    def _day_at(self, point: QPointF) -> int:
        if not self.getPlotItem().sceneBoundingRect().contains(point):
            return -1
        number = round(self.getPlotItem().getViewBox().mapSceneToView(point).x())
        return number if 0 <= number < len(self._days) else -1

    def _hover(self, point: QPointF) -> None:
        number = self._day_at(point)
        if number != self._current:
            self._choose(number)
        if number < 0:
            QToolTip.hideText()

    def _choose(self, number: int) -> None:
        self._current = number
        self._draw()
        if number >= 0:
            hint = day_hint(self._days[number])
            self.setAccessibleDescription(hint)
            place = self.mapFromScene(self.getPlotItem().getViewBox().mapViewToScene(QPointF(number, 0)))
            place.setY(8)
            QToolTip.showText(self.viewport().mapToGlobal(place), plain_tooltip(hint), self)

    def _click(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        number = self._day_at(event.scenePos())
        if number >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self._days:
            self._choose(min(max(self._current + step, 0), len(self._days) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)


def _colour(name: str) -> dict[str, object]:
    return {"brush": QColor(name), "pen": pg.mkPen(None)}


def _labels(days: Sequence[AuditRow]) -> list[tuple[int, str]]:
    """Every day or every second one; in long periods the months, or the years."""
    if len(days) <= _DAYS_BY_NAME:
        every = -(-len(days) // _LABELS) or 1
        return [(number, _label(day)) for number, day in enumerate(days) if number % every == 0]
    firsts = [(number, day.period.first) for number, day in enumerate(days) if day.period.first.day == 1]
    if len(firsts) <= _LABELS:
        return [(number, f"{MONTHS[first.month - 1][:3]} {first.year}") for number, first in firsts]
    return [(number, str(first.year)) for number, first in firsts if first.month == 1]


def _label(day: AuditRow) -> str:
    first = day.period.first
    return f"{first.day}.{first.month}." if first.day == 1 else str(first.day)
