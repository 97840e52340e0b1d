"""Google Gemini. Every chunk carries a snapshot of the usage: the last one counts."""

from __future__ import annotations

from collections.abc import Iterator

from pennyweight.cloud.facts import Provider
from pennyweight.cloud.wire.base import (
    JsonObject,
    Outcome,
    Piece,
    ProviderSaidError,
    list_of,
    object_of,
    read_object,
    split_system,
    text_of,
    usage_of,
)
from pennyweight.cloud.wire.sampling import sampling_fields
from pennyweight.cloud.wire.sse import SseEvent
from pennyweight.domain.answer import AnswerRequest, StopReason

_ROLES = {"user": "user", "assistant": "model"}
_ORDINARY_ENDS = frozenset({"STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED"})


def body(request: AnswerRequest, provider: Provider) -> JsonObject:
    """What is sent."""
    system, turns = split_system(request.turns)
    fields: JsonObject = {
        "contents": [{"role": _ROLES[turn.role], "parts": [{"text": turn.text}]} for turn in turns],
        "generationConfig": {
            "maxOutputTokens": request.sampling.max_output_tokens,
            **sampling_fields(request, provider, stop="stopSequences", camel=True),
        },
    }
    if system:
        fields["systemInstruction"] = {"parts": [{"text": system}]}
    return fields


class GeminiDecoder:
    """Reads the chunks of one answer. There is no closing event: a finish reason makes it complete."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def feed(self, event: SseEvent) -> Iterator[Piece]:
        chunk = read_object(event.data)
        if chunk.get("error"):
            raise ProviderSaidError.of(chunk["error"])
        usage = usage_of(chunk, "usageMetadata")
        if usage is not None:
            self.outcome.usage = usage
            self.outcome.service_tier = text_of(usage, "serviceTier").lower() or None
        for candidate in list_of(chunk, "candidates")[:1]:
            yield from self._candidate(candidate)
        if text_of(object_of(chunk, "promptFeedback"), "blockReason"):
            self.outcome.stop, self.outcome.refused = StopReason.END, True
        self.outcome.usage_final = self.outcome.usage is not None and self.outcome.stop is not None

    def _candidate(self, candidate: object) -> Iterator[Piece]:
        for part in list_of(object_of(candidate, "content"), "parts"):
            if text := text_of(part, "text"):
                yield Piece(text, reasoning=isinstance(part, dict) and part.get("thought") is True)
        reason = text_of(candidate, "finishReason")
        if reason:
            self.outcome.stop = StopReason.LENGTH if reason == "MAX_TOKENS" else StopReason.END
            self.outcome.refused |= reason not in _ORDINARY_ENDS
