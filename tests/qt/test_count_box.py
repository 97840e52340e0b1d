"""A field for a whole number reads its own text, whatever the language of the desktop."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pennyweight.ui.audit.count_box import CountBox


@pytest.mark.parametrize("language", ["de_DE", "de_CH", "ar_EG", "en_US"])
def test_it_takes_the_number_it_shows_and_a_digit_more(qtbot: QtBot, language: str) -> None:
    box = CountBox("Tokens", 0, 10_000_000)
    qtbot.addWidget(box)
    box.setLocale(QLocale(language))
    reasons: list[str] = []
    box.refused.connect(lambda reason: reasons.append(reason) if reason else None)
    box.setValue(12_345)
    assert (box.text(), box.hasAcceptableInput()) == ("12,345", True)
    QTest.keyClick(box, Qt.Key.Key_End)
    QTest.keyClicks(box, "6")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert (box.text(), box.value()) == ("123,456", 123_456)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert (box.value(), reasons) == (123_457, [])
