"""Chats: list, open, search, branches, delete with undo, drafts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pennyweight.domain.conversation import (
    Attachment,
    Conversation,
    ConversationSummary,
    Message,
    MessageState,
    SearchHit,
    Task,
    Verdict,
)
from pennyweight.domain.errors import InputError, StoreError
from pennyweight.services.draft import KeptEdit
from pennyweight.services.verdict_statistics import KeptShare, kept_shares
from pennyweight.store import EDIT_OF, MissingRowError, Store, StoredDraft

_LAST = "window.last_conversation"
_LONGEST_TITLE = 200
_LONGEST_PROJECT = 80
_Summaries = list[ConversationSummary]


class ConversationService:
    """Thread-safe. MissingRowError (a StoreError) for a chat or message that is gone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self, query: str | None = None, limit: int = 100, offset: int = 0) -> _Summaries:
        """Newest first; with `query`, those whose title or messages hold its words."""
        return self._store.conversations.list(limit, offset, query)

    def get(self, conversation_id: str) -> Conversation:
        return self._store.conversations.get(conversation_id)

    def open(self, conversation_id: str) -> Conversation:
        """The chat, which from now on is the one to restore at the next start."""
        conversation = self._store.conversations.get(conversation_id)
        self.set_last_opened(conversation_id)
        return conversation

    def messages(self, conversation_id: str, before: str | None = None, limit: int = 40) -> Sequence[Message]:
        """A page of the branch that is shown, oldest first: the newest, or those above the message `before`."""
        leaf = self._store.conversations.get(conversation_id).leaf_id
        return [] if leaf is None else self._store.conversations.path_page(leaf, before, limit)

    def message(self, message_id: str) -> Message:
        return self._store.conversations.get_message(message_id)

    def is_unsaved(self, message_id: str) -> bool:
        """True for an answer whose end could not be written yet."""
        return self._store.conversations.unsaved_calls(message_id) is not None

    def judge(self, message_id: str, verdict: Verdict | None) -> Verdict | None:
        """Keep an answer, or mark it as not useful; None takes that back. Returns what was said of it before.

        InputError for a message that is no answer, or one that is being written.
        """
        message = self._store.conversations.get_message(message_id)
        if message.role != "assistant" or message.state is MessageState.STREAMING:
            raise InputError("Only an answer that has ended can be kept or marked as not useful.")
        self._store.verdicts.set(message_id, verdict)
        return message.verdict

    def kept_shares(self) -> Sequence[KeptShare]:
        """How often judged answers of the local models were kept, by task; the most judged first."""
        return kept_shares(self._store.verdicts.of_local_answers())

    def search(self, text: str, limit: int = 50) -> Sequence[SearchHit]:
        return self._store.conversations.search(text, limit)

    def rename(self, conversation_id: str, title: str) -> None:
        """InputError for a title without a letter."""
        cleaned = " ".join(title.split())[:_LONGEST_TITLE]
        if not cleaned:
            raise InputError("A chat needs a name.")
        self._store.conversations.rename(conversation_id, cleaned)

    def require(self, conversation_id: str) -> None:
        """InputError where neither a chat nor the ledger, which outlives it, knows this id."""
        if not self._store.projects.may_tag(conversation_id):
            raise InputError(f"There is no chat {conversation_id!r}, nor any call of one.")

    def project(self, conversation_id: str) -> str:
        """The chat's project tag; empty where there is none."""
        return self._store.projects.get(conversation_id)

    def projects(self) -> Sequence[str]:
        """The tags in use, by name."""
        return [project for project, _ in self._store.projects.all()]

    def set_project(self, conversation_id: str, project: str) -> str:
        """Tag the chat, or with an empty name take its tag off. Returns the tag it had. No figure changes by it.

        InputError where there is no such chat.
        """
        self.require(conversation_id)
        before = self._store.projects.get(conversation_id)
        self._store.projects.set(conversation_id, " ".join(project.split())[:_LONGEST_PROJECT])
        return before

    def delete(self, conversation_id: str) -> str:
        """Hide the chat; returns the token for `undo_delete`. What it cost stays in the ledger."""
        token = self._store.conversations.delete(conversation_id)
        if self._store.settings.get(_LAST) == conversation_id:
            self.set_last_opened(None)
        return token

    def undo_delete(self, token: str) -> None:
        self._store.conversations.restore(token)

    def bring_back(self) -> str | None:
        """Undo the last deletion, of whatever day, and again the one before; the chat's id, None where none is left."""
        token = self._store.conversations.last_deleted()
        if token is not None:
            self.undo_delete(token)
        return token

    def remove_deleted(self) -> int:
        """Remove what was deleted for good, now; returns how many chats."""
        return self._store.conversations.purge_deleted(datetime.now(UTC) + timedelta(seconds=1))

    def switch_branch(self, message_id: str, step: int) -> Conversation:
        """Show the sibling `step` (+1, -1) away from the message; at either end nothing changes."""
        tree = self._store.conversations
        conversation_id = tree.get_message(message_id).conversation_id
        ids = tree.siblings(message_id)
        target = ids.index(message_id) + step
        if step and 0 <= target < len(ids):
            tree.set_leaf(conversation_id, tree.descend(ids[target]))
        return tree.get(conversation_id)

    def show_branch_of(self, message_id: str) -> None:
        """Show the branch that has the message, the newest of several; nothing changes where it is shown already."""
        tree = self._store.conversations
        conversation = tree.get(tree.get_message(message_id).conversation_id)
        if conversation.leaf_id is None or not tree.on_path(message_id, conversation.leaf_id):
            tree.set_leaf(conversation.id, tree.descend(message_id))

    def branch_position(self, message_id: str) -> tuple[int, int]:
        """(i, n): the message is the i-th (from 1) of n siblings."""
        ids = self._store.conversations.siblings(message_id)
        return ids.index(message_id) + 1, len(ids)

    def save_draft(
        self, conversation_id: str | None, text: str, task: Task = Task.ASK, attachments: Sequence[Attachment] = ()
    ) -> None:
        """Keep what is in the composer; an empty draft is cleared. None is the chat that does not exist yet."""
        if text.strip() or attachments:
            self._store.drafts.save(conversation_id, text, task, attachments)
        else:
            self._store.drafts.clear(conversation_id)

    def load_draft(self, conversation_id: str | None) -> StoredDraft | None:
        return self._store.drafts.load(conversation_id)

    def save_edit(self, conversation_id: str, edit: KeptEdit | None) -> None:
        """Keep the edit under way in this chat, apart from its draft; None forgets it."""
        if edit is None:
            self._store.settings.remove(EDIT_OF + conversation_id)
        else:
            self._store.settings.set(EDIT_OF + conversation_id, [edit.message_id, edit.text])

    def load_edit(self, conversation_id: str, newer: KeptEdit | None = None) -> KeptEdit | None:
        """The edit that is under way in the branch of this chat that is shown: `newer`, else the one that was kept."""
        edit = newer or self._kept_edit(conversation_id)
        tree = self._store.conversations
        leaf = tree.get(conversation_id).leaf_id
        return edit if edit is not None and leaf is not None and tree.on_path(edit.message_id, leaf) else None

    def _kept_edit(self, conversation_id: str) -> KeptEdit | None:
        match self._store.settings.get(EDIT_OF + conversation_id):
            case [str(message_id), str(text)]:
                return KeptEdit(message_id, text)
        return None

    def last_opened(self) -> str | None:
        """The chat to restore; None if there is none or it is gone."""
        stored = self._store.settings.get(_LAST)
        if not isinstance(stored, str):
            return None
        try:
            return self._store.conversations.get(stored).id
        except MissingRowError:
            return None

    def set_last_opened(self, conversation_id: str | None) -> None:
        with suppress(StoreError):  # no reason not to show a chat
            self._store.settings.set(_LAST, conversation_id)
