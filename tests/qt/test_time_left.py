"""The time that is left of a long summary, as the transcript tells it."""

from __future__ import annotations

from pennyweight.ui.transcript.time_left import TimeLeft


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_told_once_it_is_known_and_worth_telling() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    assert left.words(0.0) == ""
    clock.now += 2
    assert left.words(0.01) == ""
    clock.now += 8
    assert left.words(0.02) == "about 8 min left"
    clock.now += 440
    assert left.words(0.9) == "about 50 s left"
    clock.now += 45
    assert left.words(0.99) == ""


def test_what_begins_anew_is_reckoned_anew() -> None:
    clock = Clock()
    left = TimeLeft(clock)
    left.words(0.5)
    clock.now += 60
    assert left.words(0.6) == "about 4 min left"
    assert left.words(0.1) == ""
    assert left.words(None) == ""
    clock.now += 60
    assert left.words(0.2) == ""
