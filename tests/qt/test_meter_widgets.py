"""The small painted parts of the meter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pennyweight.domain.ledger import TokenTotals
from pennyweight.ui.meter.energy_label import EnergyLabel
from pennyweight.ui.meter.figures import Certainty
from pennyweight.ui.meter.sparkline import Sparkline
from pennyweight.ui.meter.tokens_table import TokensTable
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.menu_label import MenuLabel


@pytest.fixture
def sparkline(qtbot: QtBot, theme: Theme) -> Sparkline:
    sparkline = Sparkline(theme)
    qtbot.addWidget(sparkline)
    sparkline.resize(232, 30)
    sparkline.show()
    return sparkline


def test_only_the_last_twelve_answers_are_drawn(sparkline: Sparkline) -> None:
    sparkline.set_values([float(number) for number in range(30)])
    assert sparkline.bars() == [float(number) for number in range(18, 30)]
    sparkline.grab()


def test_the_running_answer_is_the_newest_bar(sparkline: Sparkline) -> None:
    sparkline.set_values([10.0, 20.0])
    sparkline.set_live(5.0)
    assert sparkline.bars() == [10.0, 20.0, 5.0]
    assert sparkline.tooltip_at(QPoint(sparkline.width() - 2, 25)) == "5 J so far"
    sparkline.set_live(None)
    assert sparkline.bars() == [10.0, 20.0]


def test_each_bar_tells_its_joules(sparkline: Sparkline) -> None:
    sparkline.set_values([7200.0, 412.0])
    right = sparkline.width() - 2
    assert sparkline.tooltip_at(QPoint(right, 25)) == "412 J, the last answer"
    assert sparkline.tooltip_at(QPoint(right - 20, 25)) == "2 Wh, 1 answer before"
    assert sparkline.tooltip_at(QPoint(1, 25)) == ""


def test_an_empty_sparkline_can_be_drawn(sparkline: Sparkline) -> None:
    sparkline.set_values([])
    sparkline.grab()
    sparkline.set_values([0.0, 0.0])
    sparkline.grab()
    assert sparkline.accessibleDescription() == "0 J, 0 J"


@pytest.mark.parametrize("certainty", ["measured", "mixed", "estimated", "unknown"])
def test_each_certainty_is_painted_in_its_own_way(qtbot: QtBot, theme: Theme, certainty: Certainty) -> None:
    label = EnergyLabel(theme)
    qtbot.addWidget(label)
    label.set_state("word", "±15 %", certainty)
    label.resize(label.sizeHint())
    label.show()
    seen = label.grab().toImage()
    others: list[Certainty] = ["measured", "mixed", "estimated", "unknown"]
    for other in others:
        label.set_state("word", "±15 %", other)
        assert (label.grab().toImage() == seen) == (other == certainty)


def test_the_energy_label_opens_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    label = EnergyLabel(theme)
    qtbot.addWidget(label)
    label.set_state("est.", "×0.5…×2", "estimated")
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        with qtbot.waitSignal(label.clicked):
            QTest.keyClick(label, key)


def test_the_reference_button_opens_by_keyboard_and_says_its_name(qtbot: QtBot, theme: Theme) -> None:
    label = MenuLabel(theme, "<b>GPT</b>", name="Reference model")
    qtbot.addWidget(label)
    assert label.accessibleName() == "Reference model: <b>GPT</b>"
    assert "&lt;b&gt;" in label.toolTip()
    with qtbot.waitSignal(label.clicked):
        QTest.keyClick(label, Qt.Key.Key_Down)


def test_the_token_table_has_both_columns(qtbot: QtBot) -> None:
    table = TokensTable()
    qtbot.addWidget(table)
    table.show_tokens(
        TokenTotals(input_total=92_410, resent=56_370, output_total=6_212), TokenTotals(input_total=3_020)
    )
    assert ("in", "92,410", "3,020") in table.texts()
    assert ("new", "36,040", "3,020") in table.texts()
    assert ("re-sent", "56,370", "0") in table.texts()
