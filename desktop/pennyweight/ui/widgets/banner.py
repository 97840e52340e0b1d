"""Saying something in passing (a toast) and saying something that stays (a banner)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.buttons import GhostButton, IconButton, LinkButton
from pennyweight.ui.widgets.labels import PlainLabel

Action = tuple[str, Callable[[], None]]
TOAST_MS = 8_000


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


class Toast(QFrame):
    """A note at the foot of `host` (or above its child `above`) that goes by itself, with at most one action (Undo)."""

    def __init__(self, host: QWidget, above: QWidget | None = None) -> None:
        super().__init__(host)
        self._host = host
        self._above = above
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 9, 12, 9)
        row.setSpacing(10)
        self._label = PlainLabel()
        self._action = LinkButton()
        row.addWidget(self._label)
        row.addWidget(self._action)
        self._call: Callable[[], None] | None = None
        self._action.clicked.connect(self._act)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        host.installEventFilter(self)
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
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(milliseconds)

    def _act(self) -> None:
        self.hide()
        if self._call is not None:
            self._call()

    def _place(self) -> None:
        foot = self._host.height() - 24
        if self._above is not None:
            foot = self._above.mapTo(self._host, QPoint(0, 0)).y() - 12
        self.move((self._host.width() - self.width()) // 2, foot - self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
