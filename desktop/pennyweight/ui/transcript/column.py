"""The column of message widgets: a window of bounded size onto however many messages there are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.ui.transcript.entry import Entry

MAX_WIDGETS = 48
STEP = 12
READING_WIDTH = 800


class MessageColumn(QWidget):
    """Keeps every loaded entry (small) and widgets for a run of them (large), in a column of reading width."""

    def __init__(self, make: Callable[[Entry], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("content")
        self._make = make
        self.entries: list[Entry] = []
        self.first = 0
        """Index of the entry of the first widget; widgets are for `entries[first : first + len(widgets)]`."""
        self.widgets: list[QWidget] = []
        outer = QHBoxLayout(self)
        self.leave_room_for_bar(False)
        inner = QWidget()
        inner.setMaximumWidth(READING_WIDTH)
        self._layout = QVBoxLayout(inner)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(18)
        self._layout.addStretch(1)
        outer.addStretch(1)
        outer.addWidget(inner, 1000)
        outer.addStretch(1)

    def leave_room_for_bar(self, bar: bool) -> None:
        """The scroll bar takes its 10 pixels from the margin, so that the text does not move when it comes."""
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(28, 20, 18 if bar else 28, 16)

    @property
    def end(self) -> int:
        return self.first + len(self.widgets)

    def widget_for(self, message_id: str) -> QWidget | None:
        for number, widget in enumerate(self.widgets):
            if self.entries[self.first + number].message.id == message_id:
                return widget
        return None

    def index_of(self, message_id: str) -> int:
        """Index in `entries`, newest first searched; -1 if it is not loaded."""
        for index in range(len(self.entries) - 1, -1, -1):
            if self.entries[index].message.id == message_id:
                return index
        return -1

    def replace(self, entries: list[Entry]) -> None:
        """Show the newest of these."""
        self.clear()
        self.entries = list(entries)
        self.show_newest()

    def clear(self) -> None:
        while self.widgets:
            self._remove(len(self.widgets) - 1)
        self.entries = []
        self.first = 0

    def show_newest(self) -> None:
        """Move the window to the end, if it is not there."""
        if self.end == len(self.entries) and self.widgets:
            return
        while self.widgets:
            self._remove(len(self.widgets) - 1)
        self.first = max(0, len(self.entries) - STEP)
        for entry in self.entries[self.first :]:
            self._insert(len(self.widgets), entry)

    def show_around(self, message_id: str) -> None:
        """Move the window to this message, if it is not in it."""
        index = self.index_of(message_id)
        if index < 0 or self.first <= index < self.end:
            return
        while self.widgets:
            self._remove(len(self.widgets) - 1)
        self.first = max(0, index - 2)
        for entry in self.entries[self.first : self.first + STEP]:
            self._insert(len(self.widgets), entry)

    def append(self, entry: Entry) -> QWidget:
        """A new newest message; the window follows it."""
        self.show_newest()
        self.entries.append(entry)
        self._insert(len(self.widgets), entry)
        while len(self.widgets) > MAX_WIDGETS:
            self._drop_first()
        return self.widgets[-1]

    def prepend(self, entries: list[Entry]) -> None:
        """Older entries arrived; they get widgets by `extend_up`."""
        self.entries[:0] = entries
        self.first += len(entries)

    def extend_up(self) -> bool:
        """Widgets for the next older entries, dropping some at the far end; False if there are none."""
        count = min(STEP, self.first)
        for _ in range(count):
            self.first -= 1
            self._insert(0, self.entries[self.first])
        while len(self.widgets) > MAX_WIDGETS:
            self._remove(len(self.widgets) - 1)
        return count > 0

    def extend_down(self) -> bool:
        """Widgets for the next newer entries; False if there are none."""
        newer = self.entries[self.end : self.end + STEP]
        for entry in newer:
            self._insert(len(self.widgets), entry)
        while len(self.widgets) > MAX_WIDGETS:
            self._drop_first()
        return bool(newer)

    def settle(self) -> None:
        """Have the layout of the whole column done now, so that positions can be read."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self._layout.activate()
        outer = self.layout()
        if outer is not None:
            outer.activate()
            self.resize(self.width(), outer.totalHeightForWidth(self.width()))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def _insert(self, position: int, entry: Entry) -> None:
        widget = self._make(entry)
        self.widgets.insert(position, widget)
        self._layout.insertWidget(position, widget)
        widget.show()  # else Qt shows it one turn of the event loop later, and the column jumps

    def _drop_first(self) -> None:
        self._remove(0)
        self.first += 1

    def _remove(self, position: int) -> None:
        widget = self.widgets.pop(position)
        self._layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()
