"""Chat Completions, as OpenAI defined it and many others speak it.

Usage may stand in a last chunk without choices (OpenAI), on the last chunk with choices (DeepSeek, Mistral), inside a
choice, under `x_groq`, or as a running count on every chunk: the last one seen counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pennyweight.cloud.facts import Provider
from pennyweight.cloud.wire.base import (
    JsonObject,
    Outcome,
    Piece,
    ProviderSaidError,
    list_of,
    object_of,
    read_object,
    text_of,
    usage_of,
)
from pennyweight.cloud.wire.sampling import sampling_fields
from pennyweight.cloud.wire.sse import SseEvent
from pennyweight.cloud.wire.thinking import ThinkingSplitter
from pennyweight.domain.answer import AnswerRequest, StopReason

DONE = "[DONE]"
_STOPS = {
    "stop": StopReason.END,
    "end_turn": StopReason.END,
    "eos": StopReason.END,
    "length": StopReason.LENGTH,
    "max_tokens": StopReason.LENGTH,
    "model_length": StopReason.LENGTH,
    "content_filter": StopReason.END,
}


def body(request: AnswerRequest, provider: Provider) -> JsonObject:
    """What is sent."""
    quirks = provider.quirks
    fields: JsonObject = {
        "model": request.model,
        "messages": [{"role": turn.role, "content": turn.text} for turn in request.turns],
        "stream": True,
        quirks.max_tokens: request.sampling.max_output_tokens,
    }
    if quirks.include_usage:
        fields["stream_options"] = {"include_usage": True}
    fields.update(sampling_fields(request, provider, stop="stop"))
    return fields


class ChatDecoder:
    """Reads the chunks of one answer."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self._thinking = ThinkingSplitter()

    def feed(self, event: SseEvent) -> Iterator[Piece]:
        if event.data.strip() == DONE:
            yield from self._thinking.close()
            self.outcome.ended = True
            return
        chunk = read_object(event.data)
        if chunk.get("error"):
            raise ProviderSaidError.of(chunk["error"])
        if event.name == "error":
            raise ProviderSaidError.of(chunk)
        self._note_usage(chunk)
        for choice in list_of(chunk, "choices"):
            yield from self._choice(choice)

    def _choice(self, choice: object) -> Iterator[Piece]:
        if isinstance(choice, Mapping) and choice.get("index", 0) != 0:
            return
        if object_of(choice, "error"):
            raise ProviderSaidError.of(dict(object_of(choice, "error")))
        delta = object_of(choice, "delta")
        reasoning = text_of(delta, "reasoning_content") or text_of(delta, "reasoning")
        if reasoning:
            yield Piece(reasoning, reasoning=True)
        for piece in _content(delta.get("content")):
            yield from (piece,) if piece.reasoning else self._thinking.feed(piece.text)
        if refusal := text_of(delta, "refusal"):
            self.outcome.refused = True
            yield Piece(refusal)
        if reason := text_of(choice, "finish_reason"):
            yield from self._thinking.close()
            self.outcome.stop = _STOPS.get(reason, StopReason.END)
            self.outcome.refused |= reason == "content_filter"

    def _note_usage(self, chunk: JsonObject) -> None:
        tier = text_of(chunk, "service_tier")
        if tier:
            self.outcome.service_tier = tier
        found = usage_of(chunk) or usage_of(object_of(chunk, "x_groq"))
        for choice in list_of(chunk, "choices"):
            found = found or usage_of(choice)
        if found is not None:
            self.outcome.usage = found
        finishing = any(text_of(choice, "finish_reason") for choice in list_of(chunk, "choices"))
        if found is not None and (finishing or self.outcome.stop is not None):
            self.outcome.usage_final = True


def _content(content: object) -> Iterator[Piece]:
    """A text, or Mistral's list of text and thinking parts."""
    if isinstance(content, str):
        if content:
            yield Piece(content)
        return
    for part in content if isinstance(content, list) else []:
        if text_of(part, "type") == "thinking":
            thought = part.get("thinking")
            pieces = thought if isinstance(thought, list) else [{"text": thought}]
            yield from (Piece(text, reasoning=True) for piece in pieces if (text := text_of(piece, "text")))
        elif text := text_of(part, "text"):
            yield Piece(text)
