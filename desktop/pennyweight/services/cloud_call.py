"""One call to a provider: through the gate, under the budget, what was hidden put back. Stores no text."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pennyweight.domain.answer import ReasoningDelta, TextDelta
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.budget import stream_cost
from pennyweight.services.budgets import BudgetService
from pennyweight.services.cloud_books import cloud_entry
from pennyweight.services.escalation import Preview
from pennyweight.services.model_call import CallResult, ModelCall, NoPower

if TYPE_CHECKING:
    from pennyweight.cloud.source import CloudSource

BUDGET_NOTE = "Stopped: the budget is used up. What had arrived is kept. Raise it in the settings, or go on locally."


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    reasoning: str


class CloudCall:
    """Loop over `run()`; afterwards `result` and `entry` are there, also after an error or an abandoned loop."""

    def __init__(
        self,
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
        self._cost = stream_cost(preview.provider, preview.model, preview.input_tokens, datetime.now(UTC))
        self.call = ModelCall(source, preview.request, prompt_tokens=preview.input_tokens)
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
        """Raises the CloudError of the source."""
        inner = Cancel()
        forget = cancel.on_cancel(inner.cancel)
        text, thoughts = self._preview.redactor.restorer(), self._preview.redactor.restorer()
        events = self.call.run(NoPower(), None, inner)
        try:
            with self._budgets.watch(self._preview.provider, self._cost, self._message_id) as watch:
                try:
                    for event in events:
                        if isinstance(event, TextDelta):
                            yield Piece(text.feed(event.text), "")
                        elif isinstance(event, ReasoningDelta):
                            yield Piece("", thoughts.feed(event.text))
                        if not self.over_budget and not watch.allows(self.call.output_tokens):
                            self.over_budget = True
                            inner.cancel()
                finally:
                    events.close()
                    self._book()
                    if self.entry is None:
                        watch.drop()
            yield Piece(text.close(), thoughts.close())
        finally:
            forget()

    def _book(self) -> None:
        result = self.call.result
        if result is None or not result.ran:
            return
        self.entry = cloud_entry(
            result,
            self._preview.provider,
            self._preview.model,
            task=self._task,
            conversation_id=self._conversation_id,
            message_id=self._message_id,
            note=BUDGET_NOTE if self.over_budget else "",
        )
