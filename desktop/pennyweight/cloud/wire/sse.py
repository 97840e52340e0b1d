"""Server-sent events out of bytes that may be split anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 8 * 1024 * 1024
"""More than any one event of a provider; beyond it the server is not one we can talk to."""


class EventTooLargeError(ValueError):
    """One event (or one line) is larger than `MOST_BYTES`."""


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event: its name (`message` if the server gave none) and its data, lines joined by a line feed."""

    name: str
    data: str


class SseParser:
    """Feed bytes as they come, get the events they complete.

    Lines end with CR, LF or CRLF; comments (keep-alives) and unknown fields are skipped; an event without data is
    none; what follows the last blank line is dropped, as the standard says (`close` tells whether there was some).
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._after_cr = False
        self._first = True
        self._name = ""
        self._data: list[str] = []
        self._held = 0

    def feed(self, data: bytes) -> Iterator[SseEvent]:
        """The events completed by `data`. EventTooLargeError if one grows beyond the limit."""
        start = 0
        if self._after_cr and data:
            self._after_cr = False
            start = 1 if data[:1] == b"\n" else 0
        while start < len(data):
            end, skip = _line_end(data, start)
            self._line += data[start:end]
            if len(self._line) + self._held > MOST_BYTES:
                raise EventTooLargeError(f"an event of more than {MOST_BYTES} bytes")
            if not skip:
                return
            start = end + skip
            self._after_cr = data[end:] == b"\r"
            event = self._take_line()
            if event is not None:
                yield event

    def close(self) -> bool:
        """True if the stream ended in the middle of an event."""
        return bool(self._line or self._data)

    def _take_line(self) -> SseEvent | None:
        raw = bytes(self._line)
        self._line.clear()
        if self._first:
            self._first = False
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw:
            return self._dispatch()
        field, _, value = raw.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._held += len(raw)
        elif field == "event":
            self._name = value
        return None

    def _dispatch(self) -> SseEvent | None:
        name, data = self._name, self._data
        self._name, self._data, self._held = "", [], 0
        return SseEvent(name or "message", "\n".join(data)) if data else None


def _line_end(data: bytes, start: int) -> tuple[int, int]:
    """Where the line ends and how many bytes its ending takes; (length, 0) if it does not end here."""
    feed = data.find(b"\n", start)
    carriage = data.find(b"\r", start, feed if feed >= 0 else len(data))
    if carriage >= 0:
        return carriage, 2 if data[carriage + 1 : carriage + 2] == b"\n" else 1
    return (feed, 1) if feed >= 0 else (len(data), 0)
