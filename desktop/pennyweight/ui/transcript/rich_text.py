"""An answer's Markdown as a column of prose and code, built while it streams.

Finished blocks are parsed once per section of at most a few thousand characters; the block being written is shown as
Markdown while it is short and as plain text when it is long, so the cost of a repaint does not grow with the answer.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.code_block import CodeBlock
from pennyweight.ui.transcript.markdown import gap_between, set_markdown, set_plain
from pennyweight.ui.transcript.sections import OpenSection, Section, Splitter, split
from pennyweight.ui.transcript.text_view import TextView

TAIL_AS_MARKDOWN = 600
CURSOR = "▍"
_SPACING = 2


class _Prose(TextView):
    """One section of prose."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._source: tuple[str, bool] | None = None
        self._above = 0
        self.setAccessibleName("Answer")

    def set_source(self, text: str, *, plain: bool = False) -> None:
        if self._source != (text, plain):
            self._source = (text, plain)
            self.redress()

    def follow(self, before: QWidget) -> None:
        """Prose goes on in this widget: the gap is that between two paragraphs of one."""
        above = gap_between(before.shown(), self.shown()) - _SPACING if isinstance(before, _Prose) else 0
        if above != self._above:
            self._above = above
            self.setViewportMargins(0, above, 0, 0)
            self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        return super().heightForWidth(width) + self._above

    def redress(self) -> None:
        if self._source is not None:
            text, plain = self._source
            if plain:
                set_plain(self.shown(), text)
            else:
                set_markdown(self.shown(), text, self._theme.tokens())


class RichText(QWidget):
    """`set_text` for a stored answer; `append` and `finish` for one that streams."""

    link = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._splitter = Splitter()
        self._text = ""
        self._built = 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        self._done: list[_Prose | CodeBlock] = []
        self._stable: _Prose | None = None
        self._tail: _Prose | None = None
        self._code: CodeBlock | None = None
        theme.changed.connect(self._redress)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        """Show a whole text."""
        self._clear()
        self._text = text
        for section in split(text):
            self._add_finished(section)

    def set_open_text(self, text: str) -> None:
        """Show the beginning of a text that `append` goes on with."""
        self._clear()
        self._text = ""
        if text:
            self.append(text)

    def append(self, piece: str) -> None:
        self._text += piece
        self._splitter.feed(piece)
        self._catch_up()
        self._show_open(self._splitter.current())

    def finish(self) -> None:
        """The answer is whole: what was still open is closed."""
        self._splitter.finish()
        self._catch_up()
        self._drop_open()

    def _catch_up(self) -> None:
        for section in self._splitter.finished[self._built :]:
            self._drop_tail()
            if section.kind == "code" and self._code is not None:
                self._code.close_block(section.text)
                self._done.append(self._code)
                self._code = None
            elif section.kind == "prose" and self._stable is not None:
                self._stable.set_source(section.text)
                self._done.append(self._stable)
                self._stable = None
            else:
                self._drop_open()
                self._add_finished(section)
            self._built += 1

    def _show_open(self, section: OpenSection | None) -> None:
        if section is None:
            self._drop_open()
        elif section.kind == "code":
            if self._code is None:
                self._drop_open()
                self._code = CodeBlock(self._theme, section.language)
                self._column.addWidget(self._code)
            self._code.set_streaming(section.tail)
        else:
            self._show_prose(section)

    def _show_prose(self, section: OpenSection) -> None:
        if section.stable.strip():
            if self._stable is None:
                self._stable = self._prose()
                self._column.insertWidget(len(self._done), self._stable)
            self._stable.set_source(section.stable.rstrip())
            self._space(self._stable)
        if not section.tail.strip():
            self._drop_tail()
            return
        if self._tail is None:
            self._tail = self._prose()
            self._column.addWidget(self._tail)
        plain = len(section.tail) > TAIL_AS_MARKDOWN
        self._tail.set_source(section.tail.rstrip("\n") + CURSOR, plain=plain)
        self._space(self._tail)

    def _add_finished(self, section: Section) -> None:
        if section.kind == "code":
            block = CodeBlock(self._theme, section.language)
            block.close_block(section.text)
            widget: _Prose | CodeBlock = block
        else:
            widget = self._prose()
            widget.set_source(section.text)
            self._space(widget)
        self._column.addWidget(widget)
        self._done.append(widget)

    def _space(self, prose: _Prose) -> None:
        """Below what stands before it."""
        before = (self._stable, *self._done[-1:])
        above = next((each for each in before if each is not None and each is not prose), None)
        if above is not None:
            prose.follow(above)

    def _prose(self) -> _Prose:
        prose = _Prose(self._theme)
        prose.link.connect(self.link)
        return prose

    def _drop_tail(self) -> None:
        if self._tail is not None:
            _discard(self._tail)
            self._tail = None

    def _drop_open(self) -> None:
        self._drop_tail()
        for widget in (self._stable, self._code):
            if widget is not None:
                _discard(widget)
        self._stable = self._code = None

    def _clear(self) -> None:
        self._drop_open()
        for widget in self._done:
            _discard(widget)
        self._done = []
        self._splitter = Splitter()
        self._built = 0

    def _redress(self) -> None:
        for widget in (*self._done, self._stable, self._tail, self._code):
            if widget is not None:
                widget.redress()


def _discard(widget: QWidget) -> None:
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
