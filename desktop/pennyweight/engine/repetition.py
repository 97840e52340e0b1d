"""Small models sometimes go round in circles; whoever waits pays for each round. Pure."""

from __future__ import annotations

from collections.abc import Sequence

TAIL = 96
"""So many tokens must be nothing but repetition. Long rows of dashes are few tokens, long numbers end sooner."""
LONGEST_PERIOD = 24


def goes_in_circles(tokens: Sequence[int]) -> bool:
    """Whether the last `TAIL` tokens are one short piece (up to `LONGEST_PERIOD` tokens) over and over."""
    if len(tokens) < TAIL:
        return False
    tail = tokens[-TAIL:]
    return any(tail[period:] == tail[:-period] for period in range(1, LONGEST_PERIOD + 1))
