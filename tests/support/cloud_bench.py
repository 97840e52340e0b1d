"""One question to a provider whose address is the loopback server, and streams as each wire format writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.loopback import Loopback

from pennyweight.cloud.errors import CloudError
from pennyweight.cloud.facts import Provider, WireName, providers
from pennyweight.cloud.gate import EgressGate
from pennyweight.cloud.limits import RetryPolicy
from pennyweight.cloud.network import Network, NetworkSettings
from pennyweight.cloud.source import CloudSource
from pennyweight.domain.answer import (
    AnswerEvent,
    AnswerRequest,
    ChatTurn,
    Finished,
    ReasoningDelta,
    Sampling,
    TextDelta,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.secret import Secret

KEY = "sk-planted-0123456789abcdefWXYZ"
PROMPT = "The secret recipe is seven eggs and a lemon"
QUICK = RetryPolicy(first_wait=0.001, longest_wait=0.05)
SETTINGS = NetworkSettings(connect_timeout=2, silence=5)


@dataclass
class Answer:
    events: list[AnswerEvent]
    error: Exception | None

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def reasoning(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningDelta))

    @property
    def finished(self) -> Finished:
        """What the answer ended with: the last event, or what the error says."""
        told = [event for event in self.events if isinstance(event, Finished)]
        if isinstance(self.error, CloudError):
            assert told == [], "an answer that failed has no closing event"
            assert self.error.finished is not None
            return self.error.finished
        assert told == self.events[-1:]
        return told[0]


class Bench:
    """Asks one question of a provider whose address is the loopback server."""

    def __init__(self, server: Loopback, gate: EgressGate) -> None:
        self.server = server
        self.gate = gate
        self.retry = QUICK
        self.settings = SETTINGS
        self.key: Secret | None = Secret(KEY)

    def provider(self, name: str, wire: WireName | None = None) -> Provider:
        found = providers()[name].at(self.server.url)
        return found.speaking(wire) if wire else found

    def source(self, name: str = "openai", wire: WireName | None = None) -> CloudSource:
        return CloudSource(
            self.provider(name, wire),
            gate=self.gate,
            key=lambda: self.key,
            network=Network(self.settings),
            retry=self.retry,
        )

    def request(self, model: str = "m-1", text: str = PROMPT, **sampling: Any) -> AnswerRequest:
        turns = (ChatTurn("system", "Be brief."), ChatTurn("user", text))
        return AnswerRequest(turns=turns, model=model, sampling=Sampling(**sampling))

    def ask(
        self,
        name: str = "openai",
        wire: WireName | None = None,
        *,
        model: str = "m-1",
        cancel: Cancel | None = None,
        source: CloudSource | None = None,
        seen: Callable[[AnswerEvent], object] = lambda event: None,
    ) -> Answer:
        events: list[AnswerEvent] = []
        try:
            for event in (source or self.source(name, wire)).stream(self.request(model), cancel or Cancel()):
                events.append(event)
                seen(event)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return Answer(events, error)
        return Answer(events, None)


def sse(*events: object, names: bool = False, end: str = "\n") -> bytes:
    """Events as a provider writes them; text is written as it is."""
    out = ""
    for event in events:
        data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        name = f"event: {event['type']}{end}" if names and isinstance(event, dict) else ""
        out += f"{name}data: {data}{end}{end}"
    return out.encode()


def chat_chunk(text: str = "", *, finish: str | None = None, **delta: object) -> dict[str, object]:
    fields = ({"content": text} if text else {}) | delta
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": fields, "finish_reason": finish}],
    }


STREAMS: dict[str, tuple[str, WireName, bytes]] = {
    "openai-chat": (
        "openai",
        "openai-chat",
        sse(
            chat_chunk(role="assistant", content=""),
            chat_chunk("Grüße, "),
            chat_chunk("world"),
            chat_chunk(finish="stop"),
            {
                "choices": [],
                "service_tier": "default",
                "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
            },
            "[DONE]",
        ),
    ),
    "openai-responses": (
        "openai",
        "openai-responses",
        sse(
            {"type": "response.created", "response": {"status": "in_progress", "usage": None}},
            {"type": "response.output_text.delta", "delta": "Grüße, "},
            {"type": "response.output_text.delta", "delta": "world"},
            {
                "type": "response.completed",
                "response": {
                    "status": "completed",
                    "service_tier": "default",
                    "usage": {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25},
                },
            },
            names=True,
        ),
    ),
    "anthropic": (
        "anthropic",
        "anthropic",
        sse(
            {"type": "message_start", "message": {"usage": {"input_tokens": 20, "output_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüße, "}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "world"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
            {"type": "message_stop"},
            names=True,
        ),
    ),
    "gemini": (
        "google",
        "gemini",
        sse(
            {
                "candidates": [{"content": {"parts": [{"text": "Grüße, "}]}}],
                "usageMetadata": {"promptTokenCount": 20, "totalTokenCount": 20},
            },
            {
                "candidates": [{"content": {"parts": [{"text": "world"}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 20, "candidatesTokenCount": 5, "totalTokenCount": 25},
            },
        ),
    ),
}
