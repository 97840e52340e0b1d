"""One call to a provider: through the gate, under the budget, what was hidden put back. Stores no text."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pennyweight.domain.answer import PromptProgress, ReasoningDelta, TextDelta
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.budget import StreamCost, stream_cost
from pennyweight.services.budgets import BudgetService
from pennyweight.services.call_record import CallRecord
from pennyweight.services.cloud_books import cloud_entry
from pennyweight.services.escalation import Preview
from pennyweight.services.model_call import CallResult, ModelCall, NoPower
from pennyweight.store import Store

if TYPE_CHECKING:
    from pennyweight.cloud.source import CloudSource

BUDGET_NOTE = "Stopped: the budget is used up. What had arrived is kept. Raise it in the settings, or go on locally."
_KILLED = "Pennyweight was ended in mid-answer: an estimate from what had arrived by then."
_KILLED_WAITING = (
    "Pennyweight was ended before any answer came: an estimate of the prompt, which may not have been billed."
)


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    reasoning: str


class CloudCall:
    """Loop over `run()`; afterwards `result` and `entry` are there, also after an error or an abandoned loop.

    From before the request leaves until `entry` is in the ledger, a record of the call is on disk: if this process is
    killed, the record becomes its row.
    """

    def __init__(
        self,
        store: Store,
        preview: Preview,
        source: CloudSource,
        budgets: BudgetService,
        *,
        task: str,
        conversation_id: str | None,
        message_id: str | None,
    ) -> None:
        self._preview = preview
        self._budgets = budgets
        self._task = task
        self._conversation_id = conversation_id
        self._message_id = message_id
        at = datetime.now(UTC)
        self._cost = stream_cost(preview.provider, preview.model, preview.input_tokens, at)
        self._most = stream_cost(preview.provider, preview.model, preview.most_input_tokens, at)
        self._record = CallRecord(store, uuid.uuid4().hex, self._row_if_killed)
        telling = source.telling(self._record.sending)
        self.call = ModelCall(telling, preview.request, prompt_tokens=preview.input_tokens)
        self.over_budget = False
        self.entry: LedgerEntry | None = None

    @property
    def result(self) -> CallResult | None:
        return self.call.result

    @property
    def nano_so_far(self) -> int | None:
        """At list price; None where there is none."""
        return None if self._cost is None else self._cost.nano(self.call.output_tokens)

    def run(self, cancel: Cancel) -> Generator[Piece, None, None]:
        """Raises the CloudError of the source; StoreError, and nothing is sent, where the call cannot be recorded."""
        inner = Cancel()
        forget = cancel.on_cancel(inner.cancel)
        text, thoughts = self._preview.redactor.restorer(), self._preview.redactor.restorer()
        events = self.call.run(NoPower(), None, inner)
        record = self._record
        try:
            record.begin(0 if self._most is None else self._most.nano(0))
            with self._budgets.watch(self._preview.provider, self._most, record.call_id) as watch:
                try:
                    for event in events:
                        if isinstance(event, TextDelta):
                            yield Piece(text.feed(event.text), "")
                        elif isinstance(event, ReasoningDelta):
                            yield Piece("", thoughts.feed(event.text))
                        elif isinstance(event, PromptProgress):
                            self._cost = watch.cost = self._counted(event)
                        if not self.over_budget and not watch.allows(self.call.output_tokens):
                            self.over_budget = True
                            inner.cancel()
                        record.update(watch.nano, self.call.output_tokens)
                finally:
                    events.close()
                    self._book()
                    if self.entry is None:
                        record.drop()
                    else:
                        held = max(watch.nano, self.entry.billed_nano or 0)
                        record.update(held, self.call.output_tokens, now=True)  # until its row is in the ledger
            yield Piece(text.close(), thoughts.close())
        finally:
            forget()

    def _counted(self, prompt: PromptProgress) -> StreamCost | None:
        """With the provider's own count of the prompt, in place of ours."""
        preview, at = self._preview, datetime.now(UTC)
        return stream_cost(preview.provider, preview.model, prompt.total, at, cache_read=prompt.reused)

    def _book(self) -> None:
        result = self.call.result
        if result is not None and result.ran:
            self.entry = self._row(result, BUDGET_NOTE if self.over_budget else "")

    def _row_if_killed(self) -> LedgerEntry:
        if self.entry is not None:  # it has ended, and what it used is known
            return self.entry
        return self._row(self.call.so_far(), _KILLED if self.call.output_tokens else _KILLED_WAITING)

    def _row(self, result: CallResult, note: str) -> LedgerEntry:
        return cloud_entry(
            result,
            self._preview.provider,
            self._preview.model,
            task=self._task,
            conversation_id=self._conversation_id,
            message_id=self._message_id,
            row_id=self._record.call_id,
            note=note,
        )
