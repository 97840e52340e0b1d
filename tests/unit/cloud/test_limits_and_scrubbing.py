"""Rate-limit headers, waits, and what of a server's words is fit to be shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.cloud.errors import BadKeyError, OverloadedError, RateLimitedError
from pennyweight.cloud.limits import RetryPolicy, rate_limits, retry_after
from pennyweight.cloud.scrub import scrubbed

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=30), usegmt=True)}, 30),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=30), usegmt=True)}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_how_long_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_what_is_left_in_either_spelling() -> None:
    openai = rate_limits({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1h0m20ms"}, NOW)
    assert (openai.requests_left, openai.tokens_left, openai.reset_seconds) == (5, None, 3600.02)
    instant = {"anthropic-ratelimit-tokens-remaining": "80", "anthropic-ratelimit-tokens-reset": "2026-11-20T12:00:30Z"}
    assert rate_limits(instant, NOW).reset_seconds == 30
    assert rate_limits({"x-ratelimit-reset-tokens": "never"}, NOW).reset_seconds is None


def test_waits_double_and_end() -> None:
    policy = RetryPolicy(tries=3, first_wait=1, longest_wait=60)
    busy = OverloadedError("busy")
    assert 0.75 <= (policy.wait_before(2, busy, {}) or 0) <= 1.25
    assert 1.5 <= (policy.wait_before(3, busy, {}) or 0) <= 2.5
    assert policy.wait_before(4, busy, {}) is None
    assert policy.wait_before(2, BadKeyError("no"), {}) is None
    assert policy.wait_before(2, RateLimitedError("slow", retry_after=12), {}) == 12
    assert policy.wait_before(2, RateLimitedError("slow", retry_after=61), {}) is None


def test_words_without_secrets_are_kept_on_one_line() -> None:
    assert scrubbed("Unsupported\n value\x1b[31m: 'top_k'", key="sk-" + "a" * 30) == "Unsupported value [31m: 'top_k'"
    assert len(scrubbed("word " * 500)) == 200


def test_keys_and_key_like_words_are_not() -> None:
    key = "sk-abcdefghijklmnop1234"
    assert scrubbed(f"Incorrect API key provided: {key}", key=key) == ""
    assert scrubbed(f"Incorrect key ending in {key[-9:]}", key=key) == ""
    assert "abc123" not in scrubbed("no such key sk-proj-abc123def456")
    assert "…" in scrubbed("no such key " + "Z9" * 20)


def test_what_a_server_quotes_from_the_prompt_is_not_shown() -> None:
    prompt = ["My password is hunter2 and my friend lives in Kecskemét"]
    for line in ("invalid token 'Kecskemét'", "cannot parse hunter2.", "near: my friend lives in K"):
        assert scrubbed(line, prompt=prompt) == ""
    assert scrubbed("the model is not and my limit", prompt=prompt) == "the model is not and my limit"


@given(st.text(min_size=8, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_piece_of_the_prompt_comes_back(prompt: str, before: str, after: str) -> None:
    words = " ".join(prompt.split())
    shown = scrubbed(f"{before}{prompt}{after}", prompt=[prompt])
    if len(words) >= 8 and words.isprintable():
        assert words not in shown
