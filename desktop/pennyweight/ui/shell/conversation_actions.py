"""Deleting (with undo) and renaming chats from the list."""

from __future__ import annotations

from PySide6.QtCore import QObject

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.conversations import ConversationService
from pennyweight.ui.shell.chat_controller import ChatController
from pennyweight.ui.shell.sidebar import Sidebar
from pennyweight.ui.widgets import Toast


class ConversationActions(QObject):
    def __init__(
        self,
        conversations: ConversationService,
        runner: TaskRunner,
        sidebar: Sidebar,
        chat: ChatController,
        toast: Toast,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._runner = runner
        self._sidebar = sidebar
        self._chat = chat
        self._toast = toast
        sidebar.delete.connect(self.delete)
        sidebar.renamed.connect(self.rename)

    def delete(self, conversation_id: str) -> None:
        """Hide the chat at once; what it cost stays in the meter."""
        if self._chat.answering.runs_in(conversation_id):
            self._chat.stop()
        was_open = conversation_id == self._chat.conversation_id
        title = self._sidebar.title_of(conversation_id)
        self._runner.change(
            lambda: self._conversations.delete(conversation_id),
            lambda token: self._deleted(conversation_id, title, token, was_open=was_open),
            owner=self,
        )

    def rename(self, conversation_id: str, title: str) -> None:
        self._runner.change(
            lambda: self._conversations.rename(conversation_id, title), lambda _done: self._sidebar.reload(), owner=self
        )

    def _deleted(self, conversation_id: str, title: str, token: str, *, was_open: bool) -> None:
        self._sidebar.reload()
        if was_open:
            self._chat.new_chat()
        shown = title if len(title) <= 40 else f"{title[:38].rstrip()}…"
        self._toast.tell(
            f"“{shown}” is deleted. What it cost stays in the meter.",
            ("Undo", lambda: self._undo(conversation_id, token, reopen=was_open)),
        )

    def _undo(self, conversation_id: str, token: str, *, reopen: bool) -> None:
        def restored(_nothing: None) -> None:
            self._sidebar.reload()
            if reopen:
                self._chat.open(conversation_id)

        self._runner.change(lambda: self._conversations.undo_delete(token), restored, owner=self)
