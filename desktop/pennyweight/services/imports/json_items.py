"""Objects of a JSON file one after the other, with memory for one: JSON lines, one object, or one large array."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

_CHUNK = 1 << 20
_LONGEST = 256 * 1024 * 1024
_MARK = re.compile(rb'["{}]|\\.', re.DOTALL)


def documents(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number from 1, text) of each outermost object, also inside an outermost array. A torn one comes as it is."""
    held, depth, quoted, start, position, number = b"", 0, False, -1, 0, 0
    while chunk := stream.read(_CHUNK):
        held += chunk
        end = len(held) - (len(held) - len(held.rstrip(b"\\"))) % 2  # a begun escape waits for its other half
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
                    yield number, held[start : mark.end()]
                    start = -1
        position = end
        keep = start if start >= 0 else position
        held, position, start = held[keep:], position - keep, 0 if start >= 0 else -1
        if len(held) > _LONGEST:
            break
    if depth:
        yield number + 1, held
