"""Fetching a conversation for the transcript. Blocking: for a worker thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pennyweight.domain.conversation import Conversation, Message, Task
from pennyweight.services.container import Services
from pennyweight.services.draft import KeptEdit
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
    """A conversation with its newest page (more, where a searched or an edited message lies further up), its unsent
    draft and its edit under way."""

    conversation: Conversation | None
    page: Page
    draft: StoredDraft | None
    edit: KeptEdit | None = None

    @property
    def task(self) -> Task | None:
        """Of the last question."""
        asked = [entry.message for entry in self.page.entries if entry.message.role == "user"]
        return asked[-1].task if asked else None


def open_new(services: Services) -> Opened:
    services.conversations.set_last_opened(None)
    return Opened(None, Page([], False), services.conversations.load_draft(None))


def open_conversation(
    services: Services,
    conversation_id: str,
    message_id: str = "",
    *,
    switch: bool = True,
    edit: KeptEdit | None = None,
) -> Opened:
    """With `switch`, the branch that has the message is shown from now on. `edit` is newer than the kept one."""
    if message_id and switch:
        services.conversations.show_branch_of(message_id)
    conversation = services.conversations.open(conversation_id)
    edit = services.conversations.load_edit(conversation_id, edit)
    wanted = {message_id, edit.message_id if edit is not None else ""} - {""}
    page = load_page(services, conversation_id)
    for _ in range(MAX_PAGES_FOR_A_HIT):
        wanted -= {entry.message.id for entry in page.entries}
        if not wanted or not page.has_earlier:
            break
        earlier = load_page(services, conversation_id, page.entries[0].message.id)
        page = Page(earlier.entries + page.entries, earlier.has_earlier)
    return Opened(conversation, page, services.conversations.load_draft(conversation_id), edit)


def open_last(services: Services) -> Opened:
    """What was open when the program ended."""
    last = services.conversations.last_opened()
    return open_conversation(services, last) if last else open_new(services)


def load_page(services: Services, conversation_id: str, before: str | None = None) -> Page:
    messages = services.conversations.messages(conversation_id, before, PAGE)
    return Page(entries_for(services, messages), len(messages) == PAGE)


def load_ended(services: Services, message_id: str) -> tuple[Entry, bool]:
    """An answer that has ended, and whether that is saved."""
    saved = not services.conversations.is_unsaved(message_id)
    return entries_for(services, [services.conversations.message(message_id)])[0], saved


def entries_for(services: Services, messages: Sequence[Message]) -> list[Entry]:
    lines = services.meter.lines([message.id for message in messages if message.role == "assistant"])
    return [
        Entry(message, lines.get(message.id), services.conversations.branch_position(message.id))
        for message in messages
    ]
