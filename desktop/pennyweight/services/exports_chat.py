"""One chat as Markdown, to be read, and as JSON, to be worked on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from pennyweight.domain.conversation import Conversation, Message
from pennyweight.services.events import MeterLine
from pennyweight.services.line_text import line_text


def as_json(conversation: Conversation, messages: list[Message]) -> str:
    values = {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "messages": [
            {
                "id": message.id,
                "role": message.role,
                "task": message.task.value,
                "created_at": message.created_at.isoformat(),
                "state": message.state.value,
                "model": message.model,
                "source": message.source,
                "note": message.note,
                "verdict": message.verdict.value if message.verdict else None,
                "text": message.text,
                "reasoning": message.reasoning,
                "attachments": [
                    {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes, "text": file.text}
                    for file in message.attachments
                ],
            }
            for message in messages
        ],
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def as_markdown(
    conversation: Conversation, messages: list[Message], lines: Mapping[str, MeterLine], left_out: int
) -> str:
    """`lines`: what each answer used and cost; `left_out`: messages of other versions, which are only counted."""
    text = [f"# {conversation.title or 'Chat'}", ""]
    if left_out:
        are = "message of another version is" if left_out == 1 else "messages of other versions are"
        text += [f"_{left_out:,} {are} not in this file._", ""]
    for message in messages:
        who = "You" if message.role == "user" else (message.model or "Answer")
        text += [f"## {who}", "", f"_{message.created_at.astimezone():%Y-%m-%d %H:%M}_", ""]
        text += [
            f"Attached: {file.name} ({file.size_bytes:,} bytes; its text is in the JSON export)\n"
            for file in message.attachments
        ]
        text += [message.text, ""]
        if message.note:
            text += [f"_{message.note}_", ""]
        if message.verdict:
            text += [f"_Marked as {message.verdict.value}._", ""]
        if message.id in lines:
            text += [f"_{line_text(lines[message.id])}_", ""]
    return "\n".join(text)


def file_name(conversation: Conversation) -> str:
    return f"{conversation.created_at:%Y-%m-%d} {title_in_a_file_name(conversation.title)} {conversation.id[:8]}.md"


def title_in_a_file_name(title: str) -> str:
    """Without the signs that a system may not take."""
    return " ".join(re.sub(r"[^\w\- ]+", "", title).split())[:60].strip() or "chat"
