"""Killed in the middle of a long summary: the parts that were done are in the ledger, and their text is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from tests.flows.conftest import Program

from pennyweight.app.composition import build_services
from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import MessageState

SUMMARIZING = """
import sys
from pathlib import Path
from pennyweight.app.composition import build_services
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task
from pennyweight.services.draft import Draft
from pennyweight.services.events import AnswerStarted, Status

services = build_services(Path(sys.argv[1]))
note = "The harbour committee met on Monday {0} and agreed to repair pier {0} for {0}00 euros before the spring.\\n\\n"
text = "".join(note.format(number) for number in range(1, 700))
for event in services.ask.ask(Draft(text=text, task=Task.SUMMARIZE, seed=1), Cancel()):
    if isinstance(event, AnswerStarted):
        print(event.message.id, flush=True)
    elif isinstance(event, Status) and event.text.startswith("Summarizing part "):
        print(event.text, flush=True)
        sys.stdin.readline()
"""
PARTS = 3


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")
def test_finished_parts_are_in_the_ledger_and_their_text_is_kept(program: Program) -> None:
    program.home.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", SUMMARIZING, str(program.home)],
        env=program.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        message_id = child.stdout.readline().strip()
        for part in range(1, PARTS + 2):  # the next one begins when a part is stored
            said = child.stdout.readline().split()
            assert said[:3] == ["Summarizing", "part", str(part)]
            assert int(said[4]) > PARTS
            if part <= PARTS:
                child.stdin.write("\n")
                child.stdin.flush()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    services = build_services(program.home)
    try:
        answer = services.conversations.message(message_id)
        assert answer.state is MessageState.INTERRUPTED
        assert answer.text.startswith(f"**Summaries of {PARTS} of ")
        assert "program ended" in answer.note
        assert "not the answer. Answer again" in answer.note
        rows = services.meter.entries(message_id)
        assert [row.kind for row in rows] == ["part"] * PARTS
        assert all(row.stop_reason is not StopReason.FAILED and row.usage.output_total > 0 for row in rows)
        assert len(answer.text.split("\n\n")) >= PARTS
        totals = services.meter.totals("all").totals
        assert (totals.calls, totals.answers) == (PARTS, 1)
        assert totals.local.output_total == sum(row.usage.output_total for row in rows)
        assert totals.electric_nano == sum(row.local.electric_nano for row in rows if row.local is not None)
        line = services.meter.line(message_id)
        assert line is not None
        assert line.input_total == totals.local.input_total == sum(row.usage.input_total for row in rows)
    finally:
        services.close()
