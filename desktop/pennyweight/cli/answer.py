"""One answer on the command line: streamed, stopped by Ctrl-C, and told as the fields of `--json`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from pennyweight.cli.output import Progress, print_json, say, usd
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Message, MessageState, Task
from pennyweight.services.draft import Draft
from pennyweight.services.events import AnswerDone, AnswerFailed, AskEvent, Delta, MeterLine, Status
from pennyweight.services.line_text import line_text

if TYPE_CHECKING:
    from pennyweight.domain.ledger import LedgerEntry
    from pennyweight.services.container import Services
    from pennyweight.services.escalation import Preview


@dataclass(slots=True)
class _Outcome:
    message: Message | None = None
    line: MeterLine | None = None
    problem: str = ""


def answer(
    services: Services, draft: Draft, *, as_json: bool, with_parts: bool = False, preview: Preview | None = None
) -> None:
    """Ask, print, and exit with 1 if it failed or was stopped. KnownError if it could not be sent.

    `preview`: what the person said yes to, for a provider.
    """
    with stopped_by_signals() as cancel:
        asked = services.ask.ask(draft, cancel) if preview is None else services.escalate.send(preview, cancel)
        with closing(asked) as events:  # whatever ends it, what it cost is booked while the database is open
            outcome = _run(events, as_json)
    message, line = outcome.message, outcome.line
    if message is None:
        raise click.exceptions.Exit(1)
    if as_json:
        rows = list(services.meter.entries(message.id))
        print_json(_fields(message, line, rows, draft, with_parts))
    if message.note and not outcome.problem:
        say(message.note)
    if line is not None and not as_json:
        say(line_text(line))
    if outcome.problem:
        say(outcome.problem)
    elif message.state is MessageState.STOPPED:
        say("Stopped. What had been written is kept.")
    if outcome.problem or message.state is not MessageState.COMPLETE:
        raise click.exceptions.Exit(1)


def _run(events: Iterator[AskEvent], as_json: bool) -> _Outcome:
    outcome, progress, wrote = _Outcome(), Progress(), False
    for event in events:
        if isinstance(event, Delta):
            if event.text and not as_json:
                progress.clear()
                click.echo(event.text, nl=False)
                wrote = True
        elif isinstance(event, Status):
            progress.show(event.text, event.fraction)
        elif isinstance(event, AnswerDone):
            outcome.message, outcome.line = event.message, event.line
        elif isinstance(event, AnswerFailed):
            outcome.message, outcome.line, outcome.problem = event.message, event.line, event.error.sentence
    progress.clear()
    if outcome.message is not None and not as_json:
        if not wrote and outcome.message.text:  # stopped between the parts of a long text: what there is of it
            click.echo(outcome.message.text, nl=False)
            wrote = True
        if wrote:
            click.echo()
    return outcome


@contextmanager
def stopped_by_signals() -> Iterator[Cancel]:
    """Ctrl-C and a request to end stop the answer, which is then kept; a second Ctrl-C ends the program."""
    cancel = Cancel()

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        # Not in the signal handler itself: cancelling talks to the engine, which this very thread may be doing.
        threading.Thread(target=cancel.cancel, name="pennyweight-stop", daemon=True).start()

    numbers = _stop_signals() if threading.current_thread() is threading.main_thread() else ()
    before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int | None] = {
        number: signal.signal(number, stop) for number in numbers
    }
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop_signals() -> tuple[signal.Signals, ...]:
    """Ctrl-C, a polite kill, and a terminal that was closed (not under `nohup`; Windows has no such signal)."""
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is None or signal.getsignal(hang_up) is signal.SIG_IGN:
        return (signal.SIGINT, signal.SIGTERM)
    return (signal.SIGINT, signal.SIGTERM, hang_up)


def _fields(
    message: Message, line: MeterLine | None, rows: list[LedgerEntry], draft: Draft, with_parts: bool
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "text": message.text,
        "task": draft.task.value,
        "source": message.source or "local",
        "model": line.model if line else message.model,
        "usage": {
            "input_total": line.input_total if line else 0,
            "cache_read": line.reused if line else 0,
            "output_total": line.output_total if line else 0,
            "reasoning": line.reasoning if line else 0,
            "usage_state": line.usage_state.value if line else "unknown",
        },
        "prompt_evaluated": line.evaluated if line else 0,
        "seconds": line.seconds if line else 0.0,
        "first_token_seconds": line.first_token_seconds if line else None,
        "energy_joules": line.joules if line else None,
        "energy_source": line.energy_source if line else None,
        "local_usd": usd(line.local_nano) if line else None,
        "local_usd_low": usd(line.low) if line else None,
        "local_usd_high": usd(line.high) if line else None,
        "equivalent_usd": usd(line.equivalent_nano) if line else None,
        "equivalent_model": (line.reference if line else "") or None,
        "billed_usd": _billed(message, line),
        "state": message.state.value,
        "note": message.note,
        "conversation_id": message.conversation_id,
        "message_id": message.id,
    }
    if line is not None and line.hardware_nano is not None:
        fields["hardware_usd"] = usd(line.hardware_nano)
    if with_parts or draft.task is Task.SUMMARIZE:
        fields["parts"] = max(1, sum(row.kind == "part" for row in rows))
        fields["calls"] = [_call_fields(row) for row in rows]
    return fields


def _billed(message: Message, line: MeterLine | None) -> str | None:
    """None for a cloud answer without a known price; zero is only what cost nothing."""
    if line is None:
        return "0"
    return usd(line.billed_nano if message.source != "local" else 0)


def _call_fields(row: LedgerEntry) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "input_total": row.usage.input_total,
        "cache_read": row.usage.cache_read,
        "output_total": row.usage.output_total,
        "prompt_evaluated": row.prompt_evaluated,
        "seconds": row.seconds,
        "energy_joules": row.energy.joules if row.energy else None,
        "local_usd": usd(row.local.electric_nano) if row.local else None,
        "equivalent_usd": usd(row.equivalent.expected_nano) if row.equivalent else None,
    }
