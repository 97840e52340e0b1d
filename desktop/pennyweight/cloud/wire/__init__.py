"""Wire formats as pure code: a request body out, events in. No input or output here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pennyweight.cloud.facts import Provider, WireName
from pennyweight.cloud.wire import anthropic, gemini, openai_chat, openai_responses
from pennyweight.cloud.wire.base import Decoder, JsonObject
from pennyweight.domain.answer import AnswerRequest


@dataclass(frozen=True, slots=True)
class Wire:
    body: Callable[[AnswerRequest, Provider], JsonObject]
    decoder: Callable[[], Decoder]


WIRES: dict[WireName, Wire] = {
    "openai-chat": Wire(openai_chat.body, openai_chat.ChatDecoder),
    "openai-responses": Wire(openai_responses.body, openai_responses.ResponsesDecoder),
    "anthropic": Wire(anthropic.body, anthropic.MessagesDecoder),
    "gemini": Wire(gemini.body, gemini.GeminiDecoder),
}
