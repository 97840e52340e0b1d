"""A disk that is full or locked in mid-answer takes neither the text nor what it used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from tests.support.scripted_source import Says
from tests.support.stuck_database import full, locked
from tests.unit.store.store_samples import local_entry

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.errors import EngineError
from pennyweight.services.answer_writer import AnswerWriter
from pennyweight.services.draft import Draft
from pennyweight.services.events import AnswerDone, AnswerFailed, AnswerStarted
from pennyweight.services.messages import answer_to, question_of
from pennyweight.store import Store, UnsavedAnswerError

Bench = Any
TEXT = " ".join(f"word{number}" for number in range(2_000))
STUCK: dict[str, Callable[[Store], AbstractContextManager[None]]] = {
    "full": full,
    "locked": lambda store: locked(store.path),
}


@pytest.fixture(autouse=True)
def impatient(bench: Bench) -> None:
    bench.store._writer._db.execute("PRAGMA busy_timeout = 10")


@pytest.fixture(params=STUCK)
def stuck(request: pytest.FixtureRequest, bench: Bench) -> Callable[[], AbstractContextManager[None]]:
    return lambda: STUCK[request.param](bench.store)


def test_the_whole_text_stays_is_told_of_and_saved_with_the_next_change(
    bench: Bench, stuck: Callable[[], AbstractContextManager[None]]
) -> None:
    bench.source.window = 10_000
    with ExitStack() as until:

        def get_stuck(index: int) -> None:
            if index == 5:
                until.enter_context(stuck())

        failed = bench.run("Tell me all", Says(TEXT, before_word=get_stuck))[-1]
        assert isinstance(failed, AnswerFailed)
        assert isinstance(failed.error, UnsavedAnswerError)
        assert failed.unsaved
        assert (failed.message.text, failed.message.state) == (TEXT, MessageState.COMPLETE)
        assert "not saved yet" in failed.message.note
        assert failed.line is not None
        read = bench.conversations.message(failed.message.id)
        assert (read.text, read.state, read.note) == (TEXT, MessageState.COMPLETE, failed.message.note)
        assert bench.store.ledger.count() == 0
    done = bench.run("And now?", Says("Now it can be."), conversation_id=failed.message.conversation_id)[-1]
    assert isinstance(done, AnswerDone)
    assert bench.source.requests[-1].turns[-2].text == TEXT
    read = bench.conversations.message(failed.message.id)
    assert (read.text, read.state, read.note) == (TEXT, MessageState.COMPLETE, "")
    assert bench.store.ledger.count() == 2
    assert len(bench.store.ledger.for_message(failed.message.id)) == 1


def test_an_answer_goes_on_when_the_database_can_be_written_again(bench: Bench) -> None:
    with ExitStack() as until:

        def word(index: int) -> None:
            if index == 5:
                until.enter_context(locked(bench.store.path))
            elif index == 50:
                until.close()

        done = bench.run("Tell me all", Says(TEXT, before_word=word))[-1]
    assert isinstance(done, AnswerDone)
    assert bench.conversations.message(done.message.id).text == TEXT
    assert bench.store.ledger.count() == 1


def test_an_answer_that_failed_says_both_and_is_saved_at_the_end(bench: Bench) -> None:
    with ExitStack() as until:
        lock = locked(bench.store.path)
        says = Says("Half", fails=EngineError("The engine died."), before_word=lambda _: until.enter_context(lock))
        failed = bench.run("Tell me all", says)[-1]
        assert isinstance(failed, AnswerFailed)
        assert (str(failed.error), failed.unsaved) == ("The engine died.", True)
        assert failed.message.note.startswith("The engine died. This answer is not saved yet.")
    bench.store.close()
    with Store.open(bench.store.path) as again:
        kept = again.conversations.get_message(failed.message.id)
        assert (kept.text, kept.state, kept.note) == ("Half", MessageState.FAILED, "The engine died.")
        assert again.ledger.count() == 1


def test_what_is_made_again_before_it_is_saved_was_sent_before(bench: Bench) -> None:
    with ExitStack() as until:
        lock = locked(bench.store.path)
        failed = bench.run("Tell me all", Says("Half", before_word=lambda _: until.enter_context(lock)))[-1]
    assert bench.conversations.is_unsaved(failed.message.id)
    again = list(bench.ask.regenerate(failed.message.id, Cancel()))[-1]
    assert not bench.conversations.is_unsaved(failed.message.id)
    (row,) = bench.store.ledger.for_message(again.message.id)
    assert row.resent == row.usage.input_total


def test_a_stop_that_cannot_be_saved_is_saved_with_the_next_change(bench: Bench) -> None:
    bench.source.script = [Says(TEXT)]
    events = bench.ask.ask(Draft(text="Tell me all", task=Task.ASK), Cancel())
    started = next(event for event in events if isinstance(event, AnswerStarted))
    for _ in range(8):
        next(events)
    with locked(bench.store.path):
        events.close()
        assert bench.conversations.message(started.message.id).state is MessageState.STOPPED
    bench.store.settings.set("another", "change")
    kept = bench.conversations.message(started.message.id)
    assert (kept.state, kept.note) == (MessageState.STOPPED, "")
    assert len(bench.store.ledger.for_message(kept.id)) == 1


def test_parts_that_could_not_be_written_come_with_the_end(bench: Bench) -> None:
    chat = bench.store.conversations.create().id
    question = question_of(Draft(text="Sum up", task=Task.SUMMARIZE), chat, None)
    message = answer_to(question, model="m", source="local")
    bench.store.conversations.add_message(question)
    bench.store.conversations.add_message(message)
    writer = AnswerWriter(bench.store, message)
    first, second = local_entry("p1", message_id=message.id), local_entry("p2", message_id=message.id)
    with locked(bench.store.path):
        writer.finish_part("One.", "One of two.", [first])
    writer.finish_part("One. Two.", "Two of two.", [first, second])
    writer.begin_anew()
    writer.add("Both.")
    ended = writer.finish(MessageState.COMPLETE, [first, second])
    assert writer.unsaved is None
    assert bench.conversations.message(message.id).text == ended.text == "Both."
    assert bench.store.ledger.count() == 2
