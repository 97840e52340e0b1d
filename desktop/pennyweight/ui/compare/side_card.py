"""One answer of a comparison: who, what it costs, the text as it comes, and its figures."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTextEdit, QWidget

from pennyweight.domain.comparison import Side
from pennyweight.domain.conversation import MessageState
from pennyweight.meter.money import format_usd
from pennyweight.services.comparison import SideLive
from pennyweight.ui.compare.diff import Span
from pennyweight.ui.compare.own_words import OwnWords
from pennyweight.ui.compare.words import cost, ending, letter, live_parts, side_parts
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.markdown import set_plain
from pennyweight.ui.transcript.reasoning import Reasoning
from pennyweight.ui.transcript.rich_text import RichText
from pennyweight.ui.transcript.text_view import TextView
from pennyweight.ui.widgets import Badge, Card, Dot, ElidedLabel, PartsLine, PlainLabel, SmallButton, Tone, restyle


class SideCard(Card):
    """`continue_wanted` carries the position; `edited` the person's own wording."""

    continue_wanted = Signal(int)
    edited = Signal(str)
    link = Signal(str)

    def __init__(self, theme: Theme, position: int, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._theme = theme
        self.position = position
        self.side: Side | None = None
        self._hidden = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.dot = Dot("mute")
        self.who = PlainLabel("", kind="strong")
        self.model = ElidedLabel("", tone="mute")
        self.badge = Badge("")
        head = QHBoxLayout()
        head.setSpacing(9)
        head.addWidget(self.dot)
        head.addWidget(self.who)
        head.addWidget(self.model, 1)
        head.addWidget(self.badge)
        self.reasoning = Reasoning()
        self.text = RichText(theme)
        self.marked = TextView()
        self.marked.setAccessibleName("Answer with its differences marked")
        self.marked.hide()
        self.status = PlainLabel("", tone="mute", wrap=True)
        self.ending = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.ending.hide()
        self.figures = PartsLine()
        self.go_on = SmallButton("Continue the chat with this", name="Continue the chat with this answer")
        self.go_on.clicked.connect(lambda: self.continue_wanted.emit(self.position))
        self.go_on.hide()
        self.edit = SmallButton("Edit…", name="Edit this answer: your wording is kept for the export")
        self.edit.hide()
        self.yours = PlainLabel("Your wording; what the model wrote is kept beside it.", tone="mute", kind="small")
        self.yours.hide()
        self.words = OwnWords()
        self._edited = ""
        self.body.addLayout(head)
        for widget in (self.reasoning, self.text, self.marked, self.words, self.yours, self.status, self.ending):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.body.addWidget(self.figures)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self.go_on)
        foot.addWidget(self.edit)
        foot.addStretch(1)
        self.body.addLayout(foot)
        self.edit.clicked.connect(self._begin_edit)
        self.words.kept.connect(self._words_kept)
        self.words.closed.connect(self._edit_closed)
        self.text.link.connect(self.link)

    def show_side(self, side: Side, *, hidden: bool, provider: str) -> None:
        """`hidden`: who it is and what would give that away stays back until the choice."""
        self.side, self._hidden = side, hidden
        tone: Tone = "local" if side.is_local else "cloud"
        self.dot.set_tone("mute" if hidden else tone)
        self.who.setText(letter(self.position) if hidden else provider)
        self.model.setText("" if hidden else (side.model_name or side.model))
        self._show_cost("" if hidden else cost(side), tone)
        streaming = side.state is MessageState.STREAMING
        if not streaming:
            self.status.hide()
            self.reasoning.set_text("" if hidden else side.reasoning)
            self.reasoning.set_tokens(side.reasoning_tokens)
            self.reasoning.settle()
            if not self._edited and self.text.text() != side.text:
                self.text.set_text(side.text)
            elif not self._edited:
                self.text.finish()
            self.figures.show_parts(() if hidden else side_parts(side))
            failed = side.state is not MessageState.COMPLETE
            self.ending.setText("This answer did not end well." if hidden and failed else ending(side))
            self.ending.setVisible(bool(self.ending.text()))
        self.setAccessibleName(f"{self.who.text()} {self.model.text()}: {side.text[:200]}")

    def append(self, text: str, reasoning: str) -> None:
        self.status.hide()
        if reasoning and not self._hidden:
            self.reasoning.append(reasoning)
        if text:
            self.text.append(text)

    def show_live(self, live: SideLive) -> None:
        if self._hidden:
            return
        self.figures.show_parts(live_parts(live))
        local = self.side is None or self.side.is_local
        if live.cost_nano is not None:
            self._show_cost(format_usd(live.cost_nano), "local" if local else "cloud")

    def show_status(self, text: str) -> None:
        self.status.setText("Working…" if self._hidden else text)
        self.status.setVisible(bool(text))

    def show_choice(self, *, chosen: bool, can_continue: bool, edited: str | None = None) -> None:
        """`edited`: the person's wording, "" where there is none yet, None where this side is not theirs to word."""
        restyle(self, preferred="true" if chosen else "false")
        self.go_on.setVisible(can_continue)
        self._edited = edited or ""
        if edited is None and not self.words.isHidden():
            self.words.close_it()
        self.edit.setVisible(edited is not None and self.words.isHidden())
        self.yours.setVisible(bool(edited))
        if self.side is not None and self.side.state is not MessageState.STREAMING:
            shown = self._edited or self.side.text
            if self.text.text() != shown:
                self.text.set_text(shown)

    def _begin_edit(self) -> None:
        if self.side is not None:
            self.text.hide()
            self.edit.hide()
            self.words.begin(self._edited or self.side.text)

    def _words_kept(self, text: str) -> None:
        """As the model wrote it, or nothing: no wording of one's own."""
        self.edited.emit("" if self.side is not None and text == self.side.text else text)

    def _edit_closed(self) -> None:
        self.text.setVisible(self.marked.isHidden())
        self.edit.show()
        self.edit.setFocus()

    def mark(self, spans: list[Span] | None) -> None:
        """Show the plain text with these spans marked; None goes back to the answer as it was written."""
        self.marked.setVisible(spans is not None)
        self.text.setVisible(spans is None and self.words.isHidden())
        if spans is None or self.side is None:
            return
        set_plain(self.marked.shown(), self.side.text)
        tokens = self._theme.tokens()
        look = QTextCharFormat()
        look.setBackground(QColor(tokens.warnbg))
        look.setForeground(QColor(tokens.warn))
        look.setFontUnderline(True)
        selections = []
        for start, end in spans:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.marked.shown())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor, selection.format = cursor, look
            selections.append(selection)
        self.marked.setExtraSelections(selections)

    def _show_cost(self, text: str, tone: Tone) -> None:
        self.badge.setText(text)
        self.badge.setVisible(bool(text))
        restyle(self.badge, tone=tone)
