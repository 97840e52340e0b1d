"""Keep and Not useful: what the person says of an answer, shown at once and then saved."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import MessageState, Verdict
from pennyweight.services.conversations import ConversationService
from pennyweight.ui.transcript.view import TranscriptView

_TOLD = {
    Verdict.KEPT: "The last answer is marked as kept.",
    Verdict.NOT_USEFUL: "The last answer is marked as not useful.",
    None: "The last answer is not marked any more.",
}


class Judging(QObject):
    problem = Signal(object)
    """An exception to show; the answer is then shown as it was before."""
    told = Signal(str)
    """What a key did, which may be out of sight."""

    def __init__(
        self, conversations: ConversationService, runner: TaskRunner, transcript: TranscriptView, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._runner = runner
        self._transcript = transcript
        transcript.judged.connect(self.judge)

    def judge(self, message_id: str, verdict: Verdict | None) -> None:
        before = self._transcript.set_verdict(message_id, verdict)

        def failed(error: Exception) -> None:
            self._transcript.set_verdict(message_id, before)
            self.problem.emit(error)

        self._runner.change(lambda: self._conversations.judge(message_id, verdict), None, failed, owner=self)

    def toggle_last(self, verdict: Verdict) -> None:
        """Say it of the last answer that is shown, or take it back."""
        entries = reversed(self._transcript.column.entries)
        last = next((entry.message for entry in entries if entry.message.role == "assistant"), None)
        if last is None or last.state is MessageState.STREAMING or not last.text:
            return
        wanted = None if last.verdict is verdict else verdict
        self.judge(last.id, wanted)
        self.told.emit(_TOLD[wanted])
