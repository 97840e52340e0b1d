"""The sheet before something leaves: what goes, where to, what it may cost, and one key for yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pennyweight.meter.budget import BudgetState, Fit
from pennyweight.meter.money import format_usd
from pennyweight.services.escalation import Preview
from pennyweight.ui.cloud.buttons import SendButton
from pennyweight.ui.cloud.found_panel import FoundPanel
from pennyweight.ui.cloud.words import basis, expected_text, leaves, models_of, over_budget, range_text, title, total
from pennyweight.ui.transcript.text_view import TextView
from pennyweight.ui.widgets import GhostButton, Line, LinkButton, PlainLabel
from pennyweight.ui.widgets.popup import round_off

WIDTH = 480
_MOST_HEIGHT = 720
_MARGIN = 16
"""To the window's edges: so near that nothing of the composer's Send sticks out behind a corner."""
_GAP = 8
_RADIUS = 12.0
_SCROLLS = {Qt.Key.Key_PageDown: 1.0, Qt.Key.Key_PageUp: -1.0, Qt.Key.Key_Down: 0.1, Qt.Key.Key_Up: -0.1}
"""Shares of what is seen at once."""


class CloudSheet(QDialog):
    """Shows previews and asks. `confirmed` is the yes; `changed` asks for new previews; `way_out` carries
    "unlock" or "keys" where one of those is what is missing. One panel without a frame of the desktop's and with one
    scroll bar at most; it can be dragged by whatever is no button."""

    confirmed = Signal()
    changed = Signal()
    way_out = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, under: QWidget | None = None) -> None:
        """`under`: the button that asks for it, where there is only one."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self._under = under
        self.setWindowTitle("Before it is sent")
        self.setModal(True)
        self.previews: tuple[Preview, ...] = ()
        self._ready = False
        self.heading = PlainLabel("", kind="title", wrap=True)
        self.leaves = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.found = FoundPanel()
        self.facts = _Facts()
        self.warning = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.exit = LinkButton("", name="What can be done about it")
        self.bytes = TextView()
        self.bytes.setObjectName("bytes")
        self.bytes.setAccessibleName("The exact request")
        self.bytes.shown().setDocumentMargin(10)
        self.bytes.hide()
        self.show_bytes = GhostButton("Show the exact bytes")
        self.cancel_button = GhostButton("Cancel", name="Cancel: nothing is sent (Esc)")
        self.send_button = SendButton("Send", name="Send (Ctrl+Enter)")
        self.send_button.setToolTip("Ctrl+Enter")
        self._exit_key = ""
        self.middle = QVBoxLayout()
        self._later = QTimer(self)  # once more when all labels know their type: only then are they measured right
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._resize)
        self._show_bytes = QTimer(self)  # after the resize
        self._show_bytes.setSingleShot(True)
        self._show_bytes.setInterval(0)
        self._show_bytes.timeout.connect(self._to_bytes)
        self._arrange()
        self.found.changed.connect(self._asked)
        self.show_bytes.clicked.connect(self._toggle_bytes)
        self.cancel_button.clicked.connect(self.reject)
        self.send_button.clicked.connect(self.send)
        self.exit.clicked.connect(lambda: self.way_out.emit(self._exit_key))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.send)

    def send(self) -> None:
        """The yes, if there is something to say yes to."""
        if self._ready and self.previews:
            self._ready = False
            self.confirmed.emit()
            self.accept()

    def show_waiting(self, words: str = "Working out what would be sent…") -> None:
        """Nothing can be sent until new previews are there."""
        self._ready = False
        self.send_button.setEnabled(False)
        if not self.previews:
            self.leaves.show()
            self.leaves.setText(words)

    def show_previews(self, previews: Sequence[Preview], *, incomplete: str = "") -> None:
        """What would be sent now. `incomplete` says what is missing on the person's side."""
        self.previews = tuple(previews)
        self.heading.setText(title(previews))
        self.leaves.setText(leaves(previews))
        self.leaves.show()
        self.show_bytes.setEnabled(True)
        self.found.show()
        batch = len(previews) > len(models_of(previews))
        self.found.show_found([each for preview in (previews if batch else previews[:1]) for each in preview.hidden])
        self.facts.show_previews(previews)
        self.bytes.setPlainText("\n\n".join(f"POST {preview.url}\n\n{preview.body_text}" for preview in previews))
        problem = next((preview.problem for preview in previews if preview.problem), "") or incomplete
        clear = any(not preview.encrypted and not preview.local for preview in previews)
        notes = list(dict.fromkeys(preview.warning for preview in previews if preview.warning))
        if clear:
            notes.append("The way there is not encrypted: others on it can read this.")
        self._show_warning(problem or " ".join(notes))
        self._ready = not problem
        self.send_button.setEnabled(self._ready)
        self._fit()

    def show_problem(self, sentence: str, *, exit_key: str = "", exit_text: str = "") -> None:
        """Why nothing can be sent, with a way to change that where there is one."""
        self._ready = False
        self.send_button.setEnabled(False)
        self._show_warning(sentence)
        self._exit_key = exit_key
        self.exit.setText(exit_text)
        self.exit.setVisible(bool(exit_text))
        self.show_bytes.setEnabled(bool(self.previews))
        self.leaves.setVisible(bool(self.previews))
        if not self.previews:
            self.found.hide()
        self._fit()

    def offer_way_out(self, *, offline: bool) -> None:
        """Towards what keeps these previews from being sent: the lock, or the budget."""
        if offline:
            self.offer_exit("unlock", "Take the lock off: ask first from now on")
        elif any(preview.over_budget for preview in self.previews):
            self.offer_exit("budgets", "Change the budget…")
        else:
            self.offer_exit("", "")

    def offer_exit(self, key: str, text: str) -> None:
        self._exit_key = key
        self.exit.setText(text)
        self.exit.setVisible(bool(text))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows and the page keys scroll, wherever the keyboard is."""
        share = _SCROLLS.get(Qt.Key(event.key()))
        bar = self._scroll.verticalScrollBar()
        if share is None or bar.maximum() == 0:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + round(share * bar.pageStep()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        handle = self.windowHandle()
        if event.button() is Qt.MouseButton.LeftButton and handle is not None:
            handle.startSystemMove()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        round_off(self, _RADIUS)

    def _place(self) -> None:
        """Under its button where there is room, else at the foot on the right, out of the way of what is read."""
        parent = self.parentWidget()
        if parent is None:
            return
        window, button = parent.window(), self._under
        foot = window.mapToGlobal(QPoint(window.width() - _MARGIN, window.height() - _MARGIN))
        if button is not None:
            below = button.mapToGlobal(QPoint(button.width(), button.height() + _GAP + self.height()))
            foot = below if below.y() <= foot.y() else foot
        self.move(max(0, foot.x() - self.width()), max(0, foot.y() - self.height()))

    def _arrange(self) -> None:
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 18, 20, 8)
        column.setSpacing(9)
        self.middle.setSpacing(9)
        column.addWidget(self.heading)
        column.addLayout(self.middle)
        for widget in (self.leaves, self.found, self.facts, self.warning, self.exit, self.bytes):
            column.addWidget(widget)
        column.addStretch(1)
        self.warning.hide()
        self.exit.hide()
        self._content = content
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        foot = self._foot = QHBoxLayout()
        foot.setContentsMargins(20, 8, 20, 16)
        foot.setSpacing(10)
        foot.addStretch(1)
        for button in (self.show_bytes, self.cancel_button, self.send_button):
            foot.addWidget(button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addLayout(foot)
        self.setFixedWidth(WIDTH)

    def _asked(self) -> None:
        self.show_waiting()
        self.changed.emit()

    def _toggle_bytes(self) -> None:
        self.bytes.setVisible(self.bytes.isHidden())
        self.show_bytes.setText("Show the exact bytes" if self.bytes.isHidden() else "Hide the bytes")
        self._fit()
        if not self.bytes.isHidden():
            self._show_bytes.start()

    def _to_bytes(self) -> None:
        """Their first lines come to the top as far as there is more to see below."""
        self._scroll.verticalScrollBar().setValue(self.bytes.y() - self._content.contentsMargins().top() - 8)

    def _show_warning(self, sentence: str) -> None:
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))

    def _fit(self) -> None:
        self._resize()
        self._later.start()

    def _resize(self) -> None:
        """As high as the content needs, up to what fits on the window."""
        layout = self._content.layout()
        if layout is None:
            return
        layout.activate()
        parent = self.parentWidget()
        room = min(_MOST_HEIGHT, parent.window().height() - 2 * _MARGIN) if parent is not None else _MOST_HEIGHT
        narrow = WIDTH - self._scroll.verticalScrollBar().sizeHint().width() - 2  # else the bar makes itself needed
        wanted = max(layout.totalHeightForWidth(narrow), layout.totalMinimumSize().height())
        wanted += self._foot.sizeHint().height() + 2  # the line around it
        self.resize(WIDTH, max(200, min(wanted, room)))
        self._place()


class _Facts(QWidget):
    """Two columns: a name, a figure."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self._rows: list[QWidget] = []

    def text(self) -> str:
        return "\n".join(row.text() for row in self._rows if isinstance(row, PlainLabel))

    def show_previews_none(self) -> None:
        for widget in self._rows:
            widget.hide()
            widget.deleteLater()
        self._rows = []

    def show_previews(self, previews: Sequence[Preview]) -> None:
        self.show_previews_none()
        price = total(previews)
        models = models_of(previews)
        for (provider, model), own in models.items() if len(models) > 1 else ():
            self._row(f"{provider} {model}", range_text(total(own)))
        self._row("Estimated", range_text(price), hint=basis(price))
        self._row("Most likely", expected_text(price))
        for budget in {p.budget.provider: p.budget for p in previews if p.budget is not None}.values():
            low = budget.state is not BudgetState.OK
            whose = f" for {budget.provider}" if budget.provider else ""
            self._row(f"Budget left in {budget.month.split()[0]}{whose}", format_usd(budget.left_nano), warn=low)
        if any(preview.over_budget for preview in previews):
            return  # it does not even begin
        if any(preview.fit is Fit.MAY_EXCEED for preview in previews):
            self._row("If the budget runs out", "the answer stops there", warn=True)
        elif len(previews) > len(models_of(previews)) and over_budget(previews):
            self._row("If the budget runs out", "the batch stops there", warn=True)

    def _row(self, name: str, value: str, *, hint: str = "", warn: bool = False) -> None:
        row = self._grid.rowCount()
        left = PlainLabel(name, tone="warn" if warn else "ink")
        right = PlainLabel(value, kind="strong", tone="warn" if warn else "ink")
        right.setAlignment(Qt.AlignmentFlag.AlignRight)
        if hint:
            left.setToolTip(hint)
            right.setToolTip(hint)
        self._grid.addWidget(left, row, 0)
        self._grid.addWidget(right, row, 1)
        line = Line()
        self._grid.addWidget(line, row + 1, 0, 1, 2)
        self._rows += [left, right, line]
        for widget in (left, right, line):
            widget.show()
