"""Buttons. A mouse click leaves the keyboard focus where it was, so a focus ring means the keyboard is here."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.labels import Tone

COPIED = "Copied"
_COPIED_MS = 1500


class KeyButton(QPushButton):
    """A button that Enter presses too, as people expect where a button has the focus; Qt does that in dialogs alone.

    A key held down presses once: its repeats end here, or the page behind would take them as an Enter of its own.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)


class _Button(KeyButton):
    def __init__(self, text: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if name:
            self.setAccessibleName(name)


class PrimaryButton(_Button):
    """The one action of a place."""


class GhostButton(_Button):
    """A further action."""


class SmallButton(_Button):
    """A quiet action under an answer or in a table row."""


class ToggleButton(SmallButton):
    """A quiet action that stays on: a mark before its words says so, besides the colour (`tone`). Keeps its width."""

    def __init__(self, text: str, *, mark: str, tone: Tone, name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, parent=parent)
        self._words, self._mark = text, f"{mark} "
        self.setProperty("tone", tone)
        self.setCheckable(True)
        self.toggled.connect(lambda on: self.setText(self._mark + self._words if on else self._words))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        missing = "" if self.isChecked() else self._mark
        return hint + QSize(self.fontMetrics().horizontalAdvance(missing), 0)


def tell_copied(button: QPushButton) -> None:
    """A click on "Copy" says so for a moment: what went onto the clipboard is not to be seen."""
    usual = button.text()
    back = QTimer(button)
    back.setSingleShot(True)
    back.setInterval(_COPIED_MS)
    back.timeout.connect(lambda: button.setText(usual))

    def tell() -> None:
        button.setText(COPIED)
        back.start()

    button.clicked.connect(tell)


class CopyButton(SmallButton):
    """`tell_copied`, and keeps its width meanwhile."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__("Copy", name=name, parent=parent)
        self._width = 0
        tell_copied(self)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self.text() != COPIED:
            width = self.fontMetrics().horizontalAdvance
            self._width = hint.width() + max(0, width(COPIED) - width(self.text()))
        return QSize(self._width, hint.height())


class LinkButton(_Button):
    """An action that reads as text; `quiet` for the muted small one."""

    def __init__(self, text: str = "", *, name: str = "", quiet: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, parent=parent)
        self.setProperty("kind", "quiet" if quiet else "")


class IconButton(_Button):
    """A square button with an icon of the Phosphor set; `name` is its accessible name and its tooltip."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        size: int = 30,
        checkable: bool = False,
        colour: str = "mute",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", name=name, parent=parent)
        self._theme = theme
        self._icon = icon
        self._colour = colour
        self.setToolTip(name)
        self.setCheckable(checkable)
        self.setFixedSize(size, size)
        self.setIconSize(QSize(size * 6 // 10, size * 6 // 10))
        theme.changed.connect(self._tint)
        self.toggled.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        self.setIcon(self._theme.icon(self._icon, "copper" if self.isChecked() else self._colour))
