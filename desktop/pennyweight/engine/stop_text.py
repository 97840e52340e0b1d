"""Stop strings in a stream: text that could still become one is held back until it is clear."""

from __future__ import annotations

from collections.abc import Sequence


class StopText:
    """Feed text, get what may be shown. After a hit, `hit` is the stop string and nothing more comes out.

    The stop string that is complete first wins (of two that end together, the longer): the result does not depend on
    how the stream is cut, and nothing waits for a longer one.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.hit: str | None = None

    def feed(self, text: str) -> str:
        if not self._stops:
            return text
        if self.hit is not None:
            return ""
        held = self._held + text
        found = [(at, stop) for stop in self._stops if (at := held.find(stop)) >= 0]
        if found:
            at, self.hit = min(found, key=lambda pair: (pair[0] + len(pair[1]), pair[0]))
            self._held = ""
            return held[:at]
        keep = max(partial_suffix(held, stop) for stop in self._stops)
        self._held = held[len(held) - keep :]
        return held[: len(held) - keep]

    def finish(self) -> str:
        """What was held back, at the end of the stream."""
        held, self._held = self._held, ""
        return held


def partial_suffix(text: str, target: str) -> int:
    """Length of the longest end of `text` that begins `target` (shorter than `target` itself)."""
    for length in range(min(len(text), len(target) - 1), 0, -1):
        if text.endswith(target[:length]):
            return length
    return 0
