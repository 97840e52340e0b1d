"""The way of one answer: the person's message is committed, the plan made, the answer streamed, stored and metered."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Conversation, Message, MessageState
from pennyweight.domain.errors import InputError, KnownError
from pennyweight.domain.model import ModelInfo
from pennyweight.services.answering import Answering, Job, Parts
from pennyweight.services.counters import Counters, LocalSource
from pennyweight.services.draft import LAST, AskPlan, Draft, Place
from pennyweight.services.events import AskEvent, UserMessageSaved
from pennyweight.services.kept_parts import KeptParts
from pennyweight.services.messages import answer_to, question_of
from pennyweight.services.model_call import Power
from pennyweight.services.models import ModelService
from pennyweight.services.planning import Planner, problem_plan
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.settings import SettingsService
from pennyweight.services.titles import title_for
from pennyweight.store import Store

__all__ = ["LAST", "AskPlan", "AskService", "Draft", "Place"]


class Cloud(Protocol):
    """What is needed of `EscalateService`."""

    def ask(self, draft: Draft, cancel: Cancel) -> Iterator[AskEvent]: ...


class AskService:
    """All calls block: use a worker thread. One answer at a time; a second waits for the first."""

    def __init__(
        self,
        *,
        store: Store,
        source: LocalSource,
        power: Power,
        settings: SettingsService,
        models: ModelService,
        recipes: RecipeBook,
    ) -> None:
        self._store = store
        self._models = models
        self._parts = Parts(
            store, source, power, settings, recipes, Counters(store, source), KeptParts(), threading.Lock()
        )
        self._planner = Planner(self._parts)
        self._cloud: Callable[[], Cloud] | None = None

    @property
    def parts(self) -> Parts:
        """What answers are made with, for the services that answer in other ways."""
        return self._parts

    def use_cloud(self, cloud: Callable[[], Cloud]) -> None:
        """Who answers drafts whose source is a provider; asked for with the first of them."""
        self._cloud = cloud

    def plan(self, draft: Draft) -> AskPlan:
        """What a local answer to `draft` would take, leave out and cost; for a provider see `EscalateService.preview`.

        Never loads a model; with none loaded it estimates.
        """
        try:
            model = self._check(draft)
            parent = self._parent_of(draft)
        except KnownError as error:
            return problem_plan(error.sentence)
        path = self._store.conversations.path_to(parent) if parent is not None else []
        message = question_of(draft, draft.conversation_id or "", parent)
        return self._planner.plan([*path, message], model)

    def ask(self, draft: Draft, cancel: Cancel) -> Generator[AskEvent, None, None]:
        """Commit the message, answer it, keep everything.

        Raises KnownError before anything is written: InputError for a draft that cannot be sent, ModelFileError
        without a usable model. A draft for a provider goes out only from a chat that is allowed through: PermitError
        elsewhere (see `EscalateService.preview`). Whatever goes wrong later is an `AnswerFailed`.
        """
        if draft.source != "local" and self._cloud is not None:
            yield from self._cloud().ask(draft, cancel)
            return
        model = self._check(draft)
        parent = self._parent_of(draft)
        conversation_id = draft.conversation_id
        if conversation_id is None:
            title = title_for(question_of(draft, "", None))
            conversation_id = self._store.conversations.create(title).id
        yield from self._save_and_answer(question_of(draft, conversation_id, parent), model, draft.seed, cancel)

    def regenerate(self, message_id: str, cancel: Cancel) -> Iterator[AskEvent]:
        """Answer the same question again: a sibling of the answer `message_id` (or the answer to a question's id)."""
        message = self._store.conversations.get_message(message_id)
        question_id = message.id if message.role == "user" else message.parent_id
        if question_id is None:
            raise InputError("There is no question to this answer.")
        path = tuple(self._store.conversations.path_to(question_id))
        owed = self._store.conversations.unsaved_calls(message.id) or ()  # first: they may be written in between
        calls = (*owed, *self._store.ledger.for_message(message.id))  # none where it was stopped before anything ran
        sent = message.role == "assistant" and any(call.usage.input_total for call in calls)
        goes_on = message.state is not MessageState.COMPLETE
        job = Job(path, self._models.resolve(None), again=sent, goes_on=goes_on)
        yield from self._answer(job, cancel)

    def edit(self, message_id: str, new_text: str, cancel: Cancel) -> Iterator[AskEvent]:
        """Ask with a changed text: a sibling of the person's message `message_id` (its attachments go along)."""
        old = self._store.conversations.get_message(message_id)
        if old.role != "user":
            raise InputError("Only your own messages can be edited.")
        if not new_text.strip() and not old.attachments:
            raise InputError("There is nothing to send.")
        model = self._models.resolve(None)
        message = replace(old, id=uuid.uuid4().hex, text=new_text, created_at=datetime.now(UTC))
        yield from self._save_and_answer(message, model, None, cancel)

    def engine_process_id(self) -> int | None:
        """The process that is answering, None if there is none."""
        return self._parts.source.process_id()

    # -- steps

    def _check(self, draft: Draft) -> ModelInfo:
        if draft.source != "local":
            raise InputError(f"A question for {draft.source} is previewed before it is sent. Nothing was sent.")
        if not draft.text.strip() and not draft.attachments:
            raise InputError("There is nothing to send.")
        return self._models.resolve(draft.model)

    def _parent_of(self, draft: Draft) -> str | None:
        if draft.conversation_id is None:
            return None
        if isinstance(draft.parent_id, Place):
            return self._store.conversations.get(draft.conversation_id).leaf_id
        return draft.parent_id

    def _save_and_answer(
        self, message: Message, model: ModelInfo, seed: int | None, cancel: Cancel
    ) -> Iterator[AskEvent]:
        self._store.conversations.add_message(message)
        conversation: Conversation = self._store.conversations.get(message.conversation_id)
        yield UserMessageSaved(conversation, message)
        path = tuple(self._store.conversations.path_to(message.id))
        yield from self._answer(Job(path, model, seed), cancel)

    def _answer(self, job: Job, cancel: Cancel) -> Iterator[AskEvent]:
        question = job.question
        answer = answer_to(question, model=job.model.name, source="local")
        self._store.conversations.add_message(answer)
        yield from Answering(self._parts, job, answer, cancel).run()
