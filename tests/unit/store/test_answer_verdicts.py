"""What the person says of answers: it comes with the message, can be taken back, and outlives the chat."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.store.store_samples import NOON, Clock, answer, cloud_entry, local_entry, user_message

from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import Conversation, MessageState, Verdict
from pennyweight.store import Store
from pennyweight.store.audit import AuditSums, Span

SPAN = Span("", NOON - timedelta(days=1), NOON + timedelta(days=1))


@pytest.fixture
def chat(store: Store) -> Conversation:
    """q1, and two answers to it: a1 and a2."""
    chat = store.conversations.create("Harbour")
    store.conversations.add_message(user_message(chat.id, "q1"))
    for name in ("a1", "a2"):
        store.conversations.add_message(answer(chat.id, name, "q1", "Yes.", state=MessageState.COMPLETE))
    return chat


def sums(store: Store) -> AuditSums:
    total = AuditSums()
    for group in store.audit.groups([SPAN]):
        total += group.sums
    return total


def written(store: Store) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(store.path)) as db:
        return db.execute("SELECT message_id, verdict, at FROM answer_verdicts ORDER BY message_id").fetchall()


def test_a_verdict_comes_with_its_message_and_with_no_other(store: Store, chat: Conversation) -> None:
    store.verdicts.set("a1", Verdict.KEPT)
    assert [message.verdict for message in store.conversations.path_to("a1")] == [None, Verdict.KEPT]
    assert [message.verdict for message in store.conversations.path_page("a2")] == [None, None]
    assert store.conversations.get_message("a1").verdict is Verdict.KEPT


def test_a_later_verdict_replaces_the_earlier_one_and_none_takes_it_off(
    store: Store, chat: Conversation, clock: Clock
) -> None:
    store.verdicts.set("a1", Verdict.KEPT)
    clock.forward(minutes=1)
    store.verdicts.set("a1", Verdict.NOT_USEFUL)
    assert written(store) == [("a1", "not useful", "2026-11-20T12:01:00.000000Z")]
    store.verdicts.set("a1", None)
    store.verdicts.set("a1", None)
    assert written(store) == []
    assert store.conversations.get_message("a1").verdict is None


def test_a_verdict_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with Store.open(path) as store:
        chat = store.conversations.create("Kept")
        store.conversations.add_message(user_message(chat.id, "q1"))
        store.conversations.add_message(answer(chat.id, "a1", "q1", "Yes."))
        store.verdicts.set("a1", Verdict.NOT_USEFUL)
    with Store.open(path) as store:
        assert store.conversations.get_message("a1").verdict is Verdict.NOT_USEFUL


def test_no_other_word_than_these_two_gets_into_the_table(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO answer_verdicts VALUES ('a1', 'splendid', '')")


def test_the_end_of_an_answer_leaves_its_verdict_alone(store: Store, chat: Conversation) -> None:
    store.verdicts.set("a2", Verdict.KEPT)
    store.conversations.finish_answer(answer(chat.id, "a2", "q1", "No.", state=MessageState.STOPPED), [])
    found = store.conversations.get_message("a2")
    assert (found.text, found.verdict) == ("No.", Verdict.KEPT)


def test_a_verdict_outlives_its_chat_and_the_figures_stay(store: Store, chat: Conversation, clock: Clock) -> None:
    store.ledger.add([local_entry("e1", conversation_id=chat.id, message_id="a1")])
    store.verdicts.set("a1", Verdict.NOT_USEFUL)
    before = sums(store)
    store.conversations.delete(chat.id)
    clock.forward(days=40)
    assert store.conversations.purge_deleted(clock()) == 1
    assert written(store) == [("a1", "not useful", "2026-11-20T12:00:00.000000Z")]
    assert sums(store) == before
    assert before.usable_answers == 0


def test_usable_answers_follow_the_verdict_and_where_there_is_none_the_end(store: Store) -> None:
    stopped = StopReason.STOPPED
    store.ledger.add(
        [
            local_entry("finished"),
            local_entry("finished, useless"),
            local_entry("finished, kept"),
            local_entry("stopped", stop_reason=stopped),
            local_entry("stopped, kept", stop_reason=stopped),
            local_entry("stopped, useless", stop_reason=stopped),
            cloud_entry("cloud, useless"),
            cloud_entry("imported", origin="codex:x:1"),
        ]
    )
    assert sums(store).usable_answers == 4  # three finished here, one in the cloud
    paid = sums(store).billed_nano
    for name in ("finished", "stopped"):
        store.verdicts.set(f"message-{name}, useless", Verdict.NOT_USEFUL)
        store.verdicts.set(f"message-{name}, kept", Verdict.KEPT)
    store.verdicts.set("message-cloud, useless", Verdict.NOT_USEFUL)
    store.verdicts.set("message-imported", Verdict.KEPT)
    assert sums(store).usable_answers == 3  # finished, finished and kept, stopped and kept
    assert (sums(store).calls, sums(store).answers, sums(store).billed_nano) == (8, 8, paid)


def test_a_usable_answer_of_many_calls_counts_once(store: Store) -> None:
    """A long summary: parts and joins share the message; the person's word is about the whole."""
    parts = [local_entry(f"p{n}", kind="part", message_id="long") for n in range(3)]
    store.ledger.add([*parts, *(local_entry(f"j{n}", kind="join", message_id="long") for n in range(4))])
    assert sums(store).usable_answers == 1
    store.verdicts.set("long", Verdict.KEPT)
    assert sums(store).usable_answers == 1
    store.verdicts.set("long", Verdict.NOT_USEFUL)
    assert sums(store).usable_answers == 0


