"""The engine's process is killed in mid-answer: the answer so far is kept, the cause is told, the next one works."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.support.random_model import PRESETS, write_random_model

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.services.ask import Draft
from pennyweight.services.container import Services
from pennyweight.services.events import AnswerDone, AnswerFailed, AskEvent, Delta


def test_the_window_of_events_stays_alive(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "noise.gguf"
    write_random_model(path, PRESETS["tiny"])
    noise = services.models.add(path)
    events: list[AskEvent] = []
    for event in services.ask.ask(Draft(text="Go on and on", task=Task.ASK, model=noise.id), Cancel()):
        if isinstance(event, Delta) and not any(isinstance(each, Delta) for each in events):
            child = services.ask.engine_process_id()
            assert child is not None
            os.kill(child, signal.SIGKILL)
        events.append(event)
    failed = events[-1]
    assert isinstance(failed, AnswerFailed)
    assert failed.message.state is MessageState.FAILED
    assert failed.message.text
    assert failed.message.note == failed.error.sentence
    assert failed.line is not None
    assert failed.line.output_total > 0
    assert failed.line.equivalent_nano
    chat = failed.message.conversation_id
    done = list(services.ask.ask(Draft(text="What is Pennyweight?", task=Task.ASK, conversation_id=chat), Cancel()))[-1]
    assert isinstance(done, AnswerDone)
    assert done.message.state is MessageState.COMPLETE
    assert done.message.text
