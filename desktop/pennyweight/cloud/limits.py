"""What response headers say about limits, and when a second try is allowed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pennyweight.cloud.errors import CloudError, StatusError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """What is left until the window ends; None where the provider does not say."""

    requests_left: int | None = None
    tokens_left: int | None = None
    reset_seconds: float | None = None
    """Until all of it is available again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Tries before the first token only. Waits double from `first_wait`, with jitter, or are what the server asks."""

    tries: int = 3
    first_wait: float = 1.0
    longest_wait: float = 60.0

    def wait_before(self, attempt: int, error: CloudError, headers: Mapping[str, str]) -> float | None:
        """Seconds to wait before try `attempt` (2 for the second); None if there shall be none."""
        if not error.retryable or attempt > self.tries or headers.get("x-should-retry", "").lower() == "false":
            return None
        if isinstance(error, StatusError) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.longest_wait else None
        wait = self.first_wait * float(2 ** (attempt - 2)) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        return min(wait, self.longest_wait)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds from `retry-after-ms` or `retry-after` (a number or a date); None if absent or unreadable."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
            return float(text) * unit
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((then if then.tzinfo else then.replace(tzinfo=UTC)) - (now or datetime.now(UTC))).total_seconds())


def rate_limits(headers: Mapping[str, str], now: datetime | None = None) -> RateLimits:
    """From the headers of OpenAI and those who follow it, or of Anthropic."""
    at = now or datetime.now(UTC)
    resets = [
        seconds
        for kind in ("requests", "tokens")
        for name in (f"x-ratelimit-reset-{kind}", f"anthropic-ratelimit-{kind}-reset")
        if (seconds := _reset(headers.get(name, ""), at)) is not None
    ]
    return RateLimits(
        requests_left=_left(headers, "requests"),
        tokens_left=_left(headers, "tokens"),
        reset_seconds=max(resets, default=None),
    )


def _left(headers: Mapping[str, str], kind: str) -> int | None:
    for name in (f"x-ratelimit-remaining-{kind}", f"anthropic-ratelimit-{kind}-remaining"):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,15}", text):
            return int(text)
    return None


def _reset(text: str, now: datetime) -> float | None:
    """Seconds from `6m0s`, `20ms`, `1.5`, or an ISO instant."""
    text = text.strip()[:64]
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return float(text)
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds())
