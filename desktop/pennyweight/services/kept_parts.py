"""Summaries of the parts of long texts whose answer did not come to its end, so that answering again goes on."""

from __future__ import annotations

import threading
from collections import OrderedDict

_TEXTS = 4
"""So many long texts; each may have some megabytes."""


class KeptParts:
    """In memory: after a restart a long text is read from its beginning again. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], dict[str, str]] = OrderedDict()

    def of(self, question_id: str, model_id: str, *, anew: bool) -> dict[str, str]:
        """Part of the text → its summary by this model: to be read and added to. `anew` begins with none."""
        key = (question_id, model_id)
        with self._lock:
            known = {} if anew else self._known.get(key, {})
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > _TEXTS:
                self._known.popitem(last=False)
            return known

    def forget(self, question_id: str, model_id: str) -> None:
        """The answer is whole: another one is wanted if it is asked for again."""
        with self._lock:
            self._known.pop((question_id, model_id), None)
