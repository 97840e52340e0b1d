"""Whether anything may leave this computer: always in view, changed from its menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from pennyweight.services.egress import EgressState
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Pill, restyle

TEXTS = {
    EgressState.OFFLINE: ("Offline", "Everything stays on this computer. No connection is made."),
    EgressState.ASK: ("Ask first", "Nothing leaves this computer until you have seen it and said yes."),
    EgressState.ALLOWED: ("Allowed for this chat", "Questions of this chat may go to the cloud without asking again."),
}
_ICONS = {
    EgressState.OFFLINE: "lock-simple",
    EgressState.ASK: "hand-palm",
    EgressState.ALLOWED: "lock-simple-open",
}


class LockPill(Pill):
    """`wanted` carries the EgressState a person chose; what is shown changes only by `show_state`."""

    wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Offline", icon="lock-simple", menu=True, name="Offline", parent=parent)
        self.state = EgressState.OFFLINE
        self.menu = QMenu(self)
        self.menu.setAccessibleName("What may leave this computer")
        self.menu.setToolTipsVisible(True)
        group = QActionGroup(self)
        self.actions_by_state: dict[EgressState, QAction] = {}
        for state, (text, about) in TEXTS.items():
            action = self.menu.addAction(text)
            action.setCheckable(True)
            action.setToolTip(about)
            action.triggered.connect(lambda _checked=False, state=state: self._chosen(state))
            group.addAction(action)
            self.actions_by_state[state] = action
        self.clicked.connect(self.open_menu)
        self.show_state(EgressState.OFFLINE, chat=False)

    def open_menu(self) -> None:
        self.menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def show_state(self, state: EgressState, *, chat: bool) -> None:
        """`chat`: there is a conversation that could be allowed."""
        self.state = state
        text, about = TEXTS[state]
        self.set_text(text)
        self._icons[0] = (self._icons[0][0], _ICONS[state], 14)
        self._tint()
        self.setToolTip(about)
        self.setAccessibleName(f"{text}. {about}")
        self.actions_by_state[state].setChecked(True)
        self.actions_by_state[EgressState.ALLOWED].setEnabled(chat)
        restyle(self, state=state.value)

    def sizeHint(self) -> QSize:
        return super().sizeHint()

    def _chosen(self, state: EgressState) -> None:
        self.actions_by_state[self.state].setChecked(True)  # until it is so
        if state is not self.state:
            self.wanted.emit(state)
