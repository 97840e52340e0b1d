from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.errors import InputError
from pennyweight.meter.usage import billed_usd, normalize

NAMES_OF_COUNTS = (
    "input_total",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "tool_prompt",
    "output_total",
    "reasoning",
    "web_searches",
)


def counts(provider: str, usage: dict[str, Any]) -> dict[str, int]:
    """The non-zero counts of the record."""
    record = normalize(provider, usage)
    return {name: getattr(record, name) for name in NAMES_OF_COUNTS if getattr(record, name)}


CHAT = {
    "prompt_tokens": 2006,
    "completion_tokens": 300,
    "total_tokens": 2306,
    "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": None},
    "completion_tokens_details": {"reasoning_tokens": 120},
}


@pytest.mark.parametrize("provider", ["openai", "openrouter", "mistral", "groq", "x-ai", "deepseek", "together"])
def test_chat_completions_include_cached_and_reasoning(provider: str) -> None:
    expected = {"input_total": 2006, "cache_read": 1920, "output_total": 300, "reasoning": 120}
    assert counts(provider, CHAT) == expected


def test_responses_under_the_same_provider() -> None:
    usage = {
        "input_tokens": 500,
        "input_tokens_details": {"cached_tokens": 128, "cache_write_tokens": 64},
        "output_tokens": 90,
        "output_tokens_details": {"reasoning_tokens": 40},
        "total_tokens": 590,
    }
    assert counts("openai", usage) == {
        "input_total": 500,
        "cache_read": 128,
        "cache_write_5m": 64,
        "output_total": 90,
        "reasoning": 40,
    }


def test_anthropic_adds_cache_reads_and_both_kinds_of_writes() -> None:
    usage = {
        "input_tokens": 10,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 50,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 3},
        "server_tool_use": {"web_search_requests": 2},
        "service_tier": "standard",
        "inference_geo": "us",
    }
    record = normalize("anthropic", usage)
    assert (record.input_total, record.cache_read, record.cache_write_5m, record.cache_write_1h) == (160, 100, 20, 30)
    assert (record.output_total, record.reasoning, record.web_searches) == (7, 3, 2)
    assert (record.service_tier, record.geo, record.processing) == ("standard", "us", "interactive")


def test_anthropic_shape_is_recognised_under_another_provider() -> None:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 1000, "output_tokens": 1}
    assert counts("google", usage)["input_total"] == 1005


def test_anthropic_writes_known_only_by_their_kinds() -> None:
    usage = {"input_tokens": 0, "cache_creation": {"ephemeral_1h_input_tokens": 30}, "output_tokens": 0}
    assert counts("anthropic", usage) == {"input_total": 30, "cache_write_1h": 30}


GEMINI = {
    "promptTokenCount": 324,
    "cachedContentTokenCount": 100,
    "toolUsePromptTokenCount": 40,
    "candidatesTokenCount": 1364,
    "thoughtsTokenCount": 495,
    "totalTokenCount": 2223,
}
SNAKE = {
    "prompt_token_count": 324,
    "cached_content_token_count": 100,
    "tool_use_prompt_token_count": 40,
    "candidates_token_count": 1364,
    "thoughts_token_count": 495,
    "total_token_count": 2223,
}


@pytest.mark.parametrize("usage", [GEMINI, SNAKE], ids=["camel", "snake"])
def test_gemini_thoughts_and_tool_prompts_come_on_top(usage: dict[str, Any]) -> None:
    assert counts("google", usage) == {
        "input_total": 364,
        "cache_read": 100,
        "tool_prompt": 40,
        "output_total": 1859,
        "reasoning": 495,
    }
    assert normalize("google", usage).consistent


def test_gemini_answer_without_candidates() -> None:
    assert counts("google", {"promptTokenCount": 3, "thoughtsTokenCount": 9}) == {
        "input_total": 3,
        "output_total": 9,
        "reasoning": 9,
    }


def test_deepseek_names_its_cache_hits() -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 5,
        "prompt_cache_hit_tokens": 64,
        "prompt_cache_miss_tokens": 36,
    }
    assert counts("deepseek", usage) == {"input_total": 100, "cache_read": 64, "output_total": 5}


def test_x_ai_reasoning_comes_on_top_unless_its_total_says_otherwise() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 20}}
    assert normalize("x-ai", usage).output_total == 25
    assert normalize("x-ai", {**usage, "total_tokens": 35}).output_total == 25
    inclusive = {**usage, "completion_tokens": 25, "total_tokens": 35}
    assert normalize("x-ai", inclusive).output_total == 25


def test_the_total_tells_that_reasoning_is_on_top_for_any_provider() -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 35,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    assert normalize("google", usage).output_total == 25


def test_a_total_that_differs_is_flagged() -> None:
    assert not normalize("openai", {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 17}).consistent


def test_the_missing_half_follows_from_the_total() -> None:
    assert counts("openai", {"prompt_tokens": 10, "total_tokens": 10}) == {"input_total": 10}
    assert counts("openai", {"input_tokens": 10, "total_tokens": 14}) == {"input_total": 10, "output_total": 4}


@pytest.mark.parametrize("envelope", ["usage", "usageMetadata"])
def test_the_response_around_the_usage_is_taken_too(envelope: str) -> None:
    inner = CHAT if envelope == "usage" else GEMINI
    whole = {"model": "m", envelope: inner}
    assert normalize("openai", whole) == normalize("openai", inner)


