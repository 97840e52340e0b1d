"""What is typed where nothing takes it goes into the message box."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pennyweight.services.recipes import RecipeBook
from pennyweight.ui.shell.chat_page import ChatPage
from pennyweight.ui.theme import Theme

_NO = Qt.KeyboardModifier.NoModifier
_CONTROL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_GROUP, _SHIFT = Qt.KeyboardModifier.GroupSwitchModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    ("held", "text", "written"),
    [
        (_NO, "a", "a"),
        (_GROUP, "@", "@"),
        (_GROUP | _SHIFT, "¿", "¿"),
        (_CONTROL | _ALT, "€", "€"),
        (_CONTROL | _ALT | _SHIFT, "{", "{"),
        (_CONTROL, "a", ""),
        (_ALT, "a", ""),
        (_CONTROL | _ALT, "", ""),
        (_NO, "\x1b", ""),
    ],
)
def test_what_is_typed_where_nothing_takes_it_is_written_with_altgr_too(
    qtbot: QtBot, theme: Theme, held: Qt.KeyboardModifier, text: str, written: str
) -> None:
    page = ChatPage(theme, RecipeBook())
    qtbot.addWidget(page)
    QApplication.sendEvent(page.transcript, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_unknown, held, text))
    assert page.composer.content().text == written
