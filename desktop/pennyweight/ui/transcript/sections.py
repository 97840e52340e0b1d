"""Cutting Markdown into sections as it streams in, so that what is finished is parsed once. Pure; no Qt.

A section is a run of prose (at most a few thousand characters, cut between blocks) or one fenced code block. The last
section may still grow: its `stable` part consists of whole blocks, its `tail` is the block being written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

PROSE_LIMIT = 2_000
TABLE_ROWS = 200
"""Longer tables are shown as they were written: laying one out costs seconds, again at each resize."""
_FENCE = re.compile(r"^(?P<indent>[ \t]{0,8})(?P<marker>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_ITEM_OR_HEADING = re.compile(r"^[ \t]{0,6}(?:[-*+]|\d{1,9}[.)])[ \t]+|^#{1,6}[ \t]")
_RULE = r"[-=*_][-=*_ \t]*$"
_DEFINITION = r"\[[^\]]+\]:"
_HARD_BREAK = "\\"
_BLOCK = re.compile(
    rf"[ ]{{0,3}}(?:(?:[-*+]|\d{{1,9}}[.)]|#{{1,6}})(?:[ \t]|$)|[>|]|`{{3}}|~{{3}}|{_DEFINITION}|{_RULE})|[ ]{{4}}|\t"
)
"""A line that begins a block of its own, or underlines a heading."""
_NO_FLOW = re.compile(rf"[ ]{{0,3}}(?:#{{1,6}}[ \t]|>|{_DEFINITION}|{_RULE})|[ ]{{4}}|\t")
"""A line that ends at its newline whatever follows, or a quote, whose lines begin anew."""
_CODE_OR_IMAGE = re.compile(r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|!(?=\[)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Section:
    kind: Literal["prose", "code"]
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class OpenSection:
    """The section being written; for code everything is `tail`."""

    kind: Literal["prose", "code"]
    stable: str
    tail: str
    language: str = ""


class Splitter:
    """Feed it text; `finished` grows by whole sections, `current()` is the one being written."""

    def __init__(self) -> None:
        self.finished: list[Section] = []
        self._text = ""
        self._scanned = 0
        self._stable = 0
        self._fence = ""
        self._indent = 0
        self._language = ""

    def feed(self, text: str) -> None:
        self._text += text
        while (end := self._text.find("\n", self._scanned)) >= 0:
            start, self._scanned = self._scanned, end + 1
            self._line(start, self._text[start:end])

    def current(self) -> OpenSection | None:
        """What is being written; None if there is nothing yet."""
        if self._fence:
            return OpenSection("code", "", self._dedented(self._text), self._language)
        if not self._text.strip():
            return None
        return OpenSection("prose", self._text[: self._stable], self._text[self._stable :])

    def finish(self) -> list[Section]:
        """The text is over: everything as finished sections."""
        if self._text and not self._text.endswith("\n"):
            self.feed("\n")  # a closing fence at the very end has no newline
        if self._fence or self._text.strip():
            self._close()
        return self.finished

    def _line(self, start: int, line: str) -> None:
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence["marker"].startswith(self._fence) and not fence["info"].strip():
                self._text, rest = self._text[:start], self._text[self._scanned :]
                self._close(rest)
            return
        if fence:
            self._text, rest = self._text[:start], self._text[self._scanned :]
            if self._text.strip():
                self._close(rest)
            else:
                self._restart(rest)
            self._fence, self._indent = fence["marker"], len(fence["indent"])
            self._language = (fence["info"].split() or [""])[0]
            return
        if not line.strip():
            self._stable = self._scanned
            return
        starts_block = self._stable == start or bool(_ITEM_OR_HEADING.match(line))
        if starts_block:
            self._stable = start
            if start >= PROSE_LIMIT and not line[0].isspace():
                self._text, rest = self._text[:start], self._text[start:]
                self._close(rest)

    def _close(self, rest: str = "") -> None:
        if self._fence:
            self.finished.append(Section("code", self._dedented(self._text).removesuffix("\n"), self._language))
        elif _table_rows(self._text) > TABLE_ROWS:
            self.finished.append(Section("code", self._text.strip("\n")))
        else:
            self.finished.append(Section("prose", self._text.rstrip()))
        self._restart(rest)

    def _restart(self, rest: str) -> None:
        self._text = rest
        self._scanned = self._stable = 0
        self._fence = self._language = ""
        self._indent = 0

    def _dedented(self, text: str) -> str:
        if not self._indent:
            return text
        return re.sub(rf"^[ \t]{{1,{self._indent}}}", "", text, flags=re.MULTILINE)


def _table_rows(text: str) -> int:
    return sum(line.lstrip().startswith("|") for line in text.splitlines())


def split(text: str) -> list[Section]:
    """All of a finished text."""
    splitter = Splitter()
    splitter.feed(text)
    return splitter.finish()


LINE_BREAK = "\u2001"
"""Stands for a line break inside a paragraph until the Markdown is parsed: a space for the parser, and no usual one."""


def with_line_breaks(markdown: str) -> str:
    """Lines of one paragraph stay lines, as in the text that is copied: a signature is no flowing text.

    Between them stands `LINE_BREAK`. Lists, headings, quotes, tables, rules, link definitions and indented code keep
    their newlines.
    """
    lines = markdown.replace(LINE_BREAK, " ").split("\n")
    shown = [lines[0]]
    for before, line in pairwise(lines):
        flows = before.strip() and line.strip() and not (_NO_FLOW.match(before) or _BLOCK.match(line))
        if flows and not ("|" in before and "|" in line):
            shown[-1] = shown[-1].removesuffix(_HARD_BREAK)
            shown += LINE_BREAK, line.lstrip()
        else:
            shown += "\n", line
    return "".join(shown)


def without_images(markdown: str) -> str:
    """Images become links to them: nothing is fetched or read from disk to show what a model wrote."""
    cleaned = markdown.replace("\ufffc", "").replace("\x00", "")
    return _CODE_OR_IMAGE.sub(lambda match: match["code"] or "", cleaned)
