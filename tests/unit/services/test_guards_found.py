"""What an answer says that its source does not, and what is no reason to worry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.services.guards import note, unsupported

SOURCE = (
    "The invoice of $48,250.00 is due on 12 November 2026. Priya Nair will meet Tom O'Brien at 2:30 pm on Tue in the "
    "hall. Three pilots stay with us until the Annual General Meeting in Budapest. We ordered 1 200 units."
)


@pytest.mark.parametrize(
    "answer",
    [
        "The invoice of $48,250 is due by 2026-11-12.",
        "Priya Nair meets Tom at 14:30 on Tuesday.",
        "There are 3 pilots and 1,200 units.",
        "1. The hall\n2. The pilots\n3. The units",
        "Subject: Invoice\n\nDear Priya,\n\nKind Regards\nThe Team",
        "**Open Questions:**\nIt waits until the AGM.",
        "Budapest's hall, O'Brien's units.",
        "It is due in November.",
    ],
)
def test_the_same_said_differently_is_no_alarm(answer: str) -> None:
    assert unsupported(SOURCE, answer) == ()


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("The invoice is $48,200.", ("48,200",)),
        ("We meet Petrov on Friday in October.", ("Petrov", "Friday", "October")),
        ("It is due on 13 November.", ("13",)),
        ("We ordered 1,300 units for Tom.", ("1,300",)),
    ],
)
def test_what_is_not_there_is_told(answer: str, missing: tuple[str, ...]) -> None:
    assert unsupported(SOURCE, answer) == missing


def test_a_german_text_does_not_make_every_noun_a_name() -> None:
    source = "Der Vertrag mit dem Hafen läuft im Mai aus, und die Stadt sucht einen neuen Partner für den Betrieb."
    assert unsupported(source, "Es geht um Verhandlungen mit Partnern.") == ()


def test_the_note_is_one_short_sentence() -> None:
    assert note(SOURCE, "Nothing new here.") == ""
    many = "; ".join(f"{number}" for number in range(100, 110))
    assert note(SOURCE, many) == "Not found in your text: 100, 101, 102, 103, 104, 105 and 4 more."


@given(st.text(max_size=300))
def test_a_text_is_always_supported_by_itself(text: str) -> None:
    assert unsupported(text, text) == ()


def test_a_number_of_hundreds_of_digits_is_cut_short() -> None:
    said = note("Nothing here.", f"It is {'4' * 300}.")
    assert said == f"Not found in your text: {'4' * 31}…."


def test_characters_that_the_model_could_not_write_are_told() -> None:
    one = "1 character this model could not write: \ufffd stands in its place."
    assert note("Caf\u00e9 at 9.", "A caf\ufffd at 9.") == one
    assert note("At 9.", "\ufffd\ufffd at 10.") == (
        "Not found in your text: 10. 2 characters this model could not write: \ufffd stands in their place."
    )
    assert note("It says \ufffd.", "It says \ufffd.") == ""
