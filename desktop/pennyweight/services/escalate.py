"""Asking the cloud: a preview of the exact request, and, after the person's yes, the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pennyweight.cloud.errors import PermitError
from pennyweight.cloud.gate import EgressState, Permit
from pennyweight.domain.answer import StopReason
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Message, Task
from pennyweight.domain.errors import InputError, StoreError
from pennyweight.services.answering import Parts
from pennyweight.services.cloud_answer import CloudAnswering
from pennyweight.services.cloud_call import CloudCall
from pennyweight.services.draft import Draft
from pennyweight.services.escalation import HistoryChoice, Preview, RedactionChoice
from pennyweight.services.events import AskEvent, UserMessageSaved
from pennyweight.services.history_summary import summarize_history
from pennyweight.services.messages import answer_to
from pennyweight.services.model_call import CallResult
from pennyweight.services.models import ModelService
from pennyweight.services.previewing import Previewer
from pennyweight.services.titles import title_for

if TYPE_CHECKING:
    from pennyweight.cloud.source import CloudSource

_WORDS = "redaction.words"
_LAST = "cloud.last"
_LAST_TURN = HistoryChoice()
_EVERYTHING = RedactionChoice()


class EscalateService:
    """All calls block: use a worker thread."""

    def __init__(self, parts: Parts, previewer: Previewer, models: ModelService) -> None:
        self._parts = parts
        self._previewer = previewer
        self._models = models
        self._store = parts.store
        self._gate = previewer.desk.gate

    def preview(
        self,
        question: Draft | str,
        provider: str,
        model: str,
        *,
        history: HistoryChoice = _LAST_TURN,
        redaction: RedactionChoice = _EVERYTHING,
    ) -> Preview:
        """`question` is a draft, or the id of an answer or of a message of the person. Sends nothing.

        InputError for a provider or a question that there is not. Why it cannot be sent is `Preview.problem`.
        """
        words = self.words() if redaction.words is None else redaction.words
        return self._previewer.make(question, provider, model, history, redaction, words)

    def send(self, preview: Preview, cancel: Cancel) -> Generator[AskEvent, None, None]:
        """The yes: sends exactly the bytes of the preview and stores the answer.

        A draft's message is committed first. Before anything is written or sent: OfflineError while the lock is on,
        InputError with the reason for a preview with a problem or a budget that has run out meanwhile. Whatever goes
        wrong later is an `AnswerFailed`.
        """
        self.check(preview)
        permit = self.permit(preview)
        yield from self._send(preview, preview.source.cleared(permit), cancel)

    def ask(self, draft: Draft, cancel: Cancel) -> Iterator[AskEvent]:
        """A draft whose source is a provider, without a look at it: only where this chat is allowed through.

        PermitError elsewhere, before anything is written: show the preview then.
        """
        preview = self.preview(draft, draft.source, draft.model or self.last_model(draft.source))
        self.check(preview)
        if not preview.local and self._gate.state(draft.conversation_id) is not EgressState.ALLOWED:
            raise PermitError(
                f"Sending to {preview.provider_name} needs your yes.",
                kept="Nothing was sent.",
                advice="Look at it, then send it.",
            )
        yield from self._send(preview, preview.source.cleared(conversation_id=draft.conversation_id), cancel)

    def permit(self, preview: Preview) -> Permit:
        """The person's yes to exactly this request, good for one. OfflineError while the lock is on."""
        return self._gate.permit(preview.prepared.outgoing)

    def check(self, preview: Preview) -> None:
        """Whether it can be sent at this moment; InputError or OfflineError if not."""
        self._gate.check_lock(preview.prepared.outgoing)
        problem = preview.problem
        if not problem:
            budget, left = (
                self._previewer.budgets.tightest(preview.provider),
                self._previewer.budgets.left(preview.provider),
            )
            if budget is not None and left is not None and left < (preview.price.low_nano or 0):
                problem = budget.sentence or f"The budget for {budget.month} does not allow it any more."
        if problem:
            raise InputError(problem, kept="Nothing was sent.")

    def summarize(
        self, question: Draft | str, cancel: Cancel, on_status: Callable[[str], None] = lambda _: None
    ) -> str:
        """What was said before the question, in short, by the model on this computer: for `HistoryChoice.summary`.

        Empty if there is nothing before it, or if cancelled. Its cost is in the ledger.
        """
        path, _ = self._previewer.path_of(question)
        return summarize_history(self._parts, self._models.resolve(None), path[:-1], cancel, on_status)

    def words(self) -> tuple[str, ...]:
        """The person's own list of words that are kept back."""
        found = self._store.settings.get(_WORDS, [])
        return tuple(str(word) for word in found) if isinstance(found, list) else ()

    def set_words(self, words: tuple[str, ...]) -> None:
        kept = dict.fromkeys(word.strip() for word in words if word.strip())
        self._store.settings.set(_WORDS, list(kept))

    def learn(self, preview: Preview, result: CallResult | None, task: Task, local_output: int | None) -> None:
        """Refine the provider's ratios by a whole answer. `local_output`: tokens of a local answer to the same."""
        if result is not None and result.reason is StopReason.END:
            with suppress(StoreError):  # a sample less; of an answer that could not be saved its end has told
                self._previewer.desk.calibration.learn(
                    preview.provider,
                    preview.model,
                    preview.request.turns,
                    result.usage,
                    local_output if task is not Task.SUMMARIZE else None,
                )

    def last_target(self) -> tuple[str, str] | None:
        """Provider and model of the last request, for a start."""
        found = self._store.settings.get(_LAST)
        return (str(found[0]), str(found[1])) if isinstance(found, list) and len(found) == 2 else None

    def last_model(self, provider: str) -> str:
        """The model of the last request, if it was to this provider; else ""."""
        last = self.last_target()
        return last[1] if last is not None and last[0] == provider else ""

    # -- steps

    def _send(self, preview: Preview, source: CloudSource, cancel: Cancel) -> Iterator[AskEvent]:
        self._store.settings.set(_LAST, [preview.provider, preview.model])
        if isinstance(preview.question, Draft):
            question = self._save(preview.question, preview.path[-1])
            yield UserMessageSaved(self._store.conversations.get(question.conversation_id), question)
        else:
            question = preview.path[-1]
        answer = answer_to(question, model=preview.model_name, source=preview.provider)
        self._store.conversations.add_message(answer)
        call = CloudCall(
            self._store,
            preview,
            source,
            self._previewer.budgets,
            task=question.task.value,
            conversation_id=question.conversation_id,
            message_id=answer.id,
        )
        try:
            yield from CloudAnswering(self._store, answer, call, call.run(cancel), preview.provider_name).run()
        finally:
            self._learn(preview, call, answer)

    def _save(self, draft: Draft, message: Message) -> Message:
        conversation_id = draft.conversation_id
        if conversation_id is None:
            conversation_id = self._store.conversations.create(title_for(message)).id
        at = datetime.now(UTC)
        message = replace(message, id=uuid.uuid4().hex, conversation_id=conversation_id, created_at=at)
        self._store.conversations.add_message(message)
        return message

    def _learn(self, preview: Preview, call: CloudCall, answer: Message) -> None:
        self.learn(preview, call.result, answer.task, self._local_output(answer))

    def _local_output(self, answer: Message) -> int | None:
        """Output tokens of a whole local answer to the same question, if there is one."""
        for sibling in self._store.conversations.siblings(answer.id):
            rows = self._store.ledger.for_message(sibling)
            if len(rows) == 1 and rows[0].source == "local" and rows[0].stop_reason is StopReason.END:
                return rows[0].usage.output_total
        return None
