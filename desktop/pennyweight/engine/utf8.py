"""Bytes to text, piece by piece. Invalid bytes become U+FFFD at once; an unfinished character waits for its rest."""

from __future__ import annotations

import codecs


class Utf8Stream:
    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, data: bytes) -> str:
        """The characters that are complete now; at most three bytes are held back."""
        return self._decoder.decode(data)

    def finish(self) -> str:
        """What was held back, as U+FFFD."""
        return self._decoder.decode(b"", final=True)
