"""Personal data out of what is sent, and back into what is answered.

Each value gets a placeholder (`⟨email-1⟩`) that stays the same for as long as the `Redactor` lives. Text that only
looks like a placeholder gets one too, so that putting back is exact.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pennyweight.services.redaction_patterns import Found, Kind, find

ALL_KINDS = frozenset(Kind) - {Kind.TEXT}
_OPENING, _CLOSING = "⟨〈<＜", "⟩〉>＞"
_KINDS = "|".join(Kind)
_MOST_DIGITS = 6
# models sometimes write other brackets or capitals: those are understood as well
_PLACEHOLDER = re.compile(rf"[{_OPENING}]({_KINDS})-(\d{{1,{_MOST_DIGITS}}})[{_CLOSING}]", re.IGNORECASE | re.ASCII)
_BEGUN = re.compile(
    rf"[{_OPENING}](?:{'|'.join(kind[:cut] for kind in Kind for cut in range(len(kind) + 1))}"
    rf"|(?:{_KINDS})-\d{{0,{_MOST_DIGITS}}})",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """One value that is kept back."""

    placeholder: str
    kind: Kind
    value: str


class Redactor:
    """The table of one conversation. `keep` names values that the person chose to send as they are."""

    def __init__(
        self,
        *,
        words: Iterable[str] = (),
        kinds: Collection[Kind] = ALL_KINDS,
        keep: Collection[str] = (),
    ) -> None:
        self._words = tuple(words)
        self._kinds = frozenset(kinds)
        self._keep = frozenset(keep)
        self._counts: Counter[Kind] = Counter()
        self._by_value: dict[str, Hidden] = {}
        self._by_placeholder: dict[str, Hidden] = {}

    @property
    def table(self) -> list[Hidden]:
        """What has been hidden so far, in the order of its first appearance."""
        return list(self._by_value.values())

    def hide(self, text: str) -> str:
        """One text with its personal data replaced."""
        return self.hide_all([text])[0]

    def hide_all(self, texts: Sequence[str]) -> list[str]:
        """The texts of one request. A value found in one of them is hidden in all."""
        found = [self._found(text) for text in texts]
        for text, places in zip(texts, found, strict=True):
            for place in places:
                self._note(place.kind, text[place.start : place.end])
        return [self._replaced(text, places) for text, places in zip(texts, found, strict=True)]

    def restore(self, text: str) -> str:
        """The text with every known placeholder replaced by its value; unknown ones stay."""
        return _PLACEHOLDER.sub(self._value, text)

    def restorer(self) -> Restorer:
        """For an answer that streams."""
        return Restorer(self)

    def _found(self, text: str) -> list[Found]:
        looks = [Found(Kind.TEXT, *match.span()) for match in _PLACEHOLDER.finditer(text)]
        covered = bytearray(len(text))
        for look in looks:
            covered[look.start : look.end] = b"\x01" * (look.end - look.start)
        real = [
            place
            for place in find(text, kinds=self._kinds, words=self._words)
            if text[place.start : place.end] not in self._keep and covered.find(1, place.start, place.end) < 0
        ]
        return sorted(looks + real, key=lambda place: place.start)

    def _note(self, kind: Kind, value: str) -> Hidden:
        known = self._by_value.get(value)
        if known is None:
            self._counts[kind] += 1
            number = self._counts[kind]
            known = Hidden(f"⟨{kind}-{number}⟩", kind, value)
            self._by_value[value] = self._by_placeholder[known.placeholder] = known
        return known

    def _replaced(self, text: str, places: list[Found]) -> str:
        starts = [0, *(place.end for place in places)]
        ends = [*(place.start for place in places), len(text)]
        rest = self._swept([text[start:end] for start, end in zip(starts, ends, strict=True)])
        marks = [self._by_value[text[place.start : place.end]].placeholder for place in places]
        return "".join(part for pair in zip(rest, [*marks, ""], strict=True) for part in pair)

    def _swept(self, rest: list[str]) -> list[str]:
        """Known values hidden wherever else they stand; words count only as whole words, which `find` sees to."""
        joined = "\0".join(rest)
        there = [
            value
            for value, hidden in self._by_value.items()
            if hidden.kind is not Kind.WORD and value not in self._keep and value in joined
        ]
        if not there:
            return rest
        pattern = re.compile("|".join(re.escape(value) for value in sorted(there, key=len, reverse=True)))
        return [pattern.sub(lambda match: self._by_value[match.group()].placeholder, part) for part in rest]

    def _value(self, match: re.Match[str]) -> str:
        known = self._by_placeholder.get(f"⟨{match.group(1).lower()}-{match.group(2)}⟩")
        return match.group() if known is None else known.value


class Restorer:
    """Puts values back into an answer that arrives in pieces, however a placeholder is split between them."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown by now: all but the beginning of what may become a placeholder."""
        text = self._held + piece
        opened = max(text.rfind(bracket) for bracket in _OPENING)
        cut = opened if opened >= 0 and _BEGUN.fullmatch(text, opened) else len(text)
        self._held = text[cut:]
        return self._redactor.restore(text[:cut])

    def close(self) -> str:
        """What was held back, at the end of the answer."""
        rest, self._held = self._held, ""
        return rest