def test_the_tier_that_was_served_is_kept() -> None:
    assert normalize("openai", CHAT, service_tier="flex").service_tier == "flex"
    assert normalize("openai", {**CHAT, "service_tier": "priority"}).service_tier == "priority"
    assert normalize("openai", {**CHAT, "service_tier": "priority"}, service_tier="flex").service_tier == "flex"
    assert normalize("openai", CHAT, service_tier=" ").service_tier is None


def test_batch_is_a_way_of_processing_and_fast_a_tier() -> None:
    batch = normalize("anthropic", {"input_tokens": 1, "output_tokens": 1, "service_tier": "batch"})
    assert (batch.processing, batch.service_tier) == ("batch", None)
    fast = normalize("anthropic", {"input_tokens": 1, "output_tokens": 1, "speed": "fast", "service_tier": "standard"})
    assert (fast.processing, fast.service_tier) == ("interactive", "fast")


def test_the_instant_is_kept_in_utc() -> None:
    there = datetime(2026, 11, 20, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert normalize("openai", CHAT, at=there).at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert normalize("openai", CHAT, at=datetime(2026, 11, 20)).at == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({}, "none of the token counts"),
        ({"tokens": 5}, "none of the token counts"),
        ([1, 2], "must be an object"),
        ("12", "must be an object"),
        ({"prompt_tokens": -1, "completion_tokens": 1}, "prompt_tokens is negative"),
        ({"prompt_tokens": True, "completion_tokens": 1}, "prompt_tokens is true or false"),
        ({"prompt_tokens": "12", "completion_tokens": 1}, "prompt_tokens is text"),
        ({"prompt_tokens": 1.5, "completion_tokens": 1}, "prompt_tokens is a fraction"),
        ({"prompt_tokens": float("inf"), "completion_tokens": 1}, "prompt_tokens is larger than any request can be"),
        ({"prompt_tokens": Decimal(2), "completion_tokens": 1}, "prompt_tokens is a fraction"),
        ({"prompt_tokens": [1], "completion_tokens": 1}, "prompt_tokens is a list"),
        ({"prompt_tokens": 10**30, "completion_tokens": 1}, "larger than any request"),
        ({"prompt_tokens": None, "completion_tokens": 1}, "prompt_tokens is missing"),
        ({"prompt_tokens": 1}, "completion_tokens is missing"),
        ({"prompt_tokens": 5, "total_tokens": 3}, "completion_tokens is missing"),
        ({"input_tokens": 1}, "output_tokens is missing"),
        ({"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": 3}, "prompt_tokens_details is a number"),
        (
            {"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 2}},
            "more cached tokens than input",
        ),
        (
            {"prompt_tokens": 1, "completion_tokens": 1, "completion_tokens_details": {"reasoning_tokens": 2}},
            "more reasoning tokens",
        ),
        ({"prompt_tokens": 1, "completion_tokens": 1, "service_tier": 3}, "service_tier is a number"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(usage: Any, told: str) -> None:
    with pytest.raises(InputError) as refused:
        normalize("openai", usage)
    assert told in refused.value.sentence
    assert "\n" not in refused.value.sentence


def test_anthropic_writes_that_exceed_their_total_are_refused() -> None:
    usage = {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_creation_input_tokens": 5,
        "cache_creation": {"ephemeral_1h_input_tokens": 9},
    }
    with pytest.raises(InputError, match="add up"):
        normalize("anthropic", usage)


def test_what_openrouter_billed_is_exact() -> None:
    assert billed_usd("openrouter", {"cost": 0.00098}) == Decimal("0.00098")
    assert billed_usd("openrouter", {"prompt_tokens": 1, "cost": 0}) == Decimal(0)
    assert billed_usd("openrouter", {"prompt_tokens": 1}) is None
    assert billed_usd("openai", {"cost": 1}) is None
    assert billed_usd("perplexity", {"cost": {"total_cost": 0.006}}) == Decimal("0.006")


def test_openrouter_with_the_persons_own_key_adds_what_the_key_was_charged() -> None:
    usage = {"cost": 0.001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.02}}
    assert billed_usd("openrouter", usage) == Decimal("0.021")
    assert billed_usd("openrouter", {"cost": 0.001, "is_byok": True}) == Decimal("0.001")


@pytest.mark.parametrize("cost", [-1, True, "0.1", float("nan"), float("inf"), {}])
def test_a_cost_that_is_no_money_is_refused(cost: Any) -> None:
    with pytest.raises(InputError):
        billed_usd("openrouter", {"cost": cost})


ODD: list[Any] = [None, True, "", "7", 1.5, -1, 10**40, [], [1], {}, {"cached_tokens": 3}, {"reasoning_tokens": "x"}]
NAMES = st.sampled_from([*CHAT, *GEMINI, *SNAKE, "input_tokens", "output_tokens", "cache_creation", "speed", "usage"])


@given(
    provider=st.sampled_from(["openai", "anthropic", "google", "x-ai", "openrouter"]),
    usage=st.dictionaries(NAMES, st.integers(0, 10**6) | st.sampled_from(ODD), max_size=6),
)
def test_any_object_is_read_or_refused_and_never_inconsistent(provider: str, usage: dict[str, Any]) -> None:
    try:
        record = normalize(provider, usage)
    except InputError:
        return
    assert 0 <= record.cache_read + record.cache_write_5m + record.cache_write_1h <= record.input_total
    assert 0 <= record.reasoning <= record.output_total
