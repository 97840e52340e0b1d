"""Every status a provider may answer with, what is tried again, and what the sentences never contain."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from typing import Any

import httpx
import pytest
from tests.support.cloud_bench import KEY, PROMPT, STREAMS, Bench
from tests.support.loopback import Loopback

from pennyweight.cloud import errors as e
from pennyweight.cloud import failures
from pennyweight.cloud.catalogue import check_key, list_models, list_request
from pennyweight.cloud.facts import own_server
from pennyweight.cloud.limits import RetryPolicy
from pennyweight.cloud.network import Network, NetworkSettings
from pennyweight.cloud.source import CloudSource
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.secret import Secret

STATUSES: list[tuple[int, type[Exception], int]] = [
    (400, e.BadRequestError, 1),
    (401, e.BadKeyError, 1),
    (402, e.NoCreditError, 1),
    (403, e.ForbiddenError, 1),
    (404, e.UnknownModelError, 1),
    (408, e.RequestTimeoutError, 3),
    (413, e.TooLargeError, 1),
    (418, e.BadRequestError, 1),
    (422, e.BadRequestError, 1),
    (429, e.RateLimitedError, 3),
    (500, e.ServerError, 3),
    (502, e.ServerError, 3),
    (503, e.OverloadedError, 3),
    (529, e.OverloadedError, 3),
]


@pytest.mark.parametrize(("status", "kind", "tries"), STATUSES)
def test_each_status_has_its_error(
    bench: Bench, server: Loopback, status: int, kind: type[Exception], tries: int
) -> None:
    echo = {"error": {"message": f"Wrong: {KEY} asked {PROMPT!r}", "type": "odd_error"}}
    for _ in range(3):
        server.fail(status, echo)
    answer = bench.ask()
    assert type(answer.error) is kind
    assert isinstance(answer.error, e.CloudError)
    assert len(server.asked) == tries
    assert answer.error.status == status
    assert (answer.events, answer.error.finished) == ([], None), "a request that was turned down costs nothing"
    assert (answer.error.__context__, answer.error.__cause__) == (None, None)
    told = traceback.TracebackException.from_exception(answer.error, capture_locals=True)
    assert KEY not in "".join(told.format())
    shown = "".join(traceback.format_exception(answer.error)) + repr(vars(answer.error))
    assert KEY not in shown
    assert "seven eggs" not in shown
    assert answer.error.what
    assert answer.error.kept


BODIES: list[tuple[str, int, Any, type[Exception]]] = [
    ("openai", 429, {"error": {"code": "insufficient_quota", "type": "insufficient_quota"}}, e.NoCreditError),
    ("openai", 400, {"error": {"code": "context_length_exceeded"}}, e.TooLargeError),
    ("openai", 404, {"error": {"code": "model_not_found"}}, e.UnknownModelError),
    ("anthropic", 400, {"type": "error", "error": {"type": "billing_error"}}, e.NoCreditError),
    ("google", 400, {"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}]}}, e.BadKeyError),
    ("google", 403, [{"error": {"code": 403, "status": "PERMISSION_DENIED"}}], e.ForbiddenError),
    ("openrouter", 402, {"error": {"code": 402, "message": "more credits"}}, e.NoCreditError),
    ("mistral", 401, {"detail": "Unauthorized"}, e.BadKeyError),
    ("openai", 500, b"<html><body>nginx</body></html>", e.ServerError),
    ("openai", 403, b"\x00\xff not json", e.ForbiddenError),
    ("openai", 400, b"[" * 60_000, e.BadRequestError),
]


@pytest.mark.parametrize(("provider", "status", "body", "kind"), BODIES)
def test_the_body_tells_it_more_exactly(
    bench: Bench, server: Loopback, provider: str, status: int, body: Any, kind: type[Exception]
) -> None:
    for _ in range(3):
        server.fail(status, body)
    assert type(bench.ask(provider).error) is kind


def test_the_servers_own_words_are_shown_where_they_help(bench: Bench, server: Loopback) -> None:
    server.fail(400, {"error": {"message": "Unsupported parameter:\n'top_k'"}})
    error = bench.ask().error
    assert "It says: “Unsupported parameter: 'top_k'”" in str(error)


def test_a_busy_server_is_asked_again_and_answers(bench: Bench, server: Loopback) -> None:
    provider, wire, stream = STREAMS["anthropic"]
    server.fail(529)
    server.fail(429, **{"retry-after": "0.01"})
    server.say(stream)
    answer = bench.ask(provider, wire)
    assert (answer.error, answer.text, len(server.asked)) == (None, "Grüße, world", 3)
    assert len({asked.body for asked in server.asked}) == 1


@pytest.mark.parametrize(("seconds", "told"), [(90, "90 s"), (3600, "60 minutes"), (86_400, "24 hours")])
def test_a_wait_longer_than_the_limit_is_told_instead_of_waited(
    bench: Bench, server: Loopback, seconds: int, told: str
) -> None:
    server.fail(429, **{"retry-after": str(seconds)})
    error = bench.ask().error
    assert isinstance(error, e.RateLimitedError)
    assert (error.retry_after, len(server.asked)) == (seconds, 1)
    assert f"Try again in {told}" in error.sentence


def test_a_server_that_forbids_a_second_try_is_not_asked_again(bench: Bench, server: Loopback) -> None:
    server.fail(500, **{"x-should-retry": "false"})
    bench.ask()
    assert len(server.asked) == 1


def test_stop_ends_the_wait_for_a_second_try(bench: Bench, server: Loopback) -> None:
    class StoppedWhileWaiting(Cancel):
        def wait(self, seconds: float) -> bool:
            self.cancel()
            return super().wait(seconds)

    bench.retry = RetryPolicy(longest_wait=3600)
    server.fail(429, **{"retry-after": "3000"})
    answer = bench.ask(cancel=StoppedWhileWaiting())
    assert answer.error is None
    assert answer.finished.reason == "stopped"
    assert answer.finished.usage.total == 0


def test_what_may_have_been_billed_is_not_asked_again(bench: Bench, server: Loopback) -> None:
    server.say(silent=True)
    answer = bench.ask()
    assert isinstance(answer.error, e.CutOffError)
    assert len(server.asked) == 1
    assert answer.finished.usage.input_total > 0


def test_nobody_at_the_address(bench: Bench, server: Loopback) -> None:
    source = bench.source()
    server.close()
    answer = bench.ask(source=source)
    assert isinstance(answer.error, e.ConnectionFailedError)
    assert "nothing answers at its address" in answer.error.what
    assert answer.error.finished is None


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "text/html", e.WebPageError),
        (b"<html>", "application/json", e.WebPageError),
        (b'{"choices": [{"message": {"content": "hi"}}]}', "application/json", e.NotAStreamError),
        (b'{"error": {"type": "overloaded_error"}}', "application/json", e.OverloadedError),
        (b"hello", "image/png", e.NotAStreamError),
    ],
)
def test_something_else_than_a_stream(
    bench: Bench, server: Loopback, body: bytes, content_type: str, kind: type[Exception]
) -> None:
    server.say(body, headers={"content-type": content_type})
    assert type(bench.ask().error) is kind


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_gets_neither_key_nor_text(
    bench: Bench, server: Loopback, second_server: Loopback, status: int
) -> None:
    server.say(status=status, headers={"location": f"http://localhost:{second_server.port}/v1/responses"})
    answer = bench.ask()
    assert isinstance(answer.error, e.RedirectError)
    assert "another place (localhost)" in answer.error.what
    assert second_server.asked == []
    assert len(server.asked) == 1


def test_a_redirect_whose_host_repeats_the_key_is_told_without_it(bench: Bench, server: Loopback) -> None:
    server.say(status=307, headers={"location": f"https://{KEY}.evil.example/"})
    error = bench.ask().error
    assert isinstance(error, e.RedirectError)
    assert KEY.lower() not in str(error).lower()


def test_a_redirect_on_the_same_server_is_not_followed_either(bench: Bench, server: Loopback) -> None:
    server.say(status=308, headers={"location": "/v2/responses"})
    assert "another page of the same server" in str(bench.ask().error)


@pytest.mark.parametrize("bad", ["sk-with space", "sk-\nnewline", "ключ-ключ-ключ-ключ"])
def test_a_key_that_cannot_travel_is_named_but_not_shown(bench: Bench, server: Loopback, bad: str) -> None:
    bench.key = Secret(bad)
    answer = bench.ask()
    assert isinstance(answer.error, e.UnusableKeyError)
    assert bad not in "".join(traceback.format_exception(answer.error))
    assert server.asked == []


def test_no_key_no_request(bench: Bench, server: Loopback) -> None:
    bench.key = None
    assert isinstance(bench.ask().error, e.NoKeyError)
    assert server.asked == []


def test_an_own_server_needs_no_key(bench: Bench, server: Loopback) -> None:
    bench.key = None
    server.say(STREAMS["openai-chat"][2])
    assert bench.ask("own-server").text == "Grüße, world"
    assert "authorization" not in server.asked[0].headers


def test_the_log_never_holds_the_key(bench: Bench, server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail(401, {"error": {"message": KEY}})
    bench.ask()
    server.say(STREAMS["openai-responses"][2])
    bench.ask()
    assert caplog.text
    assert KEY not in caplog.text
    assert KEY not in repr(bench.source()) + repr(bench.source().prepare(bench.request()))


def test_rate_limit_headers_are_kept(bench: Bench, server: Loopback) -> None:
    headers = {
        "content-type": "text/event-stream",
        "x-ratelimit-remaining-requests": "12",
        "x-ratelimit-remaining-tokens": "3400",
        "x-ratelimit-reset-tokens": "1m30s",
    }
    server.say(STREAMS["openai-responses"][2], headers=headers)
    source = bench.source()
    bench.ask(source=source)
    assert (source.limits.requests_left, source.limits.tokens_left, source.limits.reset_seconds) == (12, 3400, 90)


def test_the_model_list_comes_with_prices(bench: Bench, server: Loopback) -> None:
    server.say(
        json.dumps({"data": [{"id": "gpt-5-mini"}, {"id": "no-such-model-9"}, {"odd": 1}, None]}).encode(),
        headers={"content-type": "application/json"},
    )
    priced, unknown = list_models(bench.source("openai"), Cancel())
    assert (priced.id, unknown.id) == ("gpt-5-mini", "no-such-model-9")
    assert priced.input_usd_per_million is not None
    assert unknown.input_usd_per_million is None
    assert server.asked[0].path == "/models"


def test_geminis_model_list_leaves_out_what_does_not_write(bench: Bench, server: Loopback) -> None:
    rows = [
        {"name": "models/gemini-2.5-pro", "inputTokenLimit": 1000, "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/embedding-1", "supportedGenerationMethods": ["embedContent"]},
    ]
    server.say(json.dumps({"models": rows}).encode(), headers={"content-type": "application/json"})
    (model,) = list_models(bench.source("google"), Cancel())
    assert (model.id, model.context) == ("gemini-2.5-pro", 1000)


def test_testing_a_key(bench: Bench, server: Loopback) -> None:
    server.say(b'{"data": {"label": "x"}}', headers={"content-type": "application/json"})
    check_key(bench.source("openrouter"), Cancel())
    assert server.asked[0].path == "/key"
    server.fail(401)
    with pytest.raises(e.BadKeyError):
        check_key(bench.source("openrouter"), Cancel())


@pytest.mark.parametrize("trouble", ["silent", "garbled", "page", "redirect", "unusable key", "no key"])
def test_a_traceback_with_all_its_variables_shows_no_key(bench: Bench, server: Loopback, trouble: str) -> None:
    planted = KEY
    if trouble == "silent":
        server.say(silent=True)
    elif trouble == "garbled":
        server.say(b"data: {broken\n\n")
    elif trouble == "page":
        server.say(b"<html>", headers={"content-type": "text/html"})
    elif trouble == "redirect":
        server.say(status=307, headers={"location": "https://elsewhere.invalid/"})
    elif trouble == "unusable key":
        planted = KEY + " "
    bench.key = Secret(planted) if trouble != "no key" else None
    error = bench.ask().error
    assert isinstance(error, e.CloudError)
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert KEY not in "".join(told.format())


def test_asking_for_the_list_needs_a_yes_too(bench: Bench, server: Loopback) -> None:
    bench.gate.ask_first()
    far = CloudSource(
        own_server("http://provider.invalid/v1"),
        gate=bench.gate,
        key=lambda: None,
        network=Network(NetworkSettings(proxy=server.url)),
    )
    with pytest.raises(e.PermitError):
        list_models(far, Cancel())
    server.say(b'{"data": [{"id": "m"}]}', headers={"content-type": "application/json"})
    permit = bench.gate.permit(list_request(far))
    assert [model.id for model in list_models(far.cleared(permit), Cancel())] == ["m"]
    assert server.asked[0].path == "http://provider.invalid/v1/models"


@pytest.mark.parametrize(
    ("body", "kind"), [(b"<html>Sign in", e.WebPageError), (b"[1]", e.NotAStreamError), (b"x" * 20, e.NotAStreamError)]
)
def test_a_list_that_is_none(bench: Bench, server: Loopback, body: bytes, kind: type[Exception]) -> None:
    server.say(body, headers={"content-type": "application/json"})
    with pytest.raises(kind):
        list_models(bench.source(), Cancel())


def test_a_list_that_was_stopped_is_empty(bench: Bench, server: Loopback) -> None:
    cancel = Cancel()
    cancel.cancel()
    assert list_models(bench.source(), cancel) == []
    assert server.asked == []


def test_a_name_that_nobody_knows_and_a_server_that_is_too_slow(bench: Bench, server: Loopback) -> None:
    context = failures.Context("Some")
    unknown = httpx.ConnectError("no")
    unknown.__cause__ = socket.gaierror("no")
    assert "its name is not known here" in str(failures.from_transport(context, unknown))
    assert "in time" in str(failures.from_transport(context, httpx.ConnectTimeout("no")))
    assert isinstance(failures.from_transport(context, httpx.DecodingError("no")), e.GarbledStreamError)


def test_compressed_bytes_that_are_not(bench: Bench, server: Loopback) -> None:
    server.say(b"not gzip at all", headers={"content-type": "text/event-stream", "content-encoding": "gzip"})
    assert isinstance(bench.ask().error, e.GarbledStreamError)
