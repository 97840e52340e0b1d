"""The bar above the conversation: the model, what may leave this computer, the ways to the cloud and to the columns."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from pennyweight.ui.cloud.buttons import CloudButton
from pennyweight.ui.cloud.lock_pill import LockPill
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import IconButton, Pill, ProgressBar, Tone

HEIGHT_PX = 48
COMPACT_PX, TIGHT_PX = 680, 520


class TopBar(QFrame):
    model_clicked = Signal()
    ask_cloud = Signal()
    toggle_list = Signal()
    toggle_meter = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setFixedHeight(HEIGHT_PX)
        self._cost = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 16, 0)
        row.setSpacing(10)
        self.list_button = IconButton(theme, "list", "Show or hide the chats (Ctrl+B)", size=32)
        self.list_button.clicked.connect(self.toggle_list)
        self.model = Pill(theme, "No model", dot="mute", menu=True, name="Model", elide=True)
        self.model.clicked.connect(self.model_clicked)
        self.lock = LockPill(theme)
        self.cloud = CloudButton("Ask the cloud…")
        self.cloud.setToolTip("See what would be sent, and its price (Ctrl+Shift+Enter). Nothing is sent yet.")
        self.cloud.clicked.connect(self.ask_cloud)
        self.cost = Pill(theme, "", dot="local", menu=True, name="Cost today")
        self.cost.setToolTip("What today's answers cost on this computer. Click for the whole meter (Ctrl+M).")
        self.cost.clicked.connect(self.toggle_meter)
        self.cost.hide()
        self.meter_button = IconButton(theme, "chart-bar", "Show or hide the meter (Ctrl+M)", size=32)
        self.meter_button.clicked.connect(self.toggle_meter)
        row.addWidget(self.list_button)
        row.addWidget(self.model)
        row.addWidget(self.lock)
        row.addStretch(1)
        row.addWidget(self.cost)
        row.addWidget(self.cloud)
        row.addWidget(self.meter_button)
        self._progress = ProgressBar("Loading the model", self)
        self._progress.setObjectName("loading")
        self._progress.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._progress.setGeometry(0, self.height() - 2, self.width(), 2)
        self.lock.set_compact(self.width() < TIGHT_PX)
        self.cloud.setText("Cloud…" if self.width() < COMPACT_PX else "Ask the cloud…")
        self.cloud.setAccessibleName("Ask the cloud")
        self._show_cost()

    def show_model(self, name: str, tone: Tone, hint: str = "") -> None:
        self.model.set_text(name, dot=tone)
        self.model.setToolTip(hint)
        self.model.setAccessibleName(f"Model: {name}. {hint}")

    def show_loading(self, fraction: float | None) -> None:
        """0..1 while a model is loaded; None when that is over."""
        self._progress.setVisible(fraction is not None)
        if fraction is not None:
            self._progress.show_fraction(fraction)

    def show_cost(self, text: str) -> None:
        """Today's cost, for when the meter column is hidden; "" hides it."""
        self._cost = text
        self._show_cost()

    def _show_cost(self) -> None:
        """In a narrow bar the amount alone, whole, for half a number is a wrong one; it opens the meter as well."""
        narrow = self.width() < COMPACT_PX
        self.cost.set_text(self._cost if narrow else f"Today {self._cost}")
        self.cost.setVisible(bool(self._cost))
        self.meter_button.setVisible(not (narrow and self._cost))
