"""The look is set, and has the effect it should have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields
from itertools import product

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pennyweight.ui.cloud.buttons import CloudButton, FoundChip, SendButton
from pennyweight.ui.compare.choice_bar import ChoiceButton
from pennyweight.ui.theme import DARK, LIGHT, Look, Theme, Tokens
from pennyweight.ui.theme.fonts import mono_font, tabular, ui_font
from pennyweight.ui.theme.stylesheet import build_stylesheet
from pennyweight.ui.widgets import (
    Card,
    Chip,
    ElidedLabel,
    GhostButton,
    IconButton,
    LinkButton,
    Pill,
    PlainLabel,
    PrimaryButton,
    SegmentedControl,
    SmallButton,
)  # fmt: skip


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


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_the_words_of_a_button_stay_readable_under_the_pointer(qtbot: QtBot, any_look: Theme, tokens: Tokens) -> None:
    any_look.set_look("dark" if tokens.dark else "light")
    words = "MM      MM"  # more of the ground than of them
    segments = SegmentedControl([("a", words), ("b", words)], name="Letters")
    kinds = (PrimaryButton, GhostButton, SmallButton, LinkButton, CloudButton, SendButton, ChoiceButton, Chip)
    buttons: list[QPushButton] = [*(kind(words) for kind in kinds), FoundChip(words, name="M")]
    for button in buttons:
        button.setCheckable(isinstance(button, ChoiceButton | Chip | FoundChip))
    page = QWidget()
    page.setObjectName("page")
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    for widget in (*buttons, segments):
        column.addWidget(widget)
    page.show()
    buttons += segments.button("a"), segments.button("b")
    found: dict[str, float] = {}
    for hover, button in product((False, True), buttons):
        if hover:
            QTest.mouseMove(button)
            qtbot.waitUntil(button.underMouse)
        for checked, down, focus in product((False, True), repeat=3):
            button.setChecked(checked)
            button.setDown(down)
            if focus:
                button.setFocus(Qt.FocusReason.TabFocusReason)
            found[f"{type(button).__name__} {checked=} {hover=} {down=} {focus=}"] = _words_on(button)
            button.clearFocus()
    assert {name: round(ratio, 2) for name, ratio in found.items() if ratio < READABLE} == {}


def _words_on(button: QPushButton) -> float:
    """The contrast between a button's ground and the strongest colour on it, away from its border."""
    page = button.window()
    image = page.grab(QRect(button.mapTo(page, QPoint(0, 0)), button.size())).toImage()
    across, down = range(5, image.width() - 5), range(3, image.height() - 3)
    seen = Counter(image.pixelColor(x, y).name() for x, y in product(across, down))
    ground = seen.most_common(1)[0][0]
    return max(_contrast(each, ground) for each in seen)


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
