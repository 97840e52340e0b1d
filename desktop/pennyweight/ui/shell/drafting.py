"""What is typed: its estimate and its keeping, both a moment after the last key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Message, Task
from pennyweight.services.comparison import Statistics
from pennyweight.services.container import Services
from pennyweight.services.draft import LAST, AskPlan, Draft, KeptEdit
from pennyweight.store import StoredDraft
from pennyweight.ui.composer.composer import Composer, Content

PLAN_MS, SAVE_MS = 250, 600


class Drafting(QObject):
    """Watches the composer for one conversation at a time."""

    blocked = Signal()
    """What is typed cannot be sent."""

    def __init__(self, services: Services, runner: TaskRunner, composer: Composer, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._composer = composer
        self._conversation_id: str | None = None
        self._question: Message | None = None
        self._typed: dict[str | None, Content] = {}
        """By chat, since the start. The database may be behind, and one that was read a moment ago even more so."""
        self._edits: dict[str, KeptEdit | None] = {}
        """The same of edits; None where it was sent or given up."""
        self._unkept: dict[tuple[str, str | None], Callable[[], None]] = {}
        """By kind and chat: what the database did not take, to be tried again."""
        self._asked = 0
        self._planning = False
        self._again = False
        self._plan_timer = self._timer(PLAN_MS, self._plan)
        self._save_timer = self._timer(SAVE_MS, self.save)
        composer.edited.connect(self._edited)

    def switch(self, conversation_id: str | None, draft: StoredDraft | None, task: Task) -> None:
        """Another conversation is shown, with what was last typed there; `task` where nothing was."""
        self._conversation_id = conversation_id
        self._question = None
        stored = Content(draft.text, draft.task, draft.attachments) if draft else Content(task=task)
        typed = self._typed.get(conversation_id, stored)
        self._composer.set_content(Content(task=task) if typed.empty else typed)
        self.replan()

    def moved_to(self, conversation_id: str) -> None:
        """The first message made a conversation of what was none."""
        self._conversation_id = conversation_id

    def edit(self, message: Message | None) -> None:
        """The composer is about to hold an edit of an earlier message, kept apart from the draft; None: the draft."""
        self.save_if_waiting()
        self._question = message

    def draft(self) -> Draft:
        content = self._composer.content()
        return Draft(
            text=content.text,
            task=content.task,
            attachments=content.attachments,
            conversation_id=self._conversation_id,
            parent_id=LAST if self._question is None else self._question.parent_id,
        )

    def save(self) -> None:
        """Keep the draft, or the edit under way, now."""
        self._save_timer.stop()
        content = self._composer.content()
        if self._question is not None:
            edit = KeptEdit(self._question.id, content.text) if content.text.strip() else None
            self.keep_edit(self._question.conversation_id, edit)
        else:
            self._keep(self._conversation_id, content)

    def kept_edit(self, conversation_id: str, stored: KeptEdit | None = None) -> KeptEdit | None:
        """The edit that is under way in a chat; `stored` where nothing is known of one here."""
        return self._edits.get(conversation_id, stored)

    def keep_edit(self, conversation_id: str, edit: KeptEdit | None) -> None:
        """For when its chat is opened again; None: it was sent, or given up."""
        self._edits[conversation_id] = edit
        self._write(
            ("edit", conversation_id),
            lambda: self._services.conversations.save_edit(conversation_id, edit),
            lambda: self.keep_edit(conversation_id, self._edits[conversation_id]),
        )

    def save_if_waiting(self) -> None:
        if self._save_timer.isActive():
            self.save()
        unkept, self._unkept = self._unkept, {}
        for again in unkept.values():
            again()

    def forget(self) -> None:
        """It was sent."""
        self._save_timer.stop()
        self._keep(self._conversation_id, Content())

    def give_back(self, conversation_id: str | None, sent: Content) -> None:
        """It was sent and refused: it is the draft of its chat again, before what has been typed there since."""
        here = conversation_id == self._conversation_id and self._question is None
        since = self._composer.content() if here else self._typed.get(conversation_id, Content())
        if not since.empty:
            text = "\n\n".join(part for part in (sent.text, since.text) if part.strip())
            sent = Content(text, sent.task, (*sent.attachments, *since.attachments))
        if here:
            self._save_timer.stop()
            self._composer.set_content(sent)
        self._keep(conversation_id, sent)

    def _keep(self, where: str | None, content: Content) -> None:
        save = self._services.conversations.save_draft
        self._typed[where] = content
        self._write(
            ("draft", where),
            lambda: save(where, content.text, content.task, content.attachments),
            lambda: self._keep(where, self._typed[where]),
        )

    def _write(self, what: tuple[str, str | None], work: Callable[[], None], again: Callable[[], None]) -> None:
        def failed(error: Exception) -> None:
            self._unkept[what] = again
            self._runner.problem.emit(error)

        self._runner.change(work, None, failed)

    def replan(self) -> None:
        self._plan_timer.start()

    def _timer(self, milliseconds: int, call: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(call)
        return timer

    def _edited(self) -> None:
        self._asked += 1
        self._plan_timer.start()
        self._save_timer.start()

    def _plan(self) -> None:
        if self._planning:
            self._again = True
            return
        if self._composer.content().empty:
            self._composer.show_plan(None)
            return
        self._planning = True
        asked, draft = self._asked, self.draft()
        self._runner.query(
            lambda: (self._services.ask.plan(draft), self._services.compare.advice(draft.task)),
            lambda found: self._planned(asked, *found),
            lambda _error: self._planned(asked, None),  # only an estimate: sending tells what is wrong
            owner=self,
        )

    def _planned(self, asked: int, plan: AskPlan | None, advice: Statistics | None = None) -> None:
        self._planning = False
        if asked == self._asked:
            self._composer.show_plan(plan, advice)
            if plan is not None and plan.problem:
                self.blocked.emit()
        if self._again:
            self._again = False
            self._plan()
