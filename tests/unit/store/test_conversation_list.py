"""The list of chats: order, counts, spend, deleting with undo, search in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.unit.store.store_samples import NOON, Clock, answer, cloud_entry, local_entry, user_message

from pennyweight.domain.conversation import MessageState
from pennyweight.store import EDIT_OF, Store


def titles(store: Store, **options: object) -> list[str]:
    return [chat.title for chat in store.conversations.list(**options)]  # type: ignore[arg-type]


def test_the_chat_that_changed_last_comes_first(store: Store, clock: Clock) -> None:
    for title in ("one", "two", "three"):
        store.conversations.create(title)
        clock.forward(minutes=1)
    assert titles(store) == ["three", "two", "one"]
    assert titles(store, limit=1, offset=1) == ["two"]
    oldest = store.conversations.list()[-1]
    later = replace(user_message(oldest.id, "u1"), created_at=NOON + timedelta(hours=1))
    store.conversations.add_message(later)
    assert titles(store) == ["one", "three", "two"]


def test_a_chat_counts_its_turns_and_what_it_cost(store: Store) -> None:
    chat = store.conversations.create().id
    store.conversations.add_message(user_message(chat, "u1"))
    store.conversations.add_message(answer(chat, "a1", "u1", state=MessageState.COMPLETE))
    store.ledger.add([local_entry("e1", conversation_id=chat)])
    (seen,) = store.conversations.list()
    assert (seen.turns, seen.escalated, seen.spent_nano) == (1, False, 600)
    store.conversations.add_message(answer(chat, "a2", "u1", source="openai", state=MessageState.COMPLETE))
    store.ledger.add([cloud_entry("e2", conversation_id=chat)])
    (seen,) = store.conversations.list()
    assert (seen.turns, seen.escalated, seen.spent_nano) == (1, True, 805_600)


def test_a_chat_counts_the_questions_of_the_branch_that_is_shown(store: Store) -> None:
    chat = store.conversations.create().id
    assert store.conversations.list()[0].turns == 0
    parents = {"first": None, "edited": None, "answer": "edited", "next": "answer", "changed": "answer"}
    for name, parent in parents.items():
        made = answer if name == "answer" else user_message
        store.conversations.add_message(made(chat, name, parent))
    seen = {}
    for leaf in ("first", "edited", "next", "changed"):
        store.conversations.set_leaf(chat, leaf)
        seen[leaf] = store.conversations.list()[0].turns
    assert seen == {"first": 1, "edited": 1, "next": 2, "changed": 2}


def test_deleting_can_be_undone(store: Store) -> None:
    chat = store.conversations.create("Mine").id
    token = store.conversations.delete(chat)
    assert store.conversations.list() == []
    store.conversations.restore(token)
    assert titles(store) == ["Mine"]


def test_no_word_of_a_chat_that_was_removed_for_good_stays_in_the_files(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "pennyweight.db"
    with Store.open(path, clock=clock) as store:
        for number in range(30):
            chat = store.conversations.create(f"zebrafinch {number}").id
            store.conversations.add_message(user_message(chat, f"u{number}", text="quaggaquarry " * 200))
            store.conversations.delete(chat)
        other = store.conversations.create("Another").id
        store.conversations.add_message(user_message(other, "kept", text="wombat"))
        clock.forward(days=1)
        assert store.conversations.purge_deleted(clock()) == 30
        for file in tmp_path.glob("pennyweight.db*"):
            assert not [word for word in (b"zebrafinch", b"quaggaquarry") if word in file.read_bytes()], file.name
        assert [hit.conversation_id for hit in store.conversations.search("wombat")] == [other]


def test_removing_for_good_takes_messages_drafts_edits_and_search_but_never_the_spend(
    store: Store, clock: Clock
) -> None:
    chat = store.conversations.create("Mine").id
    store.conversations.add_message(user_message(chat, "u1", text="pineapple"))
    store.drafts.save(chat, "not sent")
    kept = EDIT_OF + store.conversations.create("Another").id
    store.settings.set(EDIT_OF + chat, ["u1", "prickly pineapple"])
    store.settings.set(kept, ["u2", "apple"])
    store.ledger.add([local_entry("e1", conversation_id=chat, message_id="u1")])
    before = store.ledger.totals()
    store.conversations.delete(chat)
    assert store.conversations.purge_deleted(clock()) == 0  # not older than now
    clock.forward(days=8)
    assert store.conversations.purge_deleted(clock() - timedelta(days=7)) == 1
    assert store.conversations.search("pineapple") == []
    assert store.drafts.load(chat) is None
    assert store.settings.all() == {kept: ["u2", "apple"]}
    assert store.ledger.totals() == before == store.ledger.totals(conversation_id=chat)
    assert store.ledger.recent(1)[0].conversation_id == chat


def test_the_list_can_be_searched_by_title_and_by_text(store: Store) -> None:
    first, second = store.conversations.create("Garden plan").id, store.conversations.create("Taxes").id
    store.conversations.add_message(user_message(second, "u1", text="the garden shed is not deductible"))
    assert set(titles(store, query="gard")) == {"Garden plan", "Taxes"}
    assert titles(store, query="plan garden") == ["Garden plan"]
    assert titles(store, query="?!") == []
    assert len(titles(store, query="  ")) == 2
    store.conversations.delete(first)
    assert titles(store, query="garden") == ["Taxes"]


def test_unfinished_answers_of_dead_processes_are_marked_and_living_ones_left_alone(store: Store) -> None:
    chat = store.conversations.create().id
    for name in ("mine", "dead", "reused", "unknown"):
        store.conversations.add_message(answer(chat, name, None, "Half an answer"))

    def owned(db: object, name: str, pid: int | None, started: float | None) -> None:
        sql = "UPDATE messages SET owner_pid = ?, owner_started = ? WHERE id = ?"
        db.execute(sql, [pid, started, name])  # type: ignore[attr-defined]

    mine = store._writer.write(lambda db: tuple(db.execute("SELECT owner_pid, owner_started FROM messages").fetchone()))
    store._writer.write(lambda db: owned(db, "dead", 2**22 + 1, 1.0))
    store._writer.write(lambda db: owned(db, "reused", mine[0], mine[1] - 3600))
    store._writer.write(lambda db: owned(db, "unknown", None, None))
    store.conversations.finish_part("dead", "Half an answer", "One part of two.", [])
    assert store.conversations.mark_interrupted() == 3
    assert store.conversations.mark_interrupted() == 0
    assert store.conversations.get_message("mine").state is MessageState.STREAMING
    for name in ("dead", "reused", "unknown"):
        message = store.conversations.get_message(name)
        assert message.state is MessageState.INTERRUPTED
        assert message.text == "Half an answer"
        parts = " One part of two." if name == "dead" else ""
        assert message.note == f"The program ended before this answer was finished.{parts}"
    assert len(store.conversations.search("half")) == 3


def test_times_keep_their_microseconds_and_are_utc(store: Store, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC)
    chat = store.conversations.create()
    assert store.conversations.get(chat.id) == chat
    assert chat.created_at.utcoffset() == timedelta(0)
