"""Choosing the reference model out of the whole price table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pennyweight.meter import reference
from pennyweight.meter.reference import ReferenceModel
from pennyweight.ui.meter.reference_list import rate_text
from pennyweight.ui.meter.reference_picker import ReferenceChooser, ReferencePicker
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.rows import BADGE, DOT, RIGHT, SUBTITLE


@pytest.fixture
def chooser(qtbot: QtBot, theme: Theme) -> ReferenceChooser:
    chooser = ReferenceChooser(theme)
    qtbot.addWidget(chooser)
    chooser.set_models(reference.models(), reference.suggestions(), reference.suggestions()[1].id)
    chooser.resize(520, 440)
    chooser.show()
    return chooser


def names(chooser: ReferenceChooser) -> list[str]:
    return [str(chooser.list.index(row).data()) for row in range(chooser.list.rowCount())]


def test_the_two_suggestions_are_on_top_and_marked(chooser: ReferenceChooser) -> None:
    cheap, flagship = reference.suggestions()
    assert names(chooser)[:2] == [cheap.name, flagship.name]
    assert [chooser.list.index(row).data(BADGE)[0] for row in (0, 1)] == ["cheap", "flagship"]
    assert chooser.list.rowCount() == len(reference.models())


def test_the_model_in_use_is_marked_and_selected(chooser: ReferenceChooser) -> None:
    assert chooser.view.currentIndex().row() == 1
    assert chooser.list.index(1).data(DOT) is True
    assert chooser.list.index(0).data(DOT) is False


def test_typing_keeps_the_rows_that_hold_every_word(qtbot: QtBot, chooser: ReferenceChooser) -> None:
    QTest.keyClicks(chooser.search, "gpt-5 mini openai")
    rows = chooser.list.rowCount()
    assert 0 < rows < 60
    for row in range(rows):
        index = chooser.list.index(row)
        text = f"{index.data()} {index.data(SUBTITLE)}".lower()
        assert "mini" in text
        assert "openai" in text
    assert chooser.count.text().startswith(f"{rows:,} model")


def test_each_row_shows_what_a_million_tokens_cost(chooser: ReferenceChooser) -> None:
    cheap = reference.suggestions()[0]
    assert chooser.list.index(0).data(RIGHT) == (
        rate_text(cheap.input_usd_per_million),
        rate_text(cheap.output_usd_per_million),
    )


def test_arrows_and_enter_choose_without_leaving_the_search_line(qtbot: QtBot, chooser: ReferenceChooser) -> None:
    QTest.keyClick(chooser.search, Qt.Key.Key_Up)
    with qtbot.waitSignal(chooser.chosen) as chosen:
        QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    assert chosen.args is not None
    model = chosen.args[0]
    assert isinstance(model, ReferenceModel)
    assert model == reference.suggestions()[0]


def test_no_match_is_said_and_enter_then_chooses_nothing(qtbot: QtBot, chooser: ReferenceChooser) -> None:
    QTest.keyClicks(chooser.search, "no such model anywhere")
    assert chooser.list.rowCount() == 0
    assert chooser.nothing.isVisible()
    with qtbot.assertNotEmitted(chooser.chosen):
        QTest.keyClick(chooser.search, Qt.Key.Key_Return)


def test_the_panel_closes_when_a_model_was_chosen(qtbot: QtBot, theme: Theme) -> None:
    picker = ReferencePicker(theme)
    qtbot.addWidget(picker)
    anchor = ReferenceChooser(theme)
    qtbot.addWidget(anchor)
    anchor.show()
    picker.open_for(anchor, reference.models(), reference.suggestions(), "")
    assert picker.isVisible()
    with qtbot.waitSignal(picker.chosen):
        picker.chooser.choose_current()
    assert not picker.isVisible()
