"""New messages: the person's question from a draft, and the answer that is about to be written to it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from pennyweight.domain.conversation import Message, MessageState
from pennyweight.services.draft import Draft


def question_of(draft: Draft, conversation_id: str, parent_id: str | None) -> Message:
    return Message(
        id=uuid.uuid4().hex,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role="user",
        text=draft.text,
        created_at=datetime.now(UTC),
        task=draft.task,
        attachments=draft.attachments,
    )


def answer_to(question: Message, *, model: str, source: str) -> Message:
    """Empty and streaming; `model` is its name as shown, `source` is `local` or a provider's id."""
    return Message(
        id=uuid.uuid4().hex,
        conversation_id=question.conversation_id,
        parent_id=question.id,
        role="assistant",
        text="",
        created_at=datetime.now(UTC),
        task=question.task,
        state=MessageState.STREAMING,
        model=model,
        source=source,
    )
