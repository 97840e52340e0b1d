"""Does the answer stay with the text? Numbers, dates and names of the answer that the source does not have.

A pure comparison, useful for every model and certain of nothing: it is careful not to cry wolf, so it knows number
words, thousands separators, the ways to write a date or a time, and the polite words around a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pennyweight.meter.quantities import counted

_MOST = 6
_LONGEST = 32
"""Letters of one finding that are shown: a model that stammers writes numbers of hundreds of digits."""
_REPLACEMENT = "\ufffd"
"""Stands for bytes that are no character: a model without the letters of a text writes such."""
_NUMBER = re.compile(r"\d+(?:[.,:/’'\u00a0\u202f–-]?\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]\s+)?(?:\(?\d{1,3}[.)]|[-*•])\s+", re.MULTILINE)
_LABEL = re.compile(r"^\s*(?:#{1,6}\s.*|\*\*[^*\n]{1,60}\*\*:?|[^\W\d_][^.\n]{0,40}:\s*)$", re.MULTILINE)
_HOUR = re.compile(r"\b(\d{1,2})\s*(?:[ap]\.?m\b|o.clock|h\b|Uhr\b)", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;]|\n)[\s\"'“”‘’(*_#>\[•\-–]*$")


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        _list(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty"
        )
    )
}
_NUMBER_WORDS |= {
    word: str(10 * tens) for tens, word in enumerate(_list("thirty forty fifty sixty seventy eighty ninety"), 3)
}
_NUMBER_WORDS |= {word: str(number) for number, word in enumerate(_list("first second third fourth fifth sixth"), 1)}
_NUMBER_WORDS |= {"hundred": "100", "thousand": "1000", "dozen": "12", "noon": "12", "midnight": "12"}
_NUMBER_WORDS |= {"half": "30", "once": "1", "twice": "2", "both": "2"}
_MONTHS = _list("january february march april may june july august september october november december")
_DAYS = _list("monday tuesday wednesday thursday friday saturday sunday")
_ENGLISH = frozenset(_list("the and of to is are was were will has have for with that this not by from"))
_POLITE = frozenset(
    _list(
        "subject re dear hello hi hey greetings best kind warm regards sincerely yours faithfully thanks thank you "
        "team all cheers sir madam mr mrs ms dr the a an i im ive ill id please note ps am pm ok okay yes no here "
        "there this that these those it we they he she our your my his her their and but or so if as at by for "
        "from in of on to with summary bullet bullets points email e-mail"
    )
)


def unsupported(source: str, answer: str) -> tuple[str, ...]:
    """Numbers and names of `answer`, as written there, that are not in `source`; each once, in order."""
    found = [*_unsupported_numbers(source, answer), *_unsupported_names(source, answer)]
    return tuple(dict.fromkeys(found))


def note(source: str, answer: str) -> str:
    """A sentence or two for the message; empty if everything was found and written."""
    return " ".join(part for part in (_missing(unsupported(source, answer)), _unwritten(source, answer)) if part)


def _unwritten(source: str, answer: str) -> str:
    lost = answer.count(_REPLACEMENT) - source.count(_REPLACEMENT)
    if lost <= 0:
        return ""
    place = "its place" if lost == 1 else "their place"
    return f"{counted(lost, 'character')} this model could not write: {_REPLACEMENT} stands in {place}."


def _missing(missing: tuple[str, ...]) -> str:
    if not missing:
        return ""
    more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
    shown = (item if len(item) <= _LONGEST else f"{item[: _LONGEST - 1]}…" for item in missing[:_MOST])
    return f"Not found in your text: {', '.join(shown)}{more}."


def _unsupported_numbers(source: str, answer: str) -> Iterator[str]:
    whole, pieces = _numbers_of(source)
    for written in _numbers_in(_LIST_MARK.sub("", answer)):
        if not (_forms(written) & whole or _pieces_known(written, pieces)):
            yield written


def _numbers_in(text: str) -> Iterator[str]:
    """Numbers as written; groups of thousands with spaces between are one number."""
    grouped = [match.span() for match in _GROUPED.finditer(text)]
    for start, end in grouped:
        yield text[start:end]
    for match in _NUMBER.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in grouped):
            yield match.group()


def _numbers_of(source: str) -> tuple[set[str], set[str]]:
    """Every form of every number of the source, and the single runs of digits in it."""
    whole: set[str] = set()
    pieces = {_bare(run) for run in re.findall(r"\d+", source)}
    for written in (*_numbers_in(source), *(match.group() for match in _NUMBER.finditer(source))):
        whole |= _forms(written)
    for word in _WORD.findall(source.lower()):
        for part in re.split("-", word):
            if part in _NUMBER_WORDS:
                whole.add(_NUMBER_WORDS[part])
                pieces.add(_NUMBER_WORDS[part])
            month = _month(part)
            if month:
                pieces.add(str(month))
    for hour, minute in re.findall(r"\b(\d{1,2})[:.](\d{2})\b", source):
        whole |= {_bare(str((int(hour) + shift) % 24)) + minute for shift in (0, 12)}
    for hour in _HOUR.findall(source):
        pieces.add(str((int(hour) + 12) % 24))
    return whole | pieces, pieces | {"0"}


def _forms(written: str) -> set[str]:
    """The digits alone, and without the zeros of a decimal part: 1,200.00 is 1200."""
    digits = _bare(re.sub(r"\D", "", written))
    match = re.fullmatch(r"(.*\d)[.,](\d{1,2})", written)
    forms = {digits}
    if match and not match[2].strip("0"):
        forms.add(_bare(re.sub(r"\D", "", match[1])))
    elif match and match[2].endswith("0"):
        forms.add(digits[:-1])
    return forms


def _bare(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _pieces_known(written: str, pieces: set[str]) -> bool:
    """A date, a time or a range counts as found when all of its parts are in the source."""
    parts = re.split(r"[:/–-]", written)
    if len(parts) < 2 and written.count(".") == 2:
        parts = written.split(".")
    return len(parts) > 1 and all(_bare(re.sub(r"\D", "", part)) in pieces for part in parts)


def _month(word: str) -> int:
    """1 to 12 for a month or its abbreviation of three letters or more, else 0."""
    if len(word) < 3:
        return 0
    return next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(word.rstrip("."))), 0)


def _unsupported_names(source: str, answer: str) -> Iterator[str]:
    if _capitalises_nouns(source):
        return
    folded = source.casefold()
    known = {_stem(word) for word in _words(folded)}
    initials = "".join(word[0] for word in _WORD.findall(folded))
    numbers = {_bare(run) for run in re.findall(r"\d+", source)}
    text = _LABEL.sub(lambda match: " " * len(match.group()), answer)
    for match in _WORD.finditer(text):
        word = match.group()
        before = text[max(0, match.start() - 12) : match.start()]
        if not word[0].isupper() or len(word) < 2 or _SENTENCE_START.search(before):
            continue
        if len(word) > 2 and word.isupper() and word.casefold() in initials:
            continue
        if not all(_known(part, known, numbers) for part in word.split("-") if part):
            yield word


def _known(word: str, known: set[str], numbers: set[str]) -> bool:
    lower = word.casefold()
    stem = _stem(lower)
    if stem in known or lower in _POLITE or stem in _POLITE or lower in _NUMBER_WORDS:
        return True
    month = _month(lower)
    if month:
        return str(month) in numbers or any(_month(other) == month for other in known)
    if len(lower) >= 3 and any(day.startswith(lower) for day in _DAYS):
        return any(
            day.startswith(other) and day.startswith(lower) for day in _DAYS for other in known if len(other) > 2
        )
    return False


def _stem(word: str) -> str:
    """Without the ending of a possessive or a plural."""
    word = word.replace("’", "'")
    for ending in ("'s", "s'", "'"):
        if word.endswith(ending):
            return word.removesuffix(ending).removesuffix("s") if len(word) > 4 else word.removesuffix(ending)
    return word.removesuffix("s") if len(word) > 3 else word


def _words(text: str) -> Iterable[str]:
    for word in _WORD.findall(text):
        yield word
        yield from (part for part in word.split("-") if part != word)


def _capitalises_nouns(source: str) -> bool:
    """True for a text such as a German one, where a capital letter says nothing about a name."""
    words = _WORD.findall(source)
    english = sum(word.lower() in _ENGLISH for word in words)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= 12 and capitals > 0.25 * len(words) and english < 0.04 * len(words)
