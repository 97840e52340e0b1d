"""A short local account of what was said before, to go along with a question to the cloud instead of the whole chat."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from pennyweight.domain.answer import AnswerRequest, ChatTurn, Sampling
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Message, Task
from pennyweight.domain.ledger import EntryKind, LedgerEntry
from pennyweight.domain.model import ModelInfo
from pennyweight.services.answering import Parts
from pennyweight.services.bookkeeping import entry_for, rates_of
from pennyweight.services.events import AskEvent, Status
from pennyweight.services.long_answer import LongSummary
from pennyweight.services.model_call import CallResult, ModelCall
from pennyweight.services.turns import Request

_INSTRUCTION = "Summarize this conversation in a few sentences. Keep names, numbers and what was decided."


def summarize_history(
    parts: Parts, model: ModelInfo, path: Sequence[Message], cancel: Cancel, on_status: Callable[[str], None]
) -> str:
    """Empty without anything to tell, or if cancelled. Raises EngineError."""
    said = [message for message in path if message.text.strip()]
    if not said or cancel.cancelled:
        return ""
    with parts.turn:
        loaded = parts.source.load(model.id, cancel, lambda _: None)
        text = "\n\n".join(f"{_who(message)}: {message.text.strip()}" for message in said)
        recipe = parts.recipes[Task.SUMMARIZE]
        long = LongSummary(recipe, Request(_INSTRUCTION, text), parts.counters.exact(loaded))
        if not long.possible:
            return ""
        calls = _Calls(parts, model, said[-1], cancel)
        for event in long.run(calls.call, lambda *_: None):
            if isinstance(event, Status):
                on_status(event.text)
        return "" if cancel.cancelled else calls.text


def _who(message: Message) -> str:
    return "Person" if message.role == "user" else "Assistant"


class _Calls:
    """Makes the calls of a long summary and books each one."""

    def __init__(self, parts: Parts, model: ModelInfo, message: Message, cancel: Cancel) -> None:
        self._parts = parts
        self._model = model
        self._message = message
        self._cancel = cancel
        self.text = ""

    def call(
        self, turns: tuple[ChatTurn, ...], sampling: Sampling, kind: EntryKind, shown: bool, status: Status, /
    ) -> Generator[AskEvent, None, CallResult]:
        del shown
        yield status
        source = self._parts.source
        request = AnswerRequest(turns=turns, model=self._model.id, sampling=sampling)
        tokens = source.count_prompt_tokens(turns, self._model.id)
        call = ModelCall(source, request, prompt_tokens=tokens, kind=kind)
        try:
            for _ in call.run(self._parts.power, source.process_id(), self._cancel):
                pass
        finally:
            if call.result is not None and call.result.ran:
                self._parts.store.ledger.add([self._row(call.result)])
        assert call.result is not None
        self.text = call.result.text.strip()
        return call.result

    def _row(self, result: CallResult) -> LedgerEntry:
        rates = rates_of(self._parts.settings.get(), self._parts.store)
        row = entry_for(result, rates, message=self._message, task=Task.SUMMARIZE, model_id=self._model.id)
        return replace(row, message_id=None, note="A summary of the chat to go along with a question.")
