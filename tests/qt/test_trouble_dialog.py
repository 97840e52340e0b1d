"""A window that cannot open says why in a window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pennyweight.ui.shell.trouble import TroubleDialog
from pennyweight.ui.theme import Theme


def test_the_sentence_is_shown_as_it_is_and_enter_closes(qtbot: QtBot, theme: Theme) -> None:
    dialog = TroubleDialog("The database <b>x</b> is damaged. The newest backup is y.")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.words.text() == "The database <b>x</b> is damaged. The newest backup is y."
    assert dialog.words.textFormat() is Qt.TextFormat.PlainText
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog.close_button, Qt.Key.Key_Return)
