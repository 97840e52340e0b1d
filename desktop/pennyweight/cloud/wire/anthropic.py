"""Anthropic's Messages. `message_delta.usage` is cumulative: it replaces what `message_start` said, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pennyweight.cloud.facts import Provider
from pennyweight.cloud.wire.base import (
    JsonObject,
    Outcome,
    Piece,
    ProviderSaidError,
    object_of,
    read_object,
    split_system,
    text_of,
)
from pennyweight.cloud.wire.sampling import sampling_fields
from pennyweight.cloud.wire.sse import SseEvent
from pennyweight.domain.answer import AnswerRequest, StopReason

_STOPS = {
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.STOP_TEXT,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "refusal": StopReason.END,
}


def body(request: AnswerRequest, provider: Provider) -> JsonObject:
    """What is sent: the system texts apart, roles taking turns."""
    system, turns = split_system(request.turns)
    fields: JsonObject = {
        "model": request.model,
        "max_tokens": request.sampling.max_output_tokens,
        "messages": [{"role": turn.role, "content": turn.text} for turn in turns],
        "stream": True,
    }
    if system:
        fields["system"] = system
    return fields | sampling_fields(request, provider, stop="stop_sequences")


class MessagesDecoder:
    """Reads the events of one message."""

    def __init__(self) -> None:
        self.outcome = Outcome()

    def feed(self, event: SseEvent) -> Iterator[Piece]:
        data = read_object(event.data)
        kind = text_of(data, "type") or event.name
        if kind == "message_start":
            self._note_usage(object_of(object_of(data, "message"), "usage"))
        elif kind == "content_block_start":
            yield from _block(object_of(data, "content_block"))
        elif kind == "content_block_delta":
            yield from _delta(object_of(data, "delta"))
        elif kind == "message_delta":
            self._message_delta(data)
        elif kind == "message_stop":
            self.outcome.ended = True
        elif kind == "error" or data.get("error"):
            raise ProviderSaidError.of(data.get("error"))

    def _message_delta(self, data: JsonObject) -> None:
        self._note_usage(object_of(data, "usage"))
        reason = text_of(object_of(data, "delta"), "stop_reason")
        if reason:
            self.outcome.stop = _STOPS.get(reason, StopReason.END)
            self.outcome.refused |= reason == "refusal"
            self.outcome.usage_final = self.outcome.usage is not None

    def _note_usage(self, usage: Mapping[str, object]) -> None:
        known = {name: value for name, value in usage.items() if value is not None}
        if known:
            self.outcome.usage = (self.outcome.usage or {}) | known


def _block(block: Mapping[str, object]) -> Iterator[Piece]:
    """Blocks usually start empty; what they already hold belongs to the answer."""
    if text := text_of(block, "text"):
        yield Piece(text)
    if thought := text_of(block, "thinking"):
        yield Piece(thought, reasoning=True)


def _delta(delta: Mapping[str, object]) -> Iterator[Piece]:
    kind = text_of(delta, "type")
    if kind == "text_delta" and (text := text_of(delta, "text")):
        yield Piece(text)
    elif kind == "thinking_delta" and (thought := text_of(delta, "thinking")):
        yield Piece(thought, reasoning=True)
