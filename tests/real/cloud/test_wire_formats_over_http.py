"""Each wire format end to end over a real connection: text, reasoning, usage in every place, ends of every kind."""

from __future__ import annotations

import gzip
import threading
from typing import Any

import pytest
from tests.support.cloud_bench import KEY, PROMPT, STREAMS, Bench, chat_chunk, sse
from tests.support.loopback import Loopback

from pennyweight.cloud import errors as e
from pennyweight.domain.answer import StopReason, TextDelta
from pennyweight.domain.usage import UsageState

WIRES = pytest.mark.parametrize("name", list(STREAMS))


@WIRES
def test_an_answer_arrives_with_its_usage(bench: Bench, server: Loopback, name: str) -> None:
    provider, wire, stream = STREAMS[name]
    server.say(stream)
    answer = bench.ask(provider, wire)
    assert answer.error is None
    assert answer.text == "Grüße, world"
    finished = answer.finished
    assert (finished.reason, finished.usage.usage_state) == (StopReason.END, UsageState.REPORTED)
    assert (finished.usage.input_total, finished.usage.output_total) == (20, 5)
    assert finished.prompt_evaluated == 20
    assert finished.timing.first_token_seconds is not None
    assert finished.timing.total_seconds >= finished.timing.first_token_seconds


@WIRES
def test_the_key_goes_into_its_header_and_nowhere_else(bench: Bench, server: Loopback, name: str) -> None:
    provider, wire, stream = STREAMS[name]
    server.say(stream)
    bench.ask(provider, wire)
    (asked,) = server.asked
    holders = [header for header, value in asked.headers.items() if KEY in value]
    assert holders == [bench.provider(provider).key.header.lower()]
    assert KEY.encode() not in asked.body
    assert KEY not in asked.path
    assert asked.path.startswith(bench.provider(provider, wire).address("m-1").removeprefix(server.url))


@WIRES
def test_what_is_sent_is_what_was_prepared(bench: Bench, server: Loopback, name: str) -> None:
    provider, wire, stream = STREAMS[name]
    server.say(stream)
    source = bench.source(provider, wire)
    prepared = source.prepare(bench.request())
    bench.ask(source=source)
    assert server.asked[0].body == prepared.outgoing.body
    assert server.url + server.asked[0].path == prepared.outgoing.url
    assert PROMPT in prepared.text
    assert server.asked[0].headers["accept"] == "text/event-stream"


@WIRES
def test_split_at_every_byte(bench: Bench, server: Loopback, name: str) -> None:
    provider, wire, stream = STREAMS[name]
    server.say(*(stream[at : at + 1] for at in range(len(stream))), chunked=True)
    answer = bench.ask(provider, wire)
    assert (answer.error, answer.text, answer.finished.usage.total) == (None, "Grüße, world", 25)


@WIRES
def test_compressed_with_comments_and_other_line_ends(bench: Bench, server: Loopback, name: str) -> None:
    provider, wire, stream = STREAMS[name]
    busy = b": keep-alive\r\n\r\n" + stream.replace(b"\n\n", b"\n\n: PROCESSING\n\n").replace(b"\n", b"\r\n")
    server.say(gzip.compress(busy), headers={"content-type": "text/event-stream", "content-encoding": "gzip"})
    answer = bench.ask(provider, wire)
    assert (answer.error, answer.text, answer.finished.usage.total) == (None, "Grüße, world", 25)


@WIRES
@pytest.mark.parametrize("chunked", [False, True])
def test_a_stream_cut_off_keeps_what_came_and_estimates_the_bill(
    bench: Bench, server: Loopback, name: str, chunked: bool
) -> None:
    provider, wire, stream = STREAMS[name]
    kept = stream[: stream.index(b"world") - 30]
    server.say(kept, chunked=chunked, cut=True)
    answer = bench.ask(provider, wire)
    assert isinstance(answer.error, e.CutOffError)
    assert answer.text == "Grüße, "
    assert answer.finished.reason is StopReason.FAILED
    assert answer.finished.usage.usage_state in (UsageState.PARTIAL, UsageState.ESTIMATED)
    assert answer.finished.usage.input_total > 0
    assert answer.finished.usage.output_total > 0


@WIRES
def test_a_connection_that_is_reset(bench: Bench, server: Loopback, name: str) -> None:
    provider, wire, stream = STREAMS[name]
    got_some = threading.Event()
    kept = stream[: stream.index(b"world") - 30]
    server.say(kept, lambda: got_some.wait(10), reset=True)
    answer = bench.ask(provider, wire, seen=lambda event: got_some.set())
    assert isinstance(answer.error, e.CutOffError)
    assert answer.text == "Grüße, "
    assert answer.finished.usage.output_total > 0


