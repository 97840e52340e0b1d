"""The conversation that is shown: opening, asking, editing, branching. Services are reached through the runner only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Conversation, Message, Task
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft, KeptEdit
from pennyweight.services.events import AskEvent, UserMessageSaved
from pennyweight.ui.composer.composer import Content
from pennyweight.ui.shell.answering import Answering
from pennyweight.ui.shell.chat_page import ChatPage
from pennyweight.ui.shell.drafting import Drafting
from pennyweight.ui.shell.loader import Opened, Page, load_ended, load_page, open_conversation, open_last, open_new
from pennyweight.ui.transcript.empty_state import Example
from pennyweight.ui.transcript.entry import Entry

if TYPE_CHECKING:
    from pennyweight.services.escalation import Preview


@dataclass(frozen=True, slots=True)
class _Sent:
    """What may come back: an answer can be refused before the question is saved."""

    content: Content
    conversation_id: str
    """Of the chat it was sent in; "" for a new one."""
    edited: Message | None = None
    """The question whose new wording it is."""


class ChatController(QObject):
    shown = Signal(str)
    """The id of the conversation that is shown now; "" for a new one."""
    list_changed = Signal()
    busy = Signal(str)
    """A question has to wait: the id of the conversation that is being answered."""
    problem = Signal(object)
    """An exception to show."""

    def __init__(self, services: Services, runner: TaskRunner, page: ChatPage, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._page = page
        self._conversation: Conversation | None = None
        self._opening = 0
        self._fetching = False
        self._untold: Exception | None = None
        """What would go with the chat that is being left."""
        self._editing: Message | None = None
        self._before_edit = Content()
        self._sent: _Sent | None = None
        self._unsaved: set[str] = set()
        self.answering = Answering(runner, page.transcript, self)
        self.drafting = Drafting(services, runner, page.composer, self)
        self._connect()

    @property
    def conversation_id(self) -> str:
        return self._conversation.id if self._conversation else ""

    def open_last(self) -> None:
        self._fetch(lambda: open_last(self._services))

    def open(self, conversation_id: str, message_id: str = "", words: Sequence[str] = ()) -> None:
        """Show a conversation, and in it a message where one is given, at the place of the `words`."""
        switch = not self.answering.runs_in(conversation_id)  # its branch is the one that is being written
        self.drafting.save_if_waiting()
        edit = self.drafting.kept_edit(conversation_id)
        self._fetch(
            lambda: open_conversation(self._services, conversation_id, message_id, switch=switch, edit=edit),
            message_id,
            words,
        )

    def new_chat(self) -> None:
        self._fetch(lambda: open_new(self._services))

    def send(self) -> None:
        content = self._page.composer.content()
        if content.empty:
            return
        if self.answering.active:
            self.busy.emit(self.answering.elsewhere)
            return
        self._page.banner.hide()
        edited, draft = self._editing, self.drafting.draft()
        self._sent = _Sent(content, self.conversation_id, edited)
        self._drop_fetch()
        if edited is not None:
            before = self._before_edit
            self._leave_edit(Content(task=content.task) if before.empty else before)
            self.drafting.keep_edit(edited.conversation_id, None)
            self._page.transcript.truncate_before(edited.id)
            service, text = self._services.ask, content.text
            self.answering.start(lambda cancel: service.edit(edited.id, text, cancel), self.conversation_id)
        else:
            self.drafting.forget()
            self._page.composer.set_content(Content(task=content.task))
            self.answering.start(lambda cancel: self._services.ask.ask(draft, cancel), self.conversation_id)
        self._page.composer.show_plan(None)

    def cloud_question(self, answer_id: str = "") -> Draft | str | None:
        """What "Ask the cloud" is about: this answer, what is typed, or the last answer; None if there is nothing."""
        if self.answering.active:
            return None
        if answer_id:
            return answer_id
        if not self._page.composer.content().empty and self._editing is None:
            return self.drafting.draft()
        last = self._last("assistant") or self._last("user")
        return last.id if last is not None else None

    def message(self, message_id: str) -> Message | None:
        """A loaded message of the conversation that is shown."""
        return self._message(message_id)

    def last_answer(self) -> Message | None:
        """Of the conversation that is shown."""
        return self._last("assistant")

    def send_to_cloud(self, preview: Preview, start: Callable[[Cancel], Iterator[AskEvent]]) -> None:
        """After the yes: a draft becomes a message; an answer gets one from the cloud beside it."""
        if self.answering.active:
            return
        self._page.banner.hide()
        self._drop_fetch()
        question = preview.question
        if isinstance(question, Draft):
            content = self._page.composer.content()
            self._sent = _Sent(content, self.conversation_id)
            self.drafting.forget()
            self._page.composer.set_content(Content(task=content.task))
            self._page.composer.show_plan(None)
        else:
            self._page.transcript.truncate_after(question)
        self.answering.start(start, self.conversation_id)

    def stop(self) -> None:
        self.answering.stop()

    def escape(self) -> None:
        """What Esc means: stop the answer that is shown, or leave an edit."""
        if self.answering.active and not self.answering.elsewhere:
            self.answering.stop()
        else:
            self.cancel_edit()

    def again(self, message_id: str = "") -> None:
        """Answer the question of this answer (or of the last one) once more."""
        message = self._message(message_id) if message_id else self._last("assistant")
        if message is None or self.answering.active:
            return
        answer_id = message.id
        self._page.transcript.truncate_before(answer_id)
        self.answering.start(lambda cancel: self._services.ask.regenerate(answer_id, cancel), self.conversation_id)

    def edit(self, message_id: str = "") -> None:
        """Put a question back into the composer; sending it makes a new branch."""
        message = self._message(message_id) if message_id else self._last("user")
        if message is None or self.answering.active:
            return
        self._enter_edit(message, message.text)
        self._page.composer.setFocus()

    def cancel_edit(self) -> None:
        edited = self._editing
        if edited is not None:
            self._leave_edit(self._before_edit)
            self.drafting.keep_edit(edited.conversation_id, None)
            self.drafting.replan()

    def fill(self, example: Example) -> None:
        composer = self._page.composer
        composer.set_content(Content(example.text, example.task))
        composer.setFocus()
        composer.edited.emit()

    def choose_task(self, task: Task) -> None:
        self._page.composer.choose_task(task)

    def step_branch(self, message_id: str, step: int) -> None:
        if self.answering.active:
            return
        self._drop_fetch()
        asked, switch = self._opening, self._services.conversations.switch_branch

        def switched(conversation: Conversation) -> None:
            if asked == self._opening:  # no other chat was asked for meanwhile, and nothing sent
                self.open(conversation.id)

        self._runner.change(lambda: switch(message_id, step), switched, self.problem.emit)

    def keep_draft(self) -> None:
        self.drafting.save_if_waiting()

    def _connect(self) -> None:
        page, answering = self._page, self.answering
        page.composer.submitted.connect(self.send)
        page.composer.stop.connect(self.stop)
        page.composer.cancel_edit.connect(self.cancel_edit)
        page.empty.example.connect(self.fill)
        page.transcript.stop.connect(self.stop)
        page.transcript.again.connect(self.again)
        page.transcript.edit.connect(self.edit)
        page.transcript.step.connect(self.step_branch)
        page.transcript.need_earlier.connect(self._load_earlier)
        answering.began.connect(self._show_streaming)
        answering.ended.connect(self._show_streaming)
        answering.ended.connect(self.drafting.replan)
        answering.question_saved.connect(self._question_saved)
        answering.answered.connect(self._answered)
        answering.unsaved.connect(self._unsaved.add)
        answering.refused.connect(self._refused)
        answering.broke.connect(self._broke)

    def _fetch(self, work: Callable[[], Opened], message_id: str = "", words: Sequence[str] = ()) -> None:
        self.drafting.save_if_waiting()
        self._opening += 1
        self._fetching = True
        asked = self._opening
        self._runner.query(
            work,
            lambda opened: self._opened(asked, opened, message_id, words),
            lambda error: self._lost(asked, error),
            owner=self,
        )

    def _drop_fetch(self) -> None:
        """What is still being fetched comes too late now."""
        self._opening += 1
        self._fetching, self._untold = False, None

    def _lost(self, asked: int, error: Exception) -> None:
        if asked == self._opening:
            self._fetching = False
            self._tell_untold()
            self.problem.emit(error)

    def _tell_untold(self) -> None:
        untold, self._untold = self._untold, None
        if untold is not None:
            self.problem.emit(untold)

    def _opened(self, asked: int, opened: Opened, message_id: str, words: Sequence[str]) -> None:
        if asked != self._opening:
            return
        self._fetching = False
        moved = opened.conversation is None or opened.conversation.id != self.conversation_id
        self._conversation = opened.conversation
        self.answering.shown(self.conversation_id)
        self._show_streaming()
        page = self._page
        entries = self.answering.completed(opened.page.entries)
        page.show_empty(not entries)
        page.transcript.show_entries(entries, has_earlier=opened.page.has_earlier)
        if message_id:
            page.transcript.show_message(message_id, words)
        if self._editing is not None and (moved or self._message(self._editing.id) is None):
            self._leave_edit(Content(task=self._before_edit.task))
        if self._editing is None and (moved or not page.composer.content().text):
            task = (opened.task or Task.ASK) if moved else page.composer.content().task
            self.drafting.switch(self.conversation_id or None, opened.draft, task)
        edit = self.drafting.kept_edit(self.conversation_id, opened.edit)
        edited = self._message(edit.message_id) if edit is not None else None
        if self._editing is None and edit is not None and edited is not None:
            self._enter_edit(edited, edit.text)
        if moved:  # what was said about this chat stays: it may be the reason for showing it anew
            page.banner.hide()
        self.shown.emit(self.conversation_id)
        self._tell_untold()
        if not message_id and page.isVisible():  # else the page that is shown would lose it
            page.composer.setFocus()

    def _load_earlier(self, before: str) -> None:
        where = self.conversation_id
        if where:
            self._runner.query(
                lambda: load_page(self._services, where, before),
                lambda page: self._earlier_came(where, page),
                owner=self,
            )

    def _earlier_came(self, where: str, page: Page) -> None:
        if where == self.conversation_id:
            self._page.transcript.add_earlier(page.entries, has_earlier=page.has_earlier)

    def _enter_edit(self, message: Message, text: str) -> None:
        composer = self._page.composer
        if self._editing is None:
            self._before_edit = composer.content()
        self._editing = message
        self.drafting.edit(message)
        composer.set_editing(True)
        composer.set_content(Content(text, message.task, message.attachments))
        self.drafting.replan()

    def _leave_edit(self, content: Content) -> None:
        self._editing = None
        self.drafting.edit(None)
        self._page.composer.set_editing(False)
        self._page.composer.set_content(content)

    def _show_streaming(self) -> None:
        """Send becomes Stop for the answer that is shown; that of another chat is stopped there."""
        self._page.composer.set_streaming(self.answering.active and not self.answering.elsewhere)

    def _question_saved(self, saved: UserMessageSaved) -> None:
        self._sent = None
        self._look_at_unsaved()
        if self.answering.runs_in(saved.conversation.id) and (
            self._conversation is None or self._conversation.id == saved.conversation.id
        ):
            self._conversation = saved.conversation
            self.drafting.moved_to(saved.conversation.id)
            remember = self._services.conversations.set_last_opened
            self._runner.change(lambda: remember(saved.conversation.id))
            self._page.show_empty(False)
            self._show_streaming()
            self._show_branch(saved.message.id)
            self.shown.emit(saved.conversation.id)
        self.list_changed.emit()

    def _look_at_unsaved(self) -> None:
        """A change may have come through: by then the ends of answers that could not be saved are, too."""
        for message_id in self._unsaved:
            self._runner.query(
                partial(load_ended, self._services, message_id),
                lambda found: self._looked_at(*found),
                lambda _error: None,  # it stays as it is shown
                owner=self,
            )

    def _looked_at(self, entry: Entry, saved: bool) -> None:
        if saved:
            self._unsaved.discard(entry.message.id)
            self._page.transcript.update_message(entry.message, entry.line)

    def _answered(self, message: Message) -> None:
        self._look_at_unsaved()
        self.list_changed.emit()
        self._show_branch(message.id)

    def _show_branch(self, message_id: str) -> None:
        self._runner.query(
            lambda: self._services.conversations.branch_position(message_id),
            lambda branch: self._page.transcript.set_branch(message_id, branch),
            owner=self,
        )

    def _refused(self, error: Exception) -> None:
        """Nothing was saved: what was typed comes back in its chat, an edit as the edit that it was."""
        sent, self._sent = self._sent, None
        edited = sent.edited if sent is not None else None
        if sent is not None and edited is not None:
            self.drafting.keep_edit(edited.conversation_id, KeptEdit(edited.id, sent.content.text))
            if edited.conversation_id == self.conversation_id:
                self._enter_edit(edited, sent.content.text)
        elif sent is not None:
            self.drafting.give_back(sent.conversation_id or None, sent.content)
        self._page.show_empty(not self._page.transcript.column.entries)
        # With the edited question, however far up it is.
        self._tell_and_show_anew(error, self._editing.id if self._editing is not None else "")

    def _broke(self, error: Exception) -> None:
        """The stream ended without saying how: what the store has is shown."""
        self._tell_and_show_anew(error)

    def _tell_and_show_anew(self, error: Exception, message_id: str = "") -> None:
        if self._fetching:  # another chat was asked for: it is told there
            self._untold = error
            return
        self.problem.emit(error)
        if self.conversation_id:
            self.open(self.conversation_id, message_id)

    def _message(self, message_id: str) -> Message | None:
        entries = self._page.transcript.column.entries
        return next((entry.message for entry in entries if entry.message.id == message_id), None)

    def _last(self, role: str) -> Message | None:
        entries = self._page.transcript.column.entries
        return next((entry.message for entry in reversed(entries) if entry.message.role == role), None)
