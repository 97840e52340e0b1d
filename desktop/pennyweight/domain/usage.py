"""What one request used, in one shape for every provider (`metering.md` rule 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class UsageState(StrEnum):
    """How the token counts came to be known."""

    REPORTED = "reported"
    """The provider or the local engine counted them."""
    PARTIAL = "partial"
    """The stream ended early; what was counted until then."""
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


Processing = Literal["interactive", "batch"]
COUNTS = (
    "input_total",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "tool_prompt",
    "output_total",
    "reasoning",
    "web_searches",
)
"""The fields of `UsageRecord` that are counts, and add up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRecord:
    """Token counts of one request, stored inclusive.

    `input_total` includes `cache_read`, `cache_write_5m`, `cache_write_1h` and `tool_prompt`; `output_total` includes
    `reasoning`. For local work `cache_read` is what the KV cache already held.
    """

    input_total: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    tool_prompt: int = 0
    output_total: int = 0
    reasoning: int = 0
    web_searches: int = 0
    service_tier: str | None = None
    """The tier that was served, not the one asked for."""
    processing: Processing = "interactive"
    geo: str | None = None
    at: datetime | None = None
    """UTC instant of the request."""
    usage_state: UsageState = UsageState.REPORTED
    provider_total: int | None = None
    """The provider's own total of tokens, where it gives one."""

    @property
    def total(self) -> int:
        return self.input_total + self.output_total

    @property
    def consistent(self) -> bool:
        """False if the provider's own total differs from ours: the ledger row is then flagged."""
        return self.provider_total is None or self.provider_total == self.total
