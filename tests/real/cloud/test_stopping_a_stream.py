"""Stop closes the connection at once, wherever it is, and leaves a labelled estimate."""

from __future__ import annotations

import threading
import time

import pytest
from tests.support.cloud_bench import STREAMS, Bench, chat_chunk, sse
from tests.support.loopback import Loopback

from pennyweight.cloud import errors as e
from pennyweight.cloud.network import NetworkSettings
from pennyweight.domain.answer import StopReason, TextDelta
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.usage import UsageState


def endless(server: Loopback, first: bytes) -> threading.Event:
    """Say `first`, then words until the other side hangs up."""
    go_on = threading.Event()

    def babble() -> None:
        handler_gave_up = time.monotonic() + 10
        while time.monotonic() < handler_gave_up and not server.hung_up.is_set():
            if go_on.wait(0.005):
                return

    server.say(first, babble, *[sse(chat_chunk("word " * 50))] * 2000)
    return go_on


def test_stop_in_the_middle(bench: Bench, server: Loopback) -> None:
    go_on = endless(server, sse(chat_chunk("one two three ")))
    cancel = Cancel()

    def stop(event: object) -> None:
        cancel.cancel()
        go_on.set()

    answer = bench.ask("openai", "openai-chat", cancel=cancel, seen=stop)
    assert answer.error is None
    assert answer.text == "one two three "
    assert answer.finished.reason is StopReason.STOPPED
    assert answer.finished.usage.usage_state is UsageState.ESTIMATED
    assert answer.finished.usage.output_total == 4
    assert answer.finished.usage.input_total > 10
    assert server.hung_up.wait(5), "the server must see that nobody reads any more"


def test_stop_keeps_the_input_that_was_reported(bench: Bench, server: Loopback) -> None:
    stream = STREAMS["anthropic"][2]
    go_on = endless(server, stream[: stream.index(b"event: content_block_stop")])
    cancel = Cancel()

    def at_world(event: object) -> None:
        if isinstance(event, TextDelta) and event.text == "world":
            cancel.cancel()
            go_on.set()

    finished = bench.ask("anthropic", cancel=cancel, seen=at_world).finished
    assert finished.usage.usage_state is UsageState.PARTIAL
    assert (finished.usage.input_total, finished.usage.output_total) == (20, 4)


@pytest.mark.parametrize("after_headers", [False, True])
def test_stop_while_nothing_comes(bench: Bench, server: Loopback, after_headers: bool) -> None:
    cancel = Cancel()
    asked = threading.Event()
    release = threading.Event()

    def hold() -> None:
        asked.set()
        release.wait(10)

    if after_headers:
        server.say(b": waiting\n\n", hold)
    else:
        server.before_answer = hold
        server.say(b"")
    bench.settings = NetworkSettings(silence=30)

    def stop() -> None:
        asked.wait(10)
        cancel.cancel()

    stopper = threading.Thread(target=stop)
    stopper.start()
    started = time.monotonic()
    answer = bench.ask(cancel=cancel)
    took = time.monotonic() - started
    release.set()
    stopper.join()
    assert answer.finished.reason is StopReason.STOPPED
    assert answer.finished.usage.input_total > 0, "the provider had the prompt"
    assert took < 2


def test_the_lock_ends_what_is_under_way(bench: Bench, server: Loopback) -> None:
    go_on = endless(server, sse(chat_chunk("one ")))
    bench.gate.ask_first()

    def lock(event: object) -> None:
        bench.gate.go_offline()
        go_on.set()

    answer = bench.ask("openai", "openai-chat", seen=lock)
    assert answer.finished.reason is StopReason.STOPPED
    assert server.hung_up.wait(5)


def test_a_cancelled_request_is_never_sent(bench: Bench, server: Loopback) -> None:
    cancel = Cancel()
    cancel.cancel()
    answer = bench.ask(cancel=cancel)
    assert answer.finished.usage.total == 0
    assert server.asked == []


def test_a_server_that_falls_silent(bench: Bench, server: Loopback) -> None:
    release = threading.Event()
    bench.settings = NetworkSettings(silence=0.2)
    server.say(sse(chat_chunk("one ")), lambda: release.wait(10))
    answer = bench.ask("openai", "openai-chat")
    release.set()
    assert isinstance(answer.error, e.SilenceError)
    assert answer.finished.usage.output_total == 1
    assert len(server.asked) == 1


def test_leaving_the_stream_early_closes_the_connection(bench: Bench, server: Loopback) -> None:
    go_on = endless(server, sse(chat_chunk("one ")))
    events = bench.source("openai", "openai-chat").stream(bench.request(), Cancel())
    next(events)
    events.close()  # type: ignore[attr-defined]  # a generator
    go_on.set()
    assert server.hung_up.wait(5)
