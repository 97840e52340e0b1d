"""The look is set, and has the effect it should have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from itertools import product

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pennyweight.ui.theme import DARK, LIGHT, Look, Theme, Tokens
from pennyweight.ui.theme.fonts import mono_font, tabular, ui_font
from pennyweight.ui.theme.stylesheet import build_stylesheet
from pennyweight.ui.widgets import Card, ElidedLabel, IconButton, Pill, PlainLabel, SegmentedControl


@pytest.fixture
def any_look(theme: Theme) -> Iterator[Theme]:
    yield theme
    theme.set_look("light")


@pytest.mark.parametrize(("look", "tokens"), [("light", LIGHT), ("dark", DARK)])
def test_a_look_colours_the_window_for_real(qtbot: QtBot, any_look: Theme, look: Look, tokens: Tokens) -> None:
    any_look.set_look(look)
    page = QWidget()
    page.setObjectName("page")
    qtbot.addWidget(page)
    page.resize(200, 100)
    card = Card(parent=page)
    card.setGeometry(20, 20, 100, 60)
    page.show()
    image = page.grab().toImage()
    assert image.pixelColor(5, 5).name() == tokens.bg
    assert image.pixelColor(60, 50).name() == tokens.panel
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == tokens.bg


TEXT = ("ink", "mute", "copper", "local", "cloud", "warn")
GROUND = ("bg", "panel", "soft", "code", "localbg", "cloudbg", "warnbg")
REVERSED = (("on_copper", "copper"), ("bg", "ink"))
READABLE = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA): the least contrast of text that is not large."""


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_every_text_colour_is_readable_on_every_ground(tokens: Tokens) -> None:
    colours = asdict(tokens)
    pairs = [*product(TEXT, GROUND), *REVERSED]
    found = {(front, back): _contrast(colours[front], colours[back]) for front, back in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < READABLE} == {}
    assert min(found["ink", back] for back in GROUND) >= 7


def test_no_colour_is_left_out_of_that() -> None:
    not_text = {"dark", "line"}
    assert {*TEXT, *GROUND, "on_copper"} == {field.name for field in fields(Tokens)} - not_text


def test_the_style_sheet_has_no_hole_left() -> None:
    for tokens in (LIGHT, DARK):
        assert "$" not in build_stylesheet(tokens)


def test_labels_never_read_markup(qtbot: QtBot, theme: Theme) -> None:
    label = PlainLabel("<b>x</b>")
    qtbot.addWidget(label)
    assert label.textFormat().name == "PlainText"
    elided = ElidedLabel("<img src=x> " * 40)
    qtbot.addWidget(elided)
    elided.resize(80, 20)
    elided.show()
    assert "<img" not in elided.toolTip()
    assert "&lt;img" in elided.toolTip()


def test_figures_are_as_wide_as_each_other() -> None:
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(tabular(ui_font(13)))
    assert len({round(metrics.horizontalAdvance(figure), 2) for figure in "0123456789"}) == 1
    assert QFontMetricsF(mono_font()).horizontalAdvance("i") == QFontMetricsF(mono_font()).horizontalAdvance("m")


def test_a_segmented_control_tells_a_persons_choice_only(qtbot: QtBot, theme: Theme) -> None:
    control = SegmentedControl([("a", "A"), ("b", "B")], name="Letters")
    qtbot.addWidget(control)
    with qtbot.assertNotEmitted(control.changed):
        control.set_value("b")
    with qtbot.waitSignal(control.changed) as changed:
        control.button("a").click()
    assert changed.args == ["a"]


def test_buttons_without_words_have_names(qtbot: QtBot, theme: Theme) -> None:
    button = IconButton(theme, "gear-six", "Settings")
    pill = Pill(theme, "Qwen3", menu=True, name="Model")
    for widget in (button, pill):
        qtbot.addWidget(widget)
        assert widget.accessibleName()


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
