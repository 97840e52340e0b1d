"""A chat's title from its first message, without asking a model."""

from __future__ import annotations

import re
from pathlib import PurePath

from pennyweight.domain.conversation import Attachment, Message, Task
from pennyweight.services.attachments import STANDARD_INPUT

_LONGEST = 48
_ADDRESS = re.compile(r"(to|from|cc|for|recipient|sender)\s*:", re.IGNORECASE)
_DONE = {Task.DRAFT: "draft", Task.SUMMARIZE: "summary", Task.REWRITE: "rewrite"}


def title_for(message: Message) -> str:
    """ "Offsite notes → summary" for a file; else the first words of the text. A text from a pipe has no name: its own
    first words.

    Of notes for a draft the first that says something: two e-mails to one person are two things.
    """
    text = _first_line(message.text, addressed=message.task is Task.DRAFT)
    if message.attachments:
        name = _name_of(message.attachments[0])
        done = _DONE.get(message.task, "")
        return f"{_cut(name)} → {done}" if done else _cut(_capital(text) or name)
    return _cut(_capital(text)) or "New chat"


def comparison_title(prompt: str) -> str:
    """ "Comparison: The quote"; "A comparison" where the prompt has no words."""
    text = _cut(_capital(_first_line(prompt)))
    return f"Comparison: {text}" if text else "A comparison"


def _capital(text: str) -> str:
    """ "the quote" → "The quote"; "iPhone" and "https://…" stay as they are."""
    first = text.split(" ", 1)[0].rstrip(",.:;!?")
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def _first_line(text: str, *, addressed: bool = False) -> str:
    """`addressed`: lines such as "to: Maria" are taken only where there is nothing else."""
    lines = (" ".join(re.sub(r"^[#>*\-\s]+", "", line).split()) for line in text.splitlines())
    said = [line for line in lines if any(letter.isalnum() for letter in line)]
    rest = [line for line in said if not _ADDRESS.match(line)] if addressed else said
    return next(iter(rest or said), "")


def _name_of(attachment: Attachment) -> str:
    if attachment.name == STANDARD_INPUT:
        return _capital(_first_line(attachment.text)) or _words_of(attachment.name)
    return _words_of(attachment.name)


def _words_of(file_name: str) -> str:
    words = " ".join(re.sub(r"[_\-]+", " ", PurePath(file_name).stem).split())
    return words[:1].upper() + words[1:] if words else file_name


def _cut(text: str) -> str:
    printable = "".join(letter for letter in text if letter.isprintable())
    if len(printable) <= _LONGEST:
        return printable.rstrip(" .:,;")
    head = printable[: _LONGEST - 1]
    space = head.rfind(" ")
    return (head[:space] if space > _LONGEST // 2 else head).rstrip(" .:,;") + "…"
