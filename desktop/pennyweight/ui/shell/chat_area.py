"""List, conversation and meter side by side; what has no room lies over the conversation when it is asked for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from pennyweight.ui.shell.chat_page import ChatPage
from pennyweight.ui.shell.geometry import WindowState
from pennyweight.ui.shell.sidebar import Sidebar

METER_FROM_PX, LIST_FROM_PX = 1000, 760
"""Widths of the window from which the columns are shown unasked."""
RAIL_PX = 56
LIST_PX = 264
"""Width of the list where it lies over the conversation."""
_SHADE = QColor(0, 0, 0, 56)


class _Veil(QWidget):
    """Lies between the conversation and a column over it; a click on it puts the column away."""

    clicked = Signal()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), _SHADE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.clicked.emit()


class ChatArea(QWidget):
    """A column is shown if it is wanted and there is room; asked for while there is none, it lies over the rest."""

    meter_shown = Signal(bool)

    def __init__(self, sidebar: Sidebar, page: ChatPage, meter: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sidebar, self._page, self._meter = sidebar, page, meter
        self._list_wanted = self._meter_wanted = True
        self._list_forced = self._meter_forced = False
        self._list_width = 240
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(sidebar)
        self._splitter.addWidget(page)
        self._splitter.setStretchFactor(1, 1)
        sidebar.setMinimumWidth(180)
        sidebar.setMaximumWidth(480)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self._splitter, 1)
        self._row.addWidget(meter)
        self._veil = _Veil(self)
        self._veil.hide()
        self._veil.clicked.connect(self.hide_forced)
        page.top.toggle_list.connect(self.toggle_list)
        page.top.toggle_meter.connect(self.toggle_meter)

    def restore(self, state: WindowState) -> None:
        self._list_wanted, self._meter_wanted = state.list_wanted, state.meter_wanted
        self._list_width = state.list_width
        self._splitter.setSizes([state.list_width, max(self.width() - state.list_width, 400)])
        self._arrange()

    def list_width(self) -> int:
        if self._sidebar.parentWidget() is self._splitter:
            self._list_width = self._splitter.sizes()[0] or self._list_width
        return self._list_width

    @property
    def list_wanted(self) -> bool:
        return self._list_wanted

    @property
    def meter_wanted(self) -> bool:
        return self._meter_wanted

    def toggle_list(self) -> None:
        shown = self._sidebar.isHidden()
        if self._has_room(LIST_FROM_PX):
            self._list_wanted = shown
        self._list_forced = shown and not self._has_room(LIST_FROM_PX)
        self._meter_forced = self._meter_forced and not self._list_forced
        self._arrange()

    def toggle_meter(self) -> None:
        shown = self._meter.isHidden()
        if self._has_room(METER_FROM_PX):
            self._meter_wanted = shown
        self._meter_forced = shown and not self._has_room(METER_FROM_PX)
        self._list_forced = self._list_forced and not self._meter_forced
        self._arrange()

    def show_list(self) -> None:
        if self._sidebar.isHidden():
            self.toggle_list()

    def hide_forced(self) -> bool:
        """Put away what lies over the conversation; False if nothing did."""
        lay_over = self._list_forced or self._meter_forced
        self._list_forced = self._meter_forced = False
        if lay_over:
            self._arrange()
            self._page.composer.setFocus()
        return lay_over

    def hide_forced_list(self) -> None:
        """In a narrow window the list goes away once a chat was chosen from it."""
        if self._list_forced:
            self.hide_forced()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _has_room(self, from_px: int) -> bool:
        return self.width() + RAIL_PX >= from_px

    def _arrange(self) -> None:
        if self._has_room(LIST_FROM_PX):
            self._list_forced = False
        if self._has_room(METER_FROM_PX):
            self._meter_forced = False
        self._float_list(self._list_forced)
        self._sidebar.setVisible(self._list_forced or (self._list_wanted and self._has_room(LIST_FROM_PX)))
        self._page.top.list_button.setVisible(self._sidebar.isHidden() or self._list_forced)
        shown = self._meter_forced or (self._meter_wanted and self._has_room(METER_FROM_PX))
        self._float_meter(self._meter_forced)
        if shown == self._meter.isHidden():
            self._meter.setVisible(shown)
            self.meter_shown.emit(shown)
        self._lay_over()

    def _float_list(self, over: bool) -> None:
        """Take the list out of the splitter, or put it back at the width it had."""
        inside = self._sidebar.parentWidget() is self._splitter
        if over and inside:
            self._list_width = self.list_width()
            self._sidebar.setParent(self)
        elif not over and not inside:
            self._splitter.insertWidget(0, self._sidebar)
            self._splitter.setStretchFactor(0, 0)
            self._splitter.setStretchFactor(1, 1)
            self._splitter.setSizes([self._list_width, max(self.width() - self._list_width, 400)])

    def _float_meter(self, over: bool) -> None:
        inside = self._row.indexOf(self._meter) >= 0
        if over and inside:
            self._row.removeWidget(self._meter)
        elif not over and not inside:
            self._row.addWidget(self._meter)

    def _lay_over(self) -> None:
        self._veil.setVisible(self._list_forced or self._meter_forced)
        self._veil.setGeometry(self.rect())
        self._veil.raise_()
        if self._list_forced:
            self._sidebar.setGeometry(0, 0, min(LIST_PX, self.width()), self.height())
            self._sidebar.raise_()
        if self._meter_forced:
            width = self._meter.minimumWidth()  # it is of one fixed width
            self._meter.setGeometry(self.width() - width, 0, width, self.height())
            self._meter.raise_()
