"""From what a stream told, and from what was counted here, to one usage record (`metering.md` rule 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from pennyweight.cloud.wire.base import Outcome, Piece
from pennyweight.domain.answer import ChatTurn, PromptProgress
from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.meter.usage import normalize

_BYTES_PER_TOKEN = 4
_TOKENS_PER_TURN = 4


class TokenEstimate(Protocol):
    """How many tokens a provider would count, guessed from here (say by the local engine times a measured ratio)."""

    def prompt(self, turns: tuple[ChatTurn, ...], model: str) -> int: ...

    def text(self, text: str, model: str) -> int: ...


class RoughEstimate:
    """Four bytes to a token: right within a third for European languages."""

    def prompt(self, turns: tuple[ChatTurn, ...], model: str) -> int:
        return sum(_TOKENS_PER_TURN + self.text(turn.text, model) for turn in turns)

    def text(self, text: str, model: str) -> int:  # noqa: ARG002 - the same for every model
        return -(-len(text.encode()) // _BYTES_PER_TOKEN)


class Tally:
    """Counts one answer while it streams, and closes with its record."""

    def __init__(self, provider: str, model: str, estimate: TokenEstimate, input_tokens: int, at: datetime) -> None:
        self.provider = provider
        self._model = model
        self._estimate = estimate
        self._input = input_tokens
        self._at = at
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._bytes = 0
        self._running = 0
        self._seen: object = None
        self._prompt_seen: object = None
        self._prompt: PromptProgress | None = None

    @property
    def has_text(self) -> bool:
        return bool(self._text)

    def add(self, piece: Piece, outcome: Outcome) -> int:
        """Note a piece; the running count of output tokens, which never falls."""
        (self._reasoning if piece.reasoning else self._text).append(piece.text)
        self._bytes += len(piece.text.encode("utf-8", "replace"))
        self._running = max(self._running, -(-self._bytes // _BYTES_PER_TOKEN))
        if outcome.usage is not None and outcome.usage is not self._seen:
            self._seen = outcome.usage
            reported = self._reported(outcome)
            self._running = max(self._running, reported.output_total if reported else 0)
        return self._running

    def prompt(self, outcome: Outcome) -> PromptProgress | None:
        """The provider's own count of the prompt, once each time it tells another one."""
        if outcome.usage is None or outcome.usage is self._prompt_seen:
            return None
        self._prompt_seen = outcome.usage
        reported = self._reported(outcome)
        if reported is None or not reported.input_total:
            return None
        fresh = reported.input_total - reported.cache_read
        told = PromptProgress(evaluated=fresh, reused=reported.cache_read, total=reported.input_total)
        if told == self._prompt:
            return None
        self._prompt = told
        return told

    def nothing(self) -> UsageRecord:
        """The record of a request that was not accepted: nothing was used."""
        return UsageRecord(at=self._at, usage_state=UsageState.ESTIMATED)

    def record(self, outcome: Outcome, *, complete: bool) -> UsageRecord:
        """What was used. Reported where the provider told it at the end; else with a floor, and labelled.

        A stream that ended early keeps the input the provider reported, if any, and never less output than was seen.
        """
        seen = self._counted()
        reported = self._reported(outcome)
        if reported is None or (not reported.total and seen.output_total):
            return replace(seen, service_tier=outcome.service_tier)
        if complete or outcome.usage_final:
            return reported
        return replace(
            reported,
            output_total=max(reported.output_total, seen.output_total),
            reasoning=max(reported.reasoning, seen.reasoning),
            provider_total=None,
            usage_state=UsageState.PARTIAL,
        )

    def _counted(self) -> UsageRecord:
        reasoning = self._estimate.text("".join(self._reasoning), self._model) if self._reasoning else 0
        text = self._estimate.text("".join(self._text), self._model) if self._text else 0
        return UsageRecord(
            input_total=self._input,
            output_total=reasoning + text,
            reasoning=reasoning,
            at=self._at,
            usage_state=UsageState.ESTIMATED,
        )

    def _reported(self, outcome: Outcome) -> UsageRecord | None:
        if outcome.usage is None:
            return None
        try:
            return normalize(self.provider, outcome.usage, service_tier=outcome.service_tier, at=self._at)
        except InputError:  # a count that cannot be right is no count
            return None
