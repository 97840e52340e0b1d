"""From a provider's own usage object to one record, stored inclusive (`metering.md` rule 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import Processing, UsageRecord
from pennyweight.meter.usage_fields import UsageObject, amount, count, first_count, needed_count, text

_REASONING_ON_TOP = frozenset({"x-ai", "xai", "huggingface_xai"})
"""Providers whose `completion_tokens` leaves the reasoning out."""
_ENVELOPES = ("usage", "usageMetadata", "usage_metadata")
_GEMINI_KEYS = ("promptTokenCount", "candidatesTokenCount", "totalTokenCount", "toolUsePromptTokenCount")
_GEMINI_SNAKE_KEYS = tuple("".join(f"_{c.lower()}" if c.isupper() else c for c in key) for key in _GEMINI_KEYS)
_ANTHROPIC_KEYS = (
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
    "server_tool_use",
    "inference_geo",
)


def normalize(
    provider: str, usage: Mapping[str, object], *, service_tier: str | None = None, at: datetime | None = None
) -> UsageRecord:
    """The record of one request.

    `usage` is the object the provider reports, or the response around it. `service_tier` is the tier served, if the
    caller knows it (it stands outside the usage object at OpenAI). `at` is kept as UTC; without a zone it is UTC.
    InputError, in one sentence, if the shape is not known or a number in it cannot be right.
    """
    usage = _unwrapped(usage)
    record = _shape(provider.strip().lower(), usage)
    tier, processing = _tier(service_tier or text(usage, "service_tier"), text(usage, "speed"))
    record = replace(record, service_tier=tier, processing=processing, at=None if at is None else as_utc(at))
    _check(record)
    return record


def billed_usd(provider: str, usage: Mapping[str, object]) -> Decimal | None:
    """What the provider says it billed, in US dollars; None where it does not say.

    OpenRouter's `cost` is only its fee where the person's own key was used: what that key was charged is added.
    """
    usage, name = _unwrapped(usage), provider.strip().lower()
    if name == "perplexity":
        return amount(usage, "cost", "total_cost")
    if name != "openrouter":
        return None
    cost = amount(usage, "cost")
    if cost is None or usage.get("is_byok") is not True:
        return cost
    return cost + (amount(usage, "cost_details", "upstream_inference_cost") or 0)


def as_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _unwrapped(usage: object) -> UsageObject:
    if not isinstance(usage, Mapping):
        raise InputError("The usage is not usable: it must be an object with names and numbers.")
    if not any(isinstance(key, str) and ("oken" in key) for key in usage):
        for envelope in _ENVELOPES:
            inner = usage.get(envelope)
            if isinstance(inner, Mapping):
                return inner
    return usage


def _shape(provider: str, usage: UsageObject) -> UsageRecord:
    if any(key in usage for key in _GEMINI_KEYS):
        return _gemini(usage)
    if any(key in usage for key in _GEMINI_SNAKE_KEYS):
        return _gemini({_camel(key): value for key, value in usage.items()})
    if "prompt_tokens" in usage:
        return _chat_completions(provider, usage)
    if "input_tokens" in usage:
        if "anthropic" in provider or any(key in usage for key in _ANTHROPIC_KEYS):
            return _anthropic(usage)
        return _responses(usage)
    raise InputError("The usage is not usable: it has none of the token counts that providers report.")


def _chat_completions(provider: str, usage: UsageObject) -> UsageRecord:
    prompt = needed_count(usage, "prompt_tokens")
    total = count(usage, "total_tokens")
    output = count(usage, "completion_tokens")
    if output is None:
        output = _rest(total, prompt, "completion_tokens")
    reasoning = first_count(usage, ("completion_tokens_details", "reasoning_tokens"), ("reasoning_tokens",))
    if _on_top(provider, total, prompt + output, reasoning):
        output += reasoning
    return UsageRecord(
        input_total=prompt,
        cache_read=first_count(
            usage,
            ("prompt_tokens_details", "cached_tokens"),
            ("prompt_cache_hit_tokens",),
            ("cached_prompt_text_tokens",),
            ("cached_tokens",),
        ),
        cache_write_5m=first_count(usage, ("prompt_tokens_details", "cache_write_tokens")),
        output_total=output,
        reasoning=reasoning,
        web_searches=_searches(usage),
        provider_total=total,
    )


def _on_top(provider: str, total: int | None, counted: int, reasoning: int) -> bool:
    """True if the reasoning is not in the output yet; the provider's own total tells, where there is one."""
    if total is None:
        return provider in _REASONING_ON_TOP
    return total != counted and total == counted + reasoning


