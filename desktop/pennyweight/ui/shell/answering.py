"""The answer that is being written: at most one, shown wherever its conversation is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from pennyweight.bridge.stream import StreamHandle
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Message
from pennyweight.services.events import (
    AnswerDone,
    AnswerFailed,
    AnswerStarted,
    AskEvent,
    Delta,
    Live,
    Status,
    UserMessageSaved,
)
from pennyweight.ui.transcript.entry import Entry
from pennyweight.ui.transcript.time_left import TimeLeft
from pennyweight.ui.transcript.view import TranscriptView


@dataclass(slots=True)
class Running:
    """What is known of the running answer. `conversation_id` is "" until the first message of a new one is saved."""

    handle: StreamHandle
    conversation_id: str
    message: Message | None = None
    saved: bool = False


class Answering(QObject):
    """Feeds the transcript from the stream. Events for a conversation that is not shown are only remembered."""

    began = Signal()
    ended = Signal()
    events = Signal(list)
    """Every batch, for the meter."""
    question_saved = Signal(object)
    """UserMessageSaved."""
    answered = Signal(object)
    """The final message, whole, stopped or failed."""
    unsaved = Signal(str)
    """The id of an answer whose end could not be saved yet."""
    refused = Signal(object)
    """The exception, where nothing of it was saved."""
    placed = Signal(str)
    """The conversation that is being answered; "" for a new one that is not saved yet, and when there is none."""
    broke = Signal(object)
    """The exception, where the question had been saved already."""

    def __init__(self, runner: TaskRunner, transcript: TranscriptView, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._transcript = transcript
        self._running: Running | None = None
        self._left = TimeLeft()
        self._shown_id = ""

    @property
    def active(self) -> bool:
        return self._running is not None

    def runs_in(self, conversation_id: str) -> bool:
        return self._running is not None and self._running.conversation_id == conversation_id

    @property
    def elsewhere(self) -> str:
        """The conversation that is being answered while another one is shown; else ""."""
        running = self._running
        return running.conversation_id if running is not None and not self._visible() else ""

    def start(self, factory: Callable[[Cancel], Iterator[AskEvent]], conversation_id: str) -> None:
        """Begin; there must be none active. `conversation_id` is "" for a new conversation."""
        assert self._running is None
        handle = self._runner.stream(factory)
        self._running = Running(handle, conversation_id)
        self._left = TimeLeft()
        handle.events.connect(self._arrived)
        handle.finished.connect(self._finished)
        handle.failed.connect(self._failed)
        self._transcript.set_busy(True)
        handle.start()
        self.began.emit()
        self.placed.emit(conversation_id)

    def stop(self) -> None:
        if self._running is not None:
            self._running.handle.stop()

    def shown(self, conversation_id: str) -> None:
        """This conversation ("" for a new one) is what the transcript shows now."""
        self._shown_id = conversation_id

    def completed(self, entries: list[Entry]) -> list[Entry]:
        """Stored entries with what the running answer has written since; the store is half a second behind."""
        running = self._running.message if self._running else None
        if running is None:
            return entries
        return [replace(e, message=running) if e.message.id == running.id else e for e in entries]

    def _visible(self) -> bool:
        return self._running is not None and self._running.conversation_id == self._shown_id

    def _arrived(self, batch: list[AskEvent]) -> None:
        for event in batch:
            self._handle(event)
        self.events.emit(batch)

    def _handle(self, event: AskEvent) -> None:
        running = self._running
        if running is None:
            return
        match event:
            case UserMessageSaved(conversation=conversation, message=message):
                if not running.conversation_id and not self._shown_id:
                    self._shown_id = conversation.id
                running.conversation_id = conversation.id
                running.saved = True
                if self._visible():
                    self._transcript.add_message(message)
                self.placed.emit(conversation.id)
                self.question_saved.emit(event)
            case AnswerStarted(message=message):
                running.message = message
                running.saved = True
                if self._visible():
                    self._transcript.add_message(message)
            case Delta(text=text, reasoning=reasoning):
                self._grow(running, text, reasoning)
            case AnswerDone(message=message, line=line) | AnswerFailed(message=message, line=line):
                running.message = message
                if self._visible():
                    self._transcript.update_message(message, line)
                self.answered.emit(message)
                if isinstance(event, AnswerFailed) and event.unsaved:
                    self.unsaved.emit(message.id)
            case Live() if self._visible():
                self._transcript.show_live(event)
            case Status(text=text, fraction=fraction, meanwhile=meanwhile):
                left = self._left.words(fraction)
                if self._visible():
                    self._transcript.show_status(f"{text} · {left}" if left else text, fraction, meanwhile)
            case _:
                pass

    def _grow(self, running: Running, text: str, reasoning: str) -> None:
        message = running.message
        if message is None:
            return
        running.message = replace(message, text=message.text + text, reasoning=message.reasoning + reasoning)
        if self._visible():
            self._transcript.append_text(message.id, text, reasoning)

    def _finished(self) -> None:
        self._end()

    def _failed(self, error: Exception) -> None:
        saved = self._running is not None and self._running.saved
        self._end()
        (self.broke if saved else self.refused).emit(error)

    def _end(self) -> None:
        self._running = None
        self._transcript.set_busy(False)
        self.placed.emit("")
        self.ended.emit()
