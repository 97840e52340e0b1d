"""Whatever JSON a server sends, decoders and classifiers end in one of their own errors, and in no other."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cloud_bench import STREAMS

from pennyweight.cloud import failures
from pennyweight.cloud.errors import CloudError
from pennyweight.cloud.facts import WireName
from pennyweight.cloud.tally import RoughEstimate, Tally
from pennyweight.cloud.wire import WIRES
from pennyweight.cloud.wire.base import GarbledError, Piece, ProviderSaidError
from pennyweight.cloud.wire.sse import SseEvent
from pennyweight.domain.usage import UsageState

NAMES = [
    "type",
    "choices",
    "delta",
    "content",
    "finish_reason",
    "index",
    "error",
    "code",
    "message",
    "status",
    "details",
    "reason",
    "usage",
    "usageMetadata",
    "prompt_tokens",
    "completion_tokens",
    "input_tokens",
    "output_tokens",
    "promptTokenCount",
    "candidatesTokenCount",
    "cost",
    "x_groq",
    "response",
    "incomplete_details",
    "candidates",
    "parts",
    "text",
    "thought",
    "finishReason",
    "promptFeedback",
    "blockReason",
    "thinking",
    "content_block",
    "stop_reason",
    "reasoning_content",
    "service_tier",
    "refusal",
    "detail",
]
WORDS = [
    "response.completed",
    "response.failed",
    "message_start",
    "message_delta",
    "content_block_delta",
    "content_block_start",
    "error",
    "text_delta",
    "thinking_delta",
    "message_stop",
    "stop",
    "length",
    "text",
    "thinking",
    "response.output_text.delta",
    "refusal",
    "SAFETY",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.sampled_from(WORDS),
    st.text(max_size=6),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)
QUICK = settings(max_examples=150)


@pytest.mark.parametrize("wire", list(WIRES))
@QUICK
@given(events=st.lists(JSON, max_size=4), name=st.sampled_from(["message", "error", "response.completed"]))
def test_any_events(wire: WireName, events: list[Any], name: str) -> None:
    decoder = WIRES[wire].decoder()
    tally = Tally("openai", "m", RoughEstimate(), 10, datetime.now(UTC))
    with suppress(GarbledError, ProviderSaidError):
        for event in events:
            for piece in decoder.feed(SseEvent(name, json.dumps(event))):
                assert isinstance(piece, Piece)
                assert piece.text
                tally.add(piece, decoder.outcome)
    for complete in (True, False):
        record = tally.record(decoder.outcome, complete=complete)
        assert record.reasoning <= record.output_total
        assert record.usage_state is not UsageState.UNKNOWN


@pytest.mark.parametrize("name", list(STREAMS))
@QUICK
@given(data=st.data())
def test_a_stream_with_one_event_spoiled(name: str, data: st.DataObject) -> None:
    _, wire, stream = STREAMS[name]
    lines = [line[6:] for line in stream.decode().splitlines() if line.startswith("data: ")]
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.one_of(st.text(max_size=20), JSON.map(json.dumps)))
    decoder = WIRES[wire].decoder()
    with suppress(GarbledError, ProviderSaidError):
        for line in lines:
            list(decoder.feed(SseEvent("message", line)))


@QUICK
@given(st.integers(400, 599), st.one_of(st.binary(max_size=60), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_failure_status_and_body(status: int, body: bytes) -> None:
    context = failures.Context("Some", "m")
    error = failures.from_status(context, status, {}, body)
    assert isinstance(error, CloudError)
    assert error.what
    assert isinstance(failures.not_a_stream(context, "application/json", body), CloudError)


def test_a_cost_with_many_digits_is_kept_exactly() -> None:
    decoder = WIRES["openai-chat"].decoder()
    list(decoder.feed(SseEvent("message", '{"choices": [], "usage": {"cost": 0.000000123456789012345}}')))
    assert decoder.outcome.usage == {"cost": Decimal("0.000000123456789012345")}
