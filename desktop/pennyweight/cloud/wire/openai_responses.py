"""OpenAI's Responses API. Nothing is stored at the provider: `store` is always false."""

from __future__ import annotations

from collections.abc import Iterator

from pennyweight.cloud.facts import Provider
from pennyweight.cloud.wire.base import (
    JsonObject,
    Outcome,
    Piece,
    ProviderSaidError,
    object_of,
    read_object,
    text_of,
    usage_of,
)
from pennyweight.cloud.wire.openai_chat import DONE
from pennyweight.cloud.wire.sampling import sampling_fields
from pennyweight.cloud.wire.sse import SseEvent
from pennyweight.domain.answer import AnswerRequest, StopReason

_TERMINAL = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_TEXT = ("response.output_text.delta", "response.refusal.delta")
_REASONING = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
_NEW_SUMMARY = "response.reasoning_summary_part.added"


def body(request: AnswerRequest, provider: Provider) -> JsonObject:
    """What is sent."""
    fields: JsonObject = {
        "model": request.model,
        "input": [{"role": turn.role, "content": turn.text} for turn in request.turns],
        "stream": True,
        "store": False,
        "max_output_tokens": request.sampling.max_output_tokens,
    }
    sampling = sampling_fields(request, provider, stop="")
    sampling.pop(provider.quirks.seed, None)
    return fields | sampling


class ResponsesDecoder:
    """Reads the events of one response."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self._summaries = 0

    def feed(self, event: SseEvent) -> Iterator[Piece]:
        if event.data.strip() == DONE:
            return
        data = read_object(event.data)
        kind = text_of(data, "type") or event.name
        if kind in _TEXT:
            self.outcome.refused |= kind == "response.refusal.delta"
            yield from _piece(data, reasoning=False)
        elif kind in _REASONING:
            yield from _piece(data, reasoning=True)
        elif kind == _NEW_SUMMARY:
            self._summaries += 1
            if self._summaries > 1:
                yield Piece("\n\n", reasoning=True)
        elif kind == "error":
            raise ProviderSaidError.of(data)
        elif kind in _TERMINAL:
            self._end(kind, object_of(data, "response"))
        elif data.get("error"):
            raise ProviderSaidError.of(data["error"])

    def _end(self, kind: str, response: object) -> None:
        outcome = self.outcome
        outcome.ended = True
        outcome.usage = usage_of(response)
        outcome.usage_final = outcome.usage is not None
        outcome.service_tier = text_of(response, "service_tier") or None
        if kind in ("response.failed", "response.cancelled"):
            raise ProviderSaidError.of(dict(object_of(response, "error")))
        why = text_of(object_of(response, "incomplete_details"), "reason")
        outcome.stop = StopReason.LENGTH if why == "max_output_tokens" else StopReason.END
        outcome.refused |= why == "content_filter"


def _piece(data: JsonObject, *, reasoning: bool) -> Iterator[Piece]:
    if text := text_of(data, "delta"):
        yield Piece(text, reasoning=reasoning)