def _responses(usage: UsageObject) -> UsageRecord:
    taken = needed_count(usage, "input_tokens")
    total = count(usage, "total_tokens")
    output = count(usage, "output_tokens")
    return UsageRecord(
        input_total=taken,
        cache_read=first_count(usage, ("input_tokens_details", "cached_tokens")),
        cache_write_5m=first_count(usage, ("input_tokens_details", "cache_write_tokens")),
        output_total=_rest(total, taken, "output_tokens") if output is None else output,
        reasoning=first_count(usage, ("output_tokens_details", "reasoning_tokens")),
        web_searches=_searches(usage),
        provider_total=total,
    )


def _anthropic(usage: UsageObject) -> UsageRecord:
    read = first_count(usage, ("cache_read_input_tokens",))
    one_hour = first_count(usage, ("cache_creation", "ephemeral_1h_input_tokens"))
    five_minutes = first_count(usage, ("cache_creation", "ephemeral_5m_input_tokens"))
    written = count(usage, "cache_creation_input_tokens")
    if written is None:
        written = one_hour + five_minutes
    if one_hour + five_minutes > written:
        raise InputError("The usage is not usable: its cache writes add up to more than their total.")
    return UsageRecord(
        input_total=needed_count(usage, "input_tokens") + read + written,
        cache_read=read,
        cache_write_5m=written - one_hour,
        cache_write_1h=one_hour,
        output_total=needed_count(usage, "output_tokens"),
        reasoning=first_count(usage, ("output_tokens_details", "thinking_tokens")),
        web_searches=_searches(usage),
        geo=text(usage, "inference_geo"),
    )


def _gemini(usage: UsageObject) -> UsageRecord:
    tool_prompt = first_count(usage, ("toolUsePromptTokenCount",))
    thoughts = first_count(usage, ("thoughtsTokenCount",))
    return UsageRecord(
        input_total=needed_count(usage, "promptTokenCount") + tool_prompt,
        cache_read=first_count(usage, ("cachedContentTokenCount",)),
        tool_prompt=tool_prompt,
        # zeros are left out of what Gemini sends: an answer that is all thought has no candidates
        output_total=first_count(usage, ("candidatesTokenCount",), ("responseTokenCount",)) + thoughts,
        reasoning=thoughts,
        provider_total=count(usage, "totalTokenCount"),
    )


def _searches(usage: UsageObject) -> int:
    return first_count(usage, ("server_tool_use", "web_search_requests"), ("num_search_queries",))


def _rest(total: int | None, taken: int, name: str) -> int:
    if total is None or total < taken:
        raise InputError(f"The usage is not usable: {name} is missing.")
    return total - taken


def _tier(served: str | None, speed: str | None) -> tuple[str | None, Processing]:
    tier = served.strip() if served else None
    if tier == "batch":
        return None, "batch"
    if speed == "fast" and tier in (None, "standard"):
        return "fast", "interactive"
    return tier or None, "interactive"


def _check(record: UsageRecord) -> None:
    inside = record.cache_read + record.cache_write_5m + record.cache_write_1h
    if inside > record.input_total:
        raise InputError("The usage is not usable: more cached tokens than input tokens.")
    if record.reasoning > record.output_total:
        raise InputError("The usage is not usable: more reasoning tokens than output tokens.")


def _camel(name: object) -> str:
    first, *rest = str(name).split("_")
    return first + "".join(word.capitalize() for word in rest)
