"""The window's costs as ratios: a long chat against a short one, a long answer against a short one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication
from tests.support.chats import long_chat, message

from pennyweight.domain.conversation import MessageState
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.entry import Entry
from pennyweight.ui.transcript.rich_text import RichText
from pennyweight.ui.transcript.view import TranscriptView

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

PARAGRAPH = (
    "The **March release** carries the reporting rewrite and nothing else; `integrations` move to April, after "
    "the audit ends and the exporter is kept read-only.\n\n- one thing that was said\n- another thing\n\n"
)


def _settle() -> None:
    for _ in range(6):
        QCoreApplication.processEvents()


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    _settle()
    return time.perf_counter() - start


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


def test_opening_2000_messages_costs_what_opening_20_does(theme: Theme) -> None:
    """The window of widgets is bounded, so the length of the chat must not show."""
    view = TranscriptView(theme)
    view.resize(760, 700)
    view.show()
    short, long = [Entry(m) for m in long_chat(10)], [Entry(m) for m in long_chat(1000)]
    _timed(lambda: view.show_entries(short, has_earlier=False))
    small = min(_timed(lambda: view.show_entries(short, has_earlier=False)) for _ in range(3))
    large = min(_timed(lambda: view.show_entries(long, has_earlier=False)) for _ in range(3))
    grown = _timed(lambda: view.add_message(message(2000, "assistant", state=MessageState.STREAMING)))
    pieces = 200

    def stream() -> None:
        for _ in range(pieces):
            view.append_text("m2000", "word and word. ", "")

    streamed = _timed(stream)
    print(f"\nopen 20 messages {small * 1e3:.0f} ms, 2,000 messages {large * 1e3:.0f} ms: ×{large / small:.2f}")
    print(f"add one to 2,000: {grown * 1e3:.1f} ms; a streamed batch there: {streamed / pieces * 1e3:.2f} ms")
    view.deleteLater()
    assert large < small * 3


def test_a_streamed_answer_costs_in_proportion_to_its_length(theme: Theme) -> None:
    """Finished blocks are parsed once; twice the text may cost about twice the time, not four times."""

    def stream(paragraphs: int) -> float:
        text = RichText(theme)
        text.resize(700, 400)
        text.show()
        source = PARAGRAPH * paragraphs
        start = time.perf_counter()
        worst = 0.0
        for at in range(0, len(source), 24):
            before = time.perf_counter()
            text.append(source[at : at + 24])
            QCoreApplication.processEvents()
            worst = max(worst, time.perf_counter() - before)
        text.finish()
        _settle()
        total = time.perf_counter() - start
        print(f"\nstream {len(source):,} characters: {total:.2f} s of GUI time, worst batch {worst * 1e3:.0f} ms")
        text.deleteLater()
        return total / len(source)

    stream(10)
    half, whole = stream(40), stream(80)
    print(f"time per character at twice the length: ×{whole / half:.2f}")
    assert whole < half * 1.8
