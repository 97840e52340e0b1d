"""What a screen reader is told when an answer ends."""

from __future__ import annotations

from datetime import UTC, datetime

from pennyweight.domain.conversation import Message, MessageState
from pennyweight.ui.shell.announce import LONGEST, spoken


def _message(text: str, state: MessageState = MessageState.COMPLETE, note: str = "") -> Message:
    return Message(
        id="m", conversation_id="c", parent_id=None, role="assistant", text=text, state=state, note=note,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )  # fmt: skip


def test_the_words_say_how_the_answer_ended() -> None:
    assert spoken(_message("Fine.")) == "Answer: Fine."
    assert spoken(_message("Half", MessageState.STOPPED)) == "Stopped: Half"
    assert spoken(_message("", MessageState.FAILED, "The engine was killed.")) == (
        "The answer failed\nThe engine was killed."
    )


def test_a_long_answer_is_cut_at_a_word() -> None:
    said = spoken(_message("word " * 400))
    assert said.endswith("word…")
    assert len(said) <= LONGEST + len("Answer: …")
