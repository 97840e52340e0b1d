"""One card of the settings page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pennyweight.services.settings import Settings
from pennyweight.ui.widgets import Card, LinkButton, PlainLabel


class Section(Card):
    """A title, one line about it, and fields in `body`. `changed` carries the settings to change by name."""

    changed = Signal(dict)
    fields: tuple[str, ...] = ()
    """The settings this section is about; with the way back to their defaults while they differ."""

    def __init__(self, key: str, title: str, about: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.key = key
        self.title = title
        self.setAccessibleName(title)
        self.body.setContentsMargins(20, 16, 20, 18)
        self.body.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(PlainLabel(title, kind="title"))
        head.addStretch(1)
        self.reset = LinkButton("Reset to defaults", name=f"Reset {title} to defaults", quiet=True)
        self.reset.clicked.connect(self._reset)
        kept = self.reset.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(kept)
        self.reset.hide()
        head.addWidget(self.reset)
        self.body.addLayout(head)
        if about:
            self.body.addWidget(PlainLabel(about, tone="mute", wrap=True))
        self._defaults = Settings()

    def show_settings(self, settings: Settings, defaults: Settings) -> None:
        self._defaults = defaults
        self.reset.setVisible(any(getattr(settings, name) != getattr(defaults, name) for name in self.fields))
        self.fill(settings)

    def fill(self, settings: Settings) -> None:
        """Show the values without telling anyone."""

    def tab_through(self) -> None:
        """To be called after something was made late: Tab would reach it behind all else, for it follows the making."""
        before: QWidget = self.reset
        for widget in self.findChildren(QWidget):
            if widget is not self.reset and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(before, widget)
                before = widget

    def _reset(self) -> None:
        changes: dict[str, Any] = {name: getattr(self._defaults, name) for name in self.fields}
        self.changed.emit(changes)