def test_a_long_summary_stopped_before_its_join_is_kept_if_the_person_says_so(store: Store) -> None:
    store.ledger.add([local_entry(f"p{n}", kind="part", message_id="long") for n in range(3)])
    assert sums(store).usable_answers == 0
    store.verdicts.set("long", Verdict.KEPT)
    assert sums(store).usable_answers == 1


def test_judged_answers_are_counted_by_task_and_local_model(store: Store) -> None:
    store.ledger.add(
        [
            *(local_entry(f"d{n}", task="draft") for n in range(4)),
            local_entry("d5", task="draft", model="larger"),
            local_entry("s1", task="summarize", kind="part", message_id="message-s"),
            local_entry("s2", task="summarize", kind="join", message_id="message-s"),
            cloud_entry("c1", task="draft"),
        ]
    )
    for name, verdict in (("d0", Verdict.KEPT), ("d1", Verdict.KEPT), ("d2", Verdict.NOT_USEFUL)):
        store.verdicts.set(f"message-{name}", verdict)
    for name in ("d5", "s", "c1"):
        store.verdicts.set(f"message-{name}", Verdict.NOT_USEFUL)
    found = [(row.task, row.model, row.kept, row.judged) for row in store.verdicts.of_local_answers()]
    assert found == [("draft", "starter", 2, 3), ("draft", "larger", 0, 1), ("summarize", "starter", 0, 1)]


def test_a_long_summary_stopped_in_its_last_join_is_not_usable_though_earlier_joins_ended(store: Store) -> None:
    store.ledger.add(
        [
            local_entry("p", kind="part", message_id="long"),
            local_entry("j1", kind="join", message_id="long"),
            local_entry("j2", kind="join", message_id="long", stop_reason=StopReason.STOPPED),
        ]
    )
    assert (sums(store).answers, sums(store).usable_answers) == (1, 0)


def test_a_summary_of_the_chat_that_goes_along_with_a_question_is_no_answer(store: Store) -> None:
    kinds = ("part", "part", "join")
    store.ledger.add(local_entry(f"s{n}", kind=kind, message_id=None) for n, kind in enumerate(kinds))
    store.ledger.add([local_entry("compared", message_id=None)])
    assert (sums(store).calls, sums(store).answers, sums(store).usable_answers) == (4, 1, 1)


def test_an_answer_over_midnight_is_usable_on_the_day_it_began(store: Store) -> None:
    later = NOON + timedelta(days=1)
    store.ledger.add(
        [local_entry("p", kind="part", message_id="long"), local_entry("j", kind="join", message_id="long", at=later)]
    )
    days = [Span("first", NOON, later), Span("second", later, later + timedelta(days=1))]
    found = {group.span: (group.sums.answers, group.sums.usable_answers) for group in store.audit.groups(days)}
    assert found == {"first": (1, 1), "second": (0, 0)}
