"""The transcript: scrolls over a bounded column of messages and follows an answer while it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, QRegularExpression, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from pennyweight.domain.conversation import Message, Verdict
from pennyweight.services.events import Live, MeterLine
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.answer import AnswerView
from pennyweight.ui.transcript.bubble import UserBubble
from pennyweight.ui.transcript.column import MessageColumn
from pennyweight.ui.transcript.entry import Entry
from pennyweight.ui.transcript.text_view import TextView
from pennyweight.ui.widgets import IconButton

NEAR_PX = 500
AT_BOTTOM_PX = 32


class TranscriptView(QScrollArea):
    """Shows entries; asks for older ones by `need_earlier` (the oldest message's id) and passes actions on."""

    need_earlier = Signal(str)
    stop = Signal()
    judged = Signal(str, object)
    """An answer's id and the Verdict, or None."""
    again = Signal(str)
    again_cloud = Signal(str)
    edit = Signal(str)
    cloud = Signal(str)
    compare = Signal(str)
    step = Signal(str, int)
    link = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._has_earlier = False
        self._asked = False
        self._stick = True
        self._moving = False
        self._busy = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Conversation")
        self.viewport().setAutoFillBackground(False)
        self.column = MessageColumn(self._make)
        self.setWidget(self.column)
        self.column.setAutoFillBackground(False)
        self._jump = IconButton(theme, "arrow-down", "Jump to the newest message", size=34, parent=self)
        self._jump.setObjectName("jump")
        self._jump.clicked.connect(self.jump_to_newest)
        self._jump.hide()
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._range_changed)
        self._fill = QTimer(self)
        self._fill.setSingleShot(True)
        self._fill.setInterval(0)
        self._fill.timeout.connect(self._fill_window)

    def show_entries(self, entries: list[Entry], *, has_earlier: bool) -> None:
        """The newest page of a conversation, in reading order."""
        self._has_earlier, self._asked = has_earlier, False
        self._stick = True
        self.column.replace(entries)
        self._fill.start()
        self._to_bottom()

    def add_earlier(self, entries: list[Entry], *, has_earlier: bool) -> None:
        """The page before what is loaded."""
        self._has_earlier, self._asked = has_earlier, False
        self.column.prepend(entries)
        self._fill.start()

    def clear(self) -> None:
        self._has_earlier = False
        self.column.clear()

    def add_message(self, message: Message) -> None:
        self.column.append(Entry(message))
        if message.role == "user":
            self._stick = True
        self._to_bottom()

    def update_message(self, message: Message, line: MeterLine | None) -> None:
        """The final state of an answer."""
        self._store(message.id, message=message, line=line)
        answer = self.answer(message.id)
        if answer is not None:
            answer.show_message(message, line)
            answer.footer.set_busy(self._busy)

    def set_branch(self, message_id: str, branch: tuple[int, int]) -> None:
        self._store(message_id, branch=branch)
        widget = self.column.widget_for(message_id)
        if isinstance(widget, (AnswerView, UserBubble)):
            widget.set_branch(*branch)

    def set_verdict(self, message_id: str, verdict: Verdict | None) -> Verdict | None:
        """What the person says of a loaded answer; returns what was shown before."""
        index = self.column.index_of(message_id)
        if index < 0:
            return None
        message = self.column.entries[index].message
        self._store(message_id, message=replace(message, verdict=verdict))
        answer = self.answer(message_id)
        if answer is not None:
            answer.set_verdict(verdict)
        return message.verdict

    def truncate_before(self, message_id: str) -> None:
        """Forget this message and all after it (another branch takes their place)."""
        index = self.column.index_of(message_id)
        if index >= 0:
            self.column.replace(self.column.entries[:index])

    def truncate_after(self, message_id: str) -> None:
        """Keep what there is up to this message of the person."""
        index = self.column.index_of(message_id)
        if index >= 0:
            self.column.replace(self.column.entries[: index + 1])

    def append_text(self, message_id: str, text: str, reasoning: str) -> None:
        index = self.column.index_of(message_id)
        if index < 0:
            return
        message = self.column.entries[index].message  # kept whole, for when its widget is made anew
        grown = replace(message, text=message.text + text, reasoning=message.reasoning + reasoning)
        self._store(message_id, message=grown)
        answer = self.answer(message_id)
        if answer is not None:
            answer.append(text, reasoning)

    def show_live(self, live: Live) -> None:
        answer = self.answer(live.message_id)
        if answer is not None:
            answer.show_live(live)

    def show_status(self, text: str, fraction: float | None = None, meanwhile: str = "") -> None:
        """Under the answer that is being written."""
        for widget in reversed(self.column.widgets):
            if isinstance(widget, AnswerView) and widget.streaming:
                widget.show_status(text, fraction, meanwhile)
                return

    def show_message(self, message_id: str, words: Sequence[str] = ()) -> None:
        """Bring a loaded message into view; of `words` the first one that stands in it, selected."""
        if self.column.index_of(message_id) < 0:
            return
        self._stick = False
        self.column.show_around(message_id)
        self.column.settle()
        widget = self.column.widget_for(message_id)
        if widget is not None:
            if words and isinstance(widget, UserBubble):
                widget.unfold()
                self.column.settle()
            place = self._find(widget, words)
            top = widget.mapTo(self.column, QPoint(0, 0)).y() - 24
            self._moving = True
            self.verticalScrollBar().setValue(max(0, top if place is None else place - self.viewport().height() // 3))
            self._moving = False
        bar = self.verticalScrollBar()
        self._jump.setVisible(bar.value() < bar.maximum())
        self._fill.start()

    def _find(self, widget: QWidget, words: Sequence[str]) -> int | None:
        """Select the first of the words in the message and tell how far down the column it stands."""
        shown = widget.body if isinstance(widget, AnswerView) else widget  # a search does not look into reasoning
        for text in shown.findChildren(TextView):
            for word in sorted(words, key=len, reverse=True):
                found = text.shown().find(_at_a_words_start(word))
                if not found.isNull():
                    text.setTextCursor(found)
                    place: int = text.mapTo(self.column, text.cursorRect(found).topLeft()).y()
                    return place
        return None

    def answer(self, message_id: str) -> AnswerView | None:
        widget = self.column.widget_for(message_id)
        return widget if isinstance(widget, AnswerView) else None

    def set_busy(self, busy: bool) -> None:
        self._busy = busy
        for widget in self.column.widgets:
            if isinstance(widget, AnswerView):
                widget.footer.set_busy(busy)

    def jump_to_newest(self) -> None:
        self._stick = True
        self.column.show_newest()
        self._to_bottom()
        self._fill.start()

    def at_newest(self) -> bool:
        return self._stick

    def _store(self, message_id: str, **changes: object) -> None:
        index = self.column.index_of(message_id)
        if index >= 0:
            self.column.entries[index] = replace(self.column.entries[index], **changes)  # type: ignore[arg-type]  # named fields

    def _make(self, entry: Entry) -> QWidget:
        if entry.message.role == "user":
            bubble = UserBubble(self._theme, entry.message)
            bubble.edit.connect(self.edit)
            bubble.step.connect(self.step)
            bubble.set_branch(*entry.branch)
            return bubble
        answer = AnswerView(self._theme, entry.message)
        answer.set_line(entry.line)
        answer.set_branch(*entry.branch)
        answer.footer.set_busy(self._busy)
        answer.stop.connect(self.stop)
        answer.judged.connect(self.judged)
        answer.again.connect(self.again)
        answer.again_cloud.connect(self.again_cloud)
        answer.edit.connect(self.edit)
        answer.cloud.connect(self.cloud)
        answer.compare.connect(self.compare)
        answer.step.connect(self.step)
        answer.link.connect(self.link)
        return answer

    def _scrolled(self, value: int) -> None:
        if self._moving:
            return
        bar = self.verticalScrollBar()
        self._stick = value >= bar.maximum() - AT_BOTTOM_PX and self.column.end == len(self.column.entries)
        self._jump.setVisible(not self._stick and bar.maximum() > 0)
        self._fill.start()

    def _range_changed(self, _low: int, high: int) -> None:
        self.column.leave_room_for_bar(high > 0)
        if self._stick:
            self._to_bottom()

    def _to_bottom(self) -> None:
        self._jump.hide()
        self._moving = True
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._moving = False

    def _fill_window(self) -> None:
        """Make widgets where the view comes near the edge of the window, keeping what is seen where it is."""
        bar = self.verticalScrollBar()
        if bar.value() < NEAR_PX:
            if self.column.first > 0:
                self._keeping_place(self.column.extend_up)
            elif self._has_earlier and not self._asked and self.column.entries:
                self._asked = True
                self.need_earlier.emit(self.column.entries[0].message.id)
                return
        if bar.value() > bar.maximum() - NEAR_PX and self.column.end < len(self.column.entries):
            self._keeping_place(self.column.extend_down)

    def _keeping_place(self, change: Callable[[], bool]) -> None:
        anchor = self._anchor()
        before = anchor.mapTo(self.column, QPoint(0, 0)).y() if anchor else 0
        if not change():
            return
        self.column.settle()
        self._fill.start()
        if anchor is not None and anchor in self.column.widgets:
            moved = anchor.mapTo(self.column, QPoint(0, 0)).y() - before
            self._moving = True
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved)
            self._moving = False

    def _anchor(self) -> QWidget | None:
        """The first message that is seen."""
        top = self.verticalScrollBar().value()
        for widget in self.column.widgets:
            if widget.mapTo(self.column, QPoint(0, widget.height())).y() > top:
                return widget
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._jump.move((self.width() - self._jump.width()) // 2, self.height() - self._jump.height() - 10)
        if self._stick:
            self._to_bottom()


def _at_a_words_start(word: str) -> QRegularExpression:
    edge = r"\b" if word[:1].isalnum() else ""
    return QRegularExpression(
        edge + QRegularExpression.escape(word),
        QRegularExpression.PatternOption.CaseInsensitiveOption
        | QRegularExpression.PatternOption.UseUnicodePropertiesOption,
    )
