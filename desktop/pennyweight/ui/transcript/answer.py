"""One answer: folded reasoning, the text, how it ended, the meter's line and the actions."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pennyweight.domain.conversation import Message, MessageState, Verdict
from pennyweight.services.events import Live, MeterLine
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.footer import AnswerFooter, put_on_clipboard
from pennyweight.ui.transcript.lines import line_parts, live_parts
from pennyweight.ui.transcript.reasoning import Reasoning
from pennyweight.ui.transcript.rich_text import RichText
from pennyweight.ui.transcript.status import StatusLines
from pennyweight.ui.widgets import PlainLabel

_ENDINGS = {
    MessageState.STOPPED: "Stopped. What had been written is kept.",
    MessageState.INTERRUPTED: "Interrupted: Pennyweight was closed in mid-answer. What had been written is kept.",
    MessageState.FAILED: "This answer failed.",
}


class AnswerView(QWidget):
    """Follows one message from its first token to its last."""

    stop = Signal()
    judged = Signal(str, object)
    """The answer's id and the Verdict, or None."""
    again = Signal(str)
    again_cloud = Signal(str)
    edit = Signal(str)
    cloud = Signal(str)
    """The id of the answer whose question should go to the cloud."""
    compare = Signal(str)
    """The id of the answer's question."""
    step = Signal(str, int)
    link = Signal(str)

    def __init__(self, theme: Theme, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self._streaming = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.reasoning = Reasoning()
        self.body = RichText(theme)
        self.status = StatusLines()
        self.ending = PlainLabel(tone="warn", kind="small", wrap=True, selectable=True)
        self.footer = AnswerFooter(theme)
        for widget in (self.reasoning, self.body, self.status, self.ending, self.footer):
            column.addWidget(widget)
        self.body.link.connect(self.link)
        self.footer.stop.connect(self.stop)
        self.footer.judged.connect(lambda verdict: self.judged.emit(self.message.id, verdict))
        self.footer.copy.connect(lambda: put_on_clipboard(self.body.text()))
        self.footer.edit.connect(lambda: self.edit.emit(self.message.parent_id or ""))
        self.footer.again.connect(lambda: self.again.emit(self.message.id))
        self.footer.again_cloud.connect(lambda: self.again_cloud.emit(self.message.id))
        self.footer.compare.connect(lambda: self.compare.emit(self.message.parent_id or ""))
        self.footer.cloud.connect(lambda: self.cloud.emit(self.message.id))
        self.footer.step.connect(lambda step: self.step.emit(self.message.id, step))
        self.show_message(message, None)

    @property
    def streaming(self) -> bool:
        return self._streaming

    def show_message(self, message: Message, line: MeterLine | None) -> None:
        """The stored message, whole or as far as it got."""
        self.message = message
        self._streaming = message.state is MessageState.STREAMING
        self.setAccessibleName(f"Answer: {message.text[:200]}")
        self.reasoning.set_text(message.reasoning)
        self.reasoning.set_tokens(line.reasoning if line else 0)
        self.reasoning.settle()
        if self._streaming:
            self.body.set_open_text(message.text)
        elif self.body.text() != message.text:
            self.body.set_text(message.text)
        else:
            self.body.finish()
        self.status.tell("Starting…" if self._streaming and not (message.text or message.reasoning) else "")
        self._show_ending(message)
        self.footer.set_streaming(self._streaming)
        self.footer.set_writer("" if message.source in (None, "local") else message.model or message.source or "")
        self.footer.set_written(bool(message.text))
        self.footer.show_verdict(message.verdict)
        self._show_line(line)

    def set_line(self, line: MeterLine | None) -> None:
        self.reasoning.set_tokens(line.reasoning if line else 0)
        self._show_line(line)

    def _show_line(self, line: MeterLine | None) -> None:
        self.footer.show_parts(line_parts(line, self.message.model or "") if line else ())

    def set_verdict(self, verdict: Verdict | None) -> None:
        self.message = replace(self.message, verdict=verdict)
        self.footer.show_verdict(verdict)

    def set_branch(self, index: int, count: int) -> None:
        self.footer.branches.show_position(index, count)

    def append(self, text: str, reasoning: str) -> None:
        self.status.hide()
        if reasoning:
            self.reasoning.append(reasoning)
        if text:
            self.reasoning.settle()
            self.body.append(text)

    def show_live(self, live: Live) -> None:
        self.reasoning.set_tokens(live.reasoning)
        self.footer.show_parts(live_parts(live))

    def show_status(self, text: str, fraction: float | None = None, meanwhile: str = "") -> None:
        """What is going on before the first words (loading, reading the prompt, part 3 of 7)."""
        self.status.tell(text, fraction, meanwhile)

    def _show_ending(self, message: Message) -> None:
        ending = _ENDINGS.get(message.state, "")
        if message.state is MessageState.STOPPED and not message.text:
            ending = "Stopped before anything was written."
        sentence = message.note or ending
        self.ending.setText(sentence)
        self.ending.setVisible(bool(sentence) and not self._streaming)
        self.ending.set_tone("mute" if message.state in (MessageState.COMPLETE, MessageState.STOPPED) else "warn")
