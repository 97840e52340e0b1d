"""What a screen reader says by itself: that an answer is there, and how it ended."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from pennyweight.domain.conversation import Message, MessageState

LONGEST = 600
"""Characters read out at once; the rest is in the transcript."""
_BEFORE = {
    MessageState.COMPLETE: "Answer",
    MessageState.STOPPED: "Stopped",
    MessageState.FAILED: "The answer failed",
}


def spoken(message: Message) -> str:
    """The words for an answer that has ended: "Answer: …", "Stopped: …", with the note under it."""
    text = message.text.strip()
    if len(text) > LONGEST:
        text = f"{text[:LONGEST].rsplit(' ', 1)[0]}…"
    said = ": ".join(part for part in (_BEFORE.get(message.state, "Answer"), text) if part)
    return f"{said}\n{message.note}" if message.note else said


def announce(place: QWidget, words: str) -> None:
    """Have the words read out; nothing happens where no screen reader listens."""
    if QAccessible.isActive() and words:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(place, words))