@WIRES
def test_an_answer_without_usage_is_estimated_with_a_floor(bench: Bench, server: Loopback, name: str) -> None:
    provider, wire, stream = STREAMS[name]
    bare = stream.replace(b'"usage"', b'"not_usage"').replace(b'"usageMetadata"', b'"not_usage"')
    server.say(bare)
    answer = bench.ask(provider, wire)
    assert answer.error is None
    usage = answer.finished.usage
    assert usage.usage_state is UsageState.ESTIMATED
    assert usage.input_total == bench.source().count_prompt_tokens(bench.request().turns, "m-1")
    assert usage.output_total == 4


def test_a_count_that_cannot_be_right_is_estimated_instead(bench: Bench, server: Loopback) -> None:
    usage = {"prompt_tokens": -5, "completion_tokens": "many"}
    server.say(sse(chat_chunk("hello", finish="stop"), {"choices": [], "usage": usage}, "[DONE]"))
    finished = bench.ask("openai", "openai-chat").finished
    assert finished.usage.usage_state is UsageState.ESTIMATED
    assert finished.usage.output_total == 2


CHAT_USAGE = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}


@pytest.mark.parametrize(
    ("provider", "chunks"),
    [
        ("openai", [chat_chunk("hi"), chat_chunk(finish="stop"), {"choices": [], "usage": CHAT_USAGE}]),
        ("deepseek", [chat_chunk("hi") | {"usage": None}, chat_chunk(finish="stop") | {"usage": CHAT_USAGE}]),
        ("mistral", [chat_chunk("hi"), chat_chunk("", finish="stop") | {"usage": CHAT_USAGE}]),
        ("groq", [chat_chunk("hi"), chat_chunk(finish="stop") | {"x_groq": {"id": "r", "usage": CHAT_USAGE}}]),
        (
            "own-server",
            [
                chat_chunk("hi") | {"usage": CHAT_USAGE | {"completion_tokens": 1, "total_tokens": 101}},
                chat_chunk(finish="stop") | {"usage": CHAT_USAGE},
            ],
        ),
        (
            "own-server",
            [chat_chunk("hi"), {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": CHAT_USAGE}]}],
        ),
    ],
)
def test_chat_usage_is_found_wherever_it_stands(
    bench: Bench, server: Loopback, provider: str, chunks: list[Any]
) -> None:
    server.say(sse(*chunks, "[DONE]"))
    answer = bench.ask(provider, "openai-chat")
    assert answer.error is None
    assert (answer.finished.usage.input_total, answer.finished.usage.output_total) == (100, 7)
    assert answer.finished.usage.usage_state is UsageState.REPORTED


def test_anthropic_usage_is_cumulative_and_input_excludes_the_cache(bench: Bench, server: Loopback) -> None:
    start = {"input_tokens": 10, "cache_read_input_tokens": 50, "cache_creation_input_tokens": 5, "output_tokens": 2}
    server.say(
        sse(
            {"type": "message_start", "message": {"usage": start}},
            {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm."}},
            {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "abc"}},
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Yes."}},
            {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 30}},
            {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 40}},
            {"type": "message_stop"},
            names=True,
        )
    )
    answer = bench.ask("anthropic")
    assert (answer.text, answer.reasoning) == ("Yes.", "Hm.")
    usage = answer.finished.usage
    assert (usage.input_total, usage.cache_read, usage.cache_write_5m, usage.output_total) == (65, 50, 5, 40)
    assert answer.finished.reason is StopReason.LENGTH
    assert answer.finished.prompt_evaluated == 15


def test_gemini_snapshots_and_thoughts(bench: Bench, server: Loopback) -> None:
    def chunk(part: dict[str, object], out: int, finish: str | None = None) -> dict[str, object]:
        usage = {
            "promptTokenCount": 10,
            "candidatesTokenCount": out,
            "thoughtsTokenCount": 8,
            "totalTokenCount": 18 + out,
        }
        candidate: dict[str, object] = {"content": {"parts": [part]}}
        return {"candidates": [candidate | ({"finishReason": finish} if finish else {})], "usageMetadata": usage}

    server.say(
        sse(
            chunk({"text": "Hm.", "thought": True}, 0),
            chunk({"text": "A"}, 1),
            chunk({"text": "B"}, 2, finish="MAX_TOKENS"),
        )
    )
    answer = bench.ask("google")
    assert (answer.text, answer.reasoning) == ("AB", "Hm.")
    assert (answer.finished.usage.output_total, answer.finished.usage.reasoning) == (10, 8)
    assert answer.finished.reason is StopReason.LENGTH
    running = [event.output_tokens for event in answer.events if isinstance(event, TextDelta)]
    assert running == [9, 10]


