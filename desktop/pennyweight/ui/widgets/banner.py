"""Saying something in passing (a toast) and saying something that stays (a banner)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QScrollBar, QSizePolicy, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.buttons import GhostButton, IconButton, LinkButton
from pennyweight.ui.widgets.labels import PlainLabel

Action = tuple[str, Callable[[], None]]
TOAST_MS = 8_000
_TOAST_SIDE, _TOAST_ABOVE, _TOAST_BELOW = 20, 8, 14


class Banner(QFrame):
    """A sentence with actions at the top of a page; hidden until `tell`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 8, 8, 8)
        self._row.setSpacing(8)
        self._label = PlainLabel(wrap=True, selectable=True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row.addWidget(self._label, 1)
        self._buttons: list[GhostButton] = []
        self._close = IconButton(theme, "x", "Close this message", size=26)
        self._close.clicked.connect(self.hide)
        self._row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def text(self) -> str:
        return self._label.text()

    def tell(self, sentence: str, actions: Sequence[Action] = ()) -> None:
        """Show the sentence; each action is a button that also closes the banner."""
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        for text, call in actions:
            button = GhostButton(text)
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _checked=False, call=call: call())
            self._row.insertWidget(self._row.count() - 1, button)
            self._buttons.append(button)
        self._label.setText(sentence)
        self.setAccessibleName(sentence)
        self.show()

    def withdraw(self, sentence: str) -> None:
        """What is said no longer holds: it goes, unless something else has been said since."""
        if self.text() == sentence:
            self.hide()


class _Note(QFrame):
    """What is seen of a toast."""


class Toast(QWidget):
    """A note that goes by itself, with at most one action (Undo).

    Put it into the page's layout: in a strip of its own it covers nothing that can be used meanwhile.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = _Note(self)
        self._note.setObjectName("toast")
        row = QHBoxLayout(self._note)
        row.setContentsMargins(16, 9, 12, 9)
        row.setSpacing(10)
        self._label = PlainLabel()
        self._action = LinkButton()
        row.addWidget(self._label, 1)
        row.addWidget(self._action)
        self._call: Callable[[], None] | None = None
        self._action.clicked.connect(self._act)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def text(self) -> str:
        return self._label.text()

    def tell(self, sentence: str, action: Action | None = None, *, milliseconds: int = TOAST_MS) -> None:
        self._label.setText(sentence)
        self._action.setVisible(action is not None)
        self._call = None
        if action is not None:
            self._action.setText(action[0])
            self._call = action[1]
        self.setAccessibleName(sentence)
        ended, in_use = self._at_their_end(), self._in_use()
        self.show()
        self._lay_out()
        self._keep_in_view(ended, in_use)
        self._timer.start(milliseconds)

    def withdraw(self, sentence: str) -> None:
        """What is said no longer holds: it goes, unless something else has been said since."""
        if self.text() == sentence:
            self._timer.stop()
            self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self.width())

    def _act(self) -> None:
        self.hide()
        if self._call is not None:
            self._call()

    def _lay_out(self) -> None:
        """Its height follows its width, which follows from the page."""
        host = self.parentWidget()
        layout = host.layout() if host is not None else None
        if layout is not None:
            layout.activate()
        self._place(self.width())
        if layout is not None:
            layout.activate()

    def _place(self, width: int) -> None:
        """In the middle, in one line where there is room for it."""
        room = width - 2 * _TOAST_SIDE
        self._label.setWordWrap(False)
        size = self._note.sizeHint()
        if size.width() > room:
            self._label.setWordWrap(True)
            size = QSize(room, self._note.heightForWidth(room))
        self.setFixedHeight(_TOAST_ABOVE + size.height() + _TOAST_BELOW)
        self._note.setGeometry((width - size.width()) // 2, _TOAST_ABOVE, size.width(), size.height())

    def _at_their_end(self) -> list[QScrollBar]:
        """Of what may have to be shorter: the foot of it is read."""
        host = self.parentWidget()
        bars = [area.verticalScrollBar() for area in host.findChildren(QScrollArea)] if host is not None else []
        return [bar for bar in bars if 0 < bar.maximum() == bar.value()]

    def _in_use(self) -> tuple[QScrollArea, QWidget] | None:
        """What has the keyboard and is seen, and the area that it scrolls in."""
        focused = self.window().focusWidget()
        at = focused.parentWidget() if focused is not None else None
        while focused is not None and at is not None and at is not self.parentWidget():
            if isinstance(at, QScrollArea):
                return None if focused.visibleRegion().isEmpty() else (at, focused)
            at = at.parentWidget()
        return None

    def _keep_in_view(self, ended: list[QScrollBar], in_use: tuple[QScrollArea, QWidget] | None) -> None:
        for bar in ended:
            bar.setValue(bar.maximum())
        if in_use is None:
            return
        area, focused = in_use
        below = focused.mapTo(area.viewport(), QPoint(0, focused.height())).y() - area.viewport().height()
        if 0 < below <= self.height() and focused.height() < area.viewport().height():
            area.verticalScrollBar().setValue(area.verticalScrollBar().value() + below)
