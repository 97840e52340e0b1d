"""Fetching a conversation for the transcript. Blocking: for a worker thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pennyweight.domain.conversation import Conversation, Message, Task
from pennyweight.services.container import Services
from pennyweight.store import StoredDraft
from pennyweight.ui.transcript.entry import Entry

PAGE = 40
MAX_PAGES_FOR_A_HIT = 50


@dataclass(frozen=True, slots=True)
class Page:
    entries: list[Entry]
    has_earlier: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation with its newest page (more, where a searched message lies further up) and its unsent draft."""

    conversation: Conversation | None
    page: Page
    draft: StoredDraft | None

    @property
    def task(self) -> Task | None:
        """Of the last question."""
        asked = [entry.message for entry in self.page.entries if entry.message.role == "user"]
        return asked[-1].task if asked else None


def open_new(services: Services) -> Opened:
    services.conversations.set_last_opened(None)
    return Opened(None, Page([], False), services.conversations.load_draft(None))


def open_conversation(services: Services, conversation_id: str, message_id: str = "") -> Opened:
    conversation = services.conversations.open(conversation_id)
    page = load_page(services, conversation_id)
    for _ in range(MAX_PAGES_FOR_A_HIT):
        if not message_id or not page.has_earlier or any(e.message.id == message_id for e in page.entries):
            break
        earlier = load_page(services, conversation_id, page.entries[0].message.id)
        page = Page(earlier.entries + page.entries, earlier.has_earlier)
    return Opened(conversation, page, services.conversations.load_draft(conversation_id))


def open_last(services: Services) -> Opened:
    """What was open when the program ended."""
    last = services.conversations.last_opened()
    return open_conversation(services, last) if last else open_new(services)


def load_page(services: Services, conversation_id: str, before: str | None = None) -> Page:
    messages = services.conversations.messages(conversation_id, before, PAGE)
    return Page(entries_for(services, messages), len(messages) == PAGE)


def load_entry(services: Services, message_id: str) -> Entry:
    return entries_for(services, [services.conversations.message(message_id)])[0]


def entries_for(services: Services, messages: Sequence[Message]) -> list[Entry]:
    lines = services.meter.lines([message.id for message in messages if message.role == "assistant"])
    return [
        Entry(message, lines.get(message.id), services.conversations.branch_position(message.id))
        for message in messages
    ]