def test_openrouter_says_what_it_billed(bench: Bench, server: Loopback) -> None:
    usage = CHAT_USAGE | {"cost": 0.00098, "completion_tokens_details": {"reasoning_tokens": 3}}
    server.say(
        b": OPENROUTER PROCESSING\n\n",
        sse(
            chat_chunk(reasoning="Let me see"),
            chat_chunk("ok", finish="stop"),
            {"choices": [], "usage": usage},
            "[DONE]",
        ),
    )
    answer = bench.ask("openrouter")
    assert answer.reasoning == "Let me see"
    assert answer.finished.billed_usd == "0.00098"
    assert answer.finished.usage.reasoning == 3


def test_responses_reasoning_and_incomplete(bench: Bench, server: Loopback) -> None:
    usage = {"input_tokens": 9, "output_tokens": 64, "output_tokens_details": {"reasoning_tokens": 60}}
    server.say(
        sse(
            {"type": "response.reasoning_summary_part.added"},
            {"type": "response.reasoning_summary_text.delta", "delta": "First"},
            {"type": "response.reasoning_summary_part.added"},
            {"type": "response.reasoning_summary_text.delta", "delta": "Second"},
            {"type": "response.output_text.delta", "delta": "Half an"},
            {
                "type": "response.incomplete",
                "response": {
                    "incomplete_details": {"reason": "max_output_tokens"},
                    "service_tier": "flex",
                    "usage": usage,
                },
            },
            names=True,
        )
    )
    answer = bench.ask("openai")
    assert (answer.text, answer.reasoning) == ("Half an", "First\n\nSecond")
    assert answer.finished.reason is StopReason.LENGTH
    assert (answer.finished.usage.reasoning, answer.finished.usage.service_tier) == (60, "flex")


def test_mistral_thinking_parts(bench: Bench, server: Loopback) -> None:
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]
    server.say(sse(chat_chunk(content=thinking), chat_chunk(content=[{"type": "text", "text": "Yes"}], finish="stop")))
    answer = bench.ask("mistral")
    assert (answer.text, answer.reasoning) == ("Yes", "Hm")


def test_data_over_several_lines_is_one_event(bench: Bench, server: Loopback) -> None:
    server.say(
        b'data: {"choices": [{"index": 0, "finish_reason": "stop",\n',
        b'data: "delta": {"content": "ok"}}]}\n\ndata: [DONE]\n\n',
    )
    assert bench.ask("openai", "openai-chat").text == "ok"


def test_a_connection_that_breaks_after_the_last_word_took_nothing_away(bench: Bench, server: Loopback) -> None:
    server.say(sse(chat_chunk("whole", finish="stop")), chunked=True, cut=True)
    answer = bench.ask("openai", "openai-chat")
    assert (answer.error, answer.text, answer.finished.reason) == (None, "whole", StopReason.END)
    assert answer.finished.usage.usage_state is UsageState.ESTIMATED


ERRORS: list[tuple[str, str | None, list[object], type[Exception]]] = [
    ("openrouter", None, [chat_chunk("a"), {"error": {"code": 502, "message": "gone"}, "choices": []}], e.ServerError),
    ("openai", "openai-chat", [chat_chunk("a"), {"error": {"type": "server_error", "message": "x"}}], e.ServerError),
    ("openai", None, [{"type": "error", "code": "rate_limit_exceeded", "message": "x"}], e.RateLimitedError),
    (
        "openai",
        None,
        [{"type": "response.failed", "response": {"error": {"code": "server_error", "message": "x"}}}],
        e.ServerError,
    ),
    ("anthropic", None, [{"type": "error", "error": {"type": "overloaded_error", "message": "x"}}], e.OverloadedError),
    ("google", None, [{"error": {"code": 503, "status": "UNAVAILABLE", "message": "x"}}], e.OverloadedError),
    ("google", None, [{"promptFeedback": {"blockReason": "SAFETY"}}], e.RefusedError),
    ("openai", "openai-chat", ["{broken"], e.GarbledStreamError),
    ("openai", "openai-chat", ["[1, 2]"], e.GarbledStreamError),
    ("openai", "openai-chat", ["[" * 100_000], e.GarbledStreamError),
]


@pytest.mark.parametrize(("provider", "wire", "events", "kind"), ERRORS)
def test_a_failure_inside_the_stream(
    bench: Bench, server: Loopback, provider: str, wire: Any, events: list[object], kind: type[Exception]
) -> None:
    server.say(sse(*events))
    answer = bench.ask(provider, wire)
    assert type(answer.error) is kind
    assert "billed" not in str(answer.error)
    assert answer.finished.reason is StopReason.FAILED
    assert answer.finished.usage.input_total > 0
    assert len(server.asked) == 1, "what may be billed is never asked twice"


def test_an_event_without_end_is_given_up(bench: Bench, server: Loopback) -> None:
    server.say(b"data: ", *([b"x" * 1_000_000] * 9))
    assert isinstance(bench.ask("openai", "openai-chat").error, e.GarbledStreamError)
