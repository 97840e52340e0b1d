"""Reading what a person types, and telling it."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pennyweight.domain.errors import InputError
from pennyweight.ui.settings.fields import FieldRow, ValueEdit
from pennyweight.ui.settings.parse import decimal_number, optional_number, whole_number

LOW, HIGH = Decimal(0), Decimal(1_000_000)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1200", "1200"), (" $1,200 ", "1200"), ("1 299.50", "1299.5"), ("2,5", "2.5"), ("0", "0"), ("1,200,000.0", None)],
)
def test_numbers_as_people_write_them(text: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(InputError):
            decimal_number(text, "The price", low=LOW, high=HIGH)
    else:
        assert decimal_number(text, "The price", low=LOW, high=HIGH) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-1", "1e3", "NaN", "inf", "٣", "1.2.3", "twelve", "9" * 40])
def test_what_is_no_number_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        decimal_number(text, "The price", low=LOW, high=HIGH)
    assert caught.value.sentence.startswith("The price must be ")
    assert "\n" not in caught.value.sentence


@given(st.text(max_size=40))
def test_any_text_is_a_value_in_range_or_an_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        assert LOW <= decimal_number(text, "It", low=LOW, high=HIGH) <= HIGH
    with contextlib.suppress(InputError):
        assert 1 <= whole_number(text, "It", low=1, high=64) <= 64


def test_nothing_and_auto_leave_the_choice_to_the_program() -> None:
    for text in ("", "  ", "auto", "Automatic"):
        assert optional_number(text, "Threads", low=1, high=64) is None
    assert optional_number("8", "Threads", low=1, high=64) == 8


def edit(qtbot: QtBot) -> ValueEdit[int]:
    made: ValueEdit[int] = ValueEdit(lambda text: whole_number(text, "The number", low=1, high=64), name="Number")
    qtbot.addWidget(made)
    made.set_value(4, "4")
    made.show()
    return made


def test_a_value_is_told_a_moment_after_the_last_key(qtbot: QtBot) -> None:
    field = edit(qtbot)
    field.selectAll()
    with qtbot.waitSignal(field.accepted) as accepted:
        QTest.keyClicks(field, "12")
    assert accepted.args == [12]


def test_the_same_value_is_not_told_again(qtbot: QtBot) -> None:
    field = edit(qtbot)
    with qtbot.assertNotEmitted(field.accepted):
        assert field.commit()


def test_the_reason_takes_the_place_of_the_hint_until_it_is_right(qtbot: QtBot) -> None:
    field = edit(qtbot)
    row = FieldRow("Number", field, hint="How many.")
    qtbot.addWidget(row)
    field.setText("many")
    assert not field.commit()
    assert row.reason.text() == "The number must be a whole number."
    assert row.hint.isHidden()
    field.setText("5")
    assert field.commit()
    assert row.reason.isHidden()
    assert not row.hint.isHidden()


def test_the_reason_goes_with_the_key_that_makes_the_number_good(qtbot: QtBot) -> None:
    field = edit(qtbot)
    row = FieldRow("Number", field, hint="How many.")
    qtbot.addWidget(row)
    field.setText("4x")
    assert not field.commit()
    with qtbot.assertNotEmitted(field.accepted):
        QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert row.reason.isHidden()
    assert not row.hint.isHidden()


def test_a_negative_number_is_told_the_range() -> None:
    with pytest.raises(InputError, match="must be between 0 and 1,000,000"):
        decimal_number("-1", "The price", low=LOW, high=HIGH)
    with pytest.raises(InputError, match="must be between 1 and 64"):
        whole_number("\u22124", "The number", low=1, high=64)
