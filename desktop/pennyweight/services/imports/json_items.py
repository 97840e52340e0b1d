"""Objects of a JSON file one after the other, with memory for one: JSON lines, one object, or one large array."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

_CHUNK = 1 << 20
LONGEST = 128 * 1024 * 1024
_MARK = re.compile(rb'["{}]|\\.', re.DOTALL)


def documents(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number from 1, text) of each outermost object, also inside an outermost array.

    A torn one comes as it is; one longer than any chat is passed over and comes as empty bytes.
    """
    held, depth, quoted, start, position, number = bytearray(), 0, False, -1, 0, 0
    while chunk := stream.read(_CHUNK):
        held += chunk
        end = len(held) - _open_escape(held)  # a begun escape waits for its other half
        for mark in _MARK.finditer(held, position, end):
            what = mark.group()
            if what == b'"':
                quoted = not quoted if depth else False
            elif quoted or len(what) > 1:
                continue
            elif what == b"{":
                if depth == 0:
                    start = mark.start()
                depth += 1
            elif depth:
                depth -= 1
                if depth == 0:
                    number += 1
                    yield number, bytes(held[start : mark.end()]) if start >= 0 else b""
                    start = -1
        if start >= 0 and end - start > LONGEST:
            start = -1
        keep = start if start >= 0 else end
        del held[:keep]  # in place: an object of many pieces is not copied for each of them
        position, start = end - keep, 0 if start >= 0 else -1
    if depth:
        yield number + 1, bytes(held) if start >= 0 else b""


def _open_escape(text: bytearray) -> int:
    """1 if the text ends in the first half of an escape."""
    slashes = 0
    while slashes < len(text) and text[-1 - slashes] == 0x5C:
        slashes += 1
    return slashes % 2
