"""Deleting (with undo), renaming, tagging and exporting chats from the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.conversations import ConversationService
from pennyweight.services.exports_chat import title_in_a_file_name
from pennyweight.ui.shell.chat_controller import ChatController
from pennyweight.ui.shell.project_dialog import ProjectDialog
from pennyweight.ui.shell.sidebar import Sidebar
from pennyweight.ui.widgets import Toast
from pennyweight.ui.widgets.saving import ask_place

if TYPE_CHECKING:
    from pennyweight.services.exports import ExportService


class ConversationActions(QObject):
    def __init__(
        self,
        conversations: ConversationService,
        runner: TaskRunner,
        sidebar: Sidebar,
        chat: ChatController,
        toast: Toast,
        exports: Callable[[], ExportService],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._runner = runner
        self._sidebar = sidebar
        self._chat = chat
        self._toast = toast
        self._exports = exports
        self._offered: tuple[str, str] | None = None
        """The deleted chat that may still be undone, and the sentence that offers it."""
        sidebar.delete.connect(self.delete)
        sidebar.renamed.connect(self.rename)
        sidebar.project.connect(self.ask_project)
        sidebar.export.connect(self.ask_place)

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

    def ask_project(self, conversation_id: str) -> None:
        """Ask which project the chat belongs to."""
        chats, title = self._conversations, self._sidebar.title_of(conversation_id)

        def ask(found: tuple[str, Sequence[str]]) -> None:
            dialog = ProjectDialog(title, *found, self._sidebar.window())
            dialog.chosen.connect(lambda project: self.set_project(conversation_id, project))
            dialog.finished.connect(lambda _result: dialog.deleteLater())
            dialog.open()

        self._runner.query(lambda: (chats.project(conversation_id), chats.projects()), ask, owner=self)

    def set_project(self, conversation_id: str, project: str, *, tell: bool = True) -> None:
        def done(before: str) -> None:
            self._sidebar.reload()
            if tell and before != project:
                words = f"The chat is part of “{project}” in the audit." if project else "The chat has no project now."
                self._toast.tell(words, ("Undo", lambda: self.set_project(conversation_id, before, tell=False)))

        self._runner.change(lambda: self._conversations.set_project(conversation_id, project), done, owner=self)

    def ask_place(self, conversation_id: str) -> None:
        """Ask where the chat is to be written, as Markdown or JSON."""
        title = title_in_a_file_name(self._sidebar.title_of(conversation_id))
        ask_place(
            self._sidebar.window(),
            "Export the chat",
            Path.home() / f"{title}.md",
            "Markdown (*.md);;JSON (*.json)",
            lambda path: self.export(conversation_id, path),
        )

    def export(self, conversation_id: str, path: Path) -> None:
        self._runner.query(
            lambda: self._exports().chat(conversation_id, path),
            lambda written: self._toast.tell(f"Written to {written}."),
            owner=self,
        )

    def _deleted(self, conversation_id: str, title: str, token: str, *, was_open: bool) -> None:
        self._sidebar.reload()
        if was_open:
            self._chat.new_chat()
        shown = title if len(title) <= 40 else f"{title[:38].rstrip()}…"
        sentence = f"“{shown}” is deleted. What it cost stays in the meter."
        self._offered = conversation_id, sentence
        self._toast.tell(sentence, ("Undo", lambda: self._undo(conversation_id, token, reopen=was_open)))

    def offer_no_undo(self) -> None:
        """The deleted chat is back, or gone for good."""
        if self._offered is not None:
            self._toast.withdraw(self._offered[1])
            self._offered = None

    def bring_back(self) -> None:
        """The chat that was deleted last, also when nothing offers it any more; again, the one before."""

        def came(conversation_id: str | None) -> None:
            if conversation_id is None:
                self._toast.tell("There is no deleted chat left that could come back.")
                return
            if self._offered is not None and self._offered[0] == conversation_id:
                self.offer_no_undo()
            self._sidebar.reload()
            self._chat.open(conversation_id)

        self._runner.change(self._conversations.bring_back, came, owner=self)

    def _undo(self, conversation_id: str, token: str, *, reopen: bool) -> None:
        def restored(_nothing: None) -> None:
            self._sidebar.reload()
            if reopen:
                self._chat.open(conversation_id)

        self._runner.change(lambda: self._conversations.undo_delete(token), restored, owner=self)
