"""What the transcript shows for one message."""

from __future__ import annotations

from dataclasses import dataclass

from pennyweight.domain.conversation import Message
from pennyweight.services.events import MeterLine


@dataclass(frozen=True, slots=True)
class Entry:
    message: Message
    line: MeterLine | None = None
    branch: tuple[int, int] = (1, 1)
    """Which of how many branches this message is, counted from 1."""
