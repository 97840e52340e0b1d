"""The look of the program: light, dark or as the desktop has it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from pennyweight.domain.resources import assets_dir
from pennyweight.ui.theme import fonts
from pennyweight.ui.theme.icons import Icons
from pennyweight.ui.theme.palette import build_palette
from pennyweight.ui.theme.stylesheet import build_stylesheet
from pennyweight.ui.theme.tokens import DARK, LIGHT, Tokens

Look = Literal["system", "light", "dark"]


class Theme(QObject):
    """Applies a look to the application. Widgets that paint or tint by themselves listen to `changed`."""

    changed = Signal()

    def __init__(self, application: QApplication, look: Look = "system") -> None:
        super().__init__(application)
        self._application = application
        self._look: Look = look
        self._tokens = LIGHT
        self._icons = Icons()
        application.setStyle("Fusion")
        application.setFont(fonts.tabular(fonts.ui_font()))
        application.setWindowIcon(QIcon(str(assets_dir() / "icons" / "pennyweight.svg")))
        application.styleHints().colorSchemeChanged.connect(self._desktop_changed)
        self._apply()

    @property
    def look(self) -> Look:
        return self._look

    def set_look(self, look: Look) -> None:
        if look != self._look:
            self._look = look
            self._apply()

    def tokens(self) -> Tokens:
        return self._tokens

    def icon(self, name: str, colour: str = "mute") -> QIcon:
        """A line icon by its name in the Phosphor set (`gear-six`), tinted with a token (`mute`, `ink`, `copper`…)."""
        return self._icons.icon(name, str(getattr(self._tokens, colour)), disabled=self._tokens.mute)

    def _desktop_changed(self) -> None:
        if self._look == "system":
            self._apply()

    def _wants_dark(self) -> bool:
        if self._look == "system":
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._look == "dark"

    def _apply(self) -> None:
        self._tokens = DARK if self._wants_dark() else LIGHT
        self._application.setPalette(build_palette(self._tokens))
        self._application.setStyleSheet(build_stylesheet(self._tokens))
        self.changed.emit()
