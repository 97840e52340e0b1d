"""Messages as a tree: branches, pages, and the end of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.store.store_samples import NOON, Clock, answer, local_entry, user_message

from pennyweight.domain.conversation import Attachment, MessageState
from pennyweight.store import MissingRowError, Store


def chat_with_branches(store: Store) -> str:
    """u1 → a1 → u2 → a2, and a second answer b1 to u1."""
    chat = store.conversations.create().id
    for message in (
        user_message(chat, "u1"),
        answer(chat, "a1", "u1", "One", state=MessageState.COMPLETE),
        user_message(chat, "u2", "a1"),
        answer(chat, "a2", "u2", "Two", state=MessageState.COMPLETE),
        answer(chat, "b1", "u1", "Other", state=MessageState.COMPLETE),
    ):
        store.conversations.add_message(message)
    return chat


def ids(messages: object) -> list[str]:
    return [message.id for message in messages]  # type: ignore[attr-defined]


def test_a_message_comes_back_as_it_was_given(store: Store) -> None:
    chat = store.conversations.create().id
    files = tuple(
        Attachment(name=f"{n}.txt", text="tëxt\n" * n, size_bytes=6 * n, sha256=f"{n:064x}") for n in (3, 1, 2)
    )
    given = replace(user_message(chat, "u1"), attachments=files, note="A note.", reasoning="Hm.")
    store.conversations.add_message(given)
    assert store.conversations.get_message("u1") == given
    assert store.conversations.path_to("u1") == [given]


def test_a_path_runs_from_the_root_to_its_leaf(store: Store) -> None:
    chat_with_branches(store)
    assert ids(store.conversations.path_to("a2")) == ["u1", "a1", "u2", "a2"]
    assert ids(store.conversations.path_to("b1")) == ["u1", "b1"]
    assert store.conversations.path_to("nowhere") == []


def test_pages_come_newest_first_and_meet_without_gap(store: Store) -> None:
    chat = store.conversations.create().id
    parent = None
    for number in range(25):
        store.conversations.add_message(user_message(chat, f"m{number}", parent))
        parent = f"m{number}"
    pages = [store.conversations.path_page("m24", limit=10)]
    while pages[0]:
        pages.insert(0, store.conversations.path_page("m24", before=pages[0][0].id, limit=10))
    assert [len(page) for page in pages] == [0, 5, 10, 10]
    assert [name for page in pages for name in ids(page)] == [f"m{number}" for number in range(25)]


def test_siblings_are_in_the_order_they_were_made(store: Store) -> None:
    chat = chat_with_branches(store)
    store.conversations.add_message(user_message(chat, "second-root"))
    assert store.conversations.siblings("b1") == ["a1", "b1"]
    assert store.conversations.siblings("u2") == ["u2"]
    assert store.conversations.siblings("u1") == ["u1", "second-root"]


def test_descending_ends_at_the_newest_leaf(store: Store) -> None:
    chat = chat_with_branches(store)
    assert store.conversations.descend("a1") == "a2"
    assert store.conversations.descend("u1") == "b1"
    assert store.conversations.descend("b1") == "b1"
    store.conversations.add_message(user_message(chat, "u3", "a2"))
    assert store.conversations.descend("u1") == "u3"


def test_a_new_message_becomes_the_leaf_and_the_choice_can_be_changed(store: Store) -> None:
    chat = chat_with_branches(store)
    assert store.conversations.get(chat).leaf_id == "b1"
    store.conversations.set_leaf(chat, "a2")
    assert store.conversations.get(chat).leaf_id == "a2"


def test_a_parent_must_be_in_the_same_chat(store: Store) -> None:
    chat_with_branches(store)
    other = store.conversations.create().id
    for parent in ("u1", "nowhere"):
        with pytest.raises(MissingRowError):
            store.conversations.add_message(user_message(other, "x", parent))
    assert store.conversations.get(other).leaf_id is None


def test_unknown_messages_and_chats_are_known_errors(store: Store) -> None:
    for ask in (
        lambda: store.conversations.get_message("x"),
        lambda: store.conversations.siblings("x"),
        lambda: store.conversations.descend("x"),
        lambda: store.conversations.get("x"),
        lambda: store.conversations.rename("x", "New"),
        lambda: store.conversations.append_text("x", text="", reasoning="", state=MessageState.STREAMING),
        lambda: store.conversations.add_message(user_message("x", "m")),
    ):
        with pytest.raises(MissingRowError):
            ask()


def test_a_very_long_branch_is_read_and_removed(store: Store) -> None:
    chat = store.conversations.create().id
    rows = [user_message(chat, f"m{n}", f"m{n - 1}" if n else None) for n in range(3_000)]

    def add_all(db: object) -> None:
        from pennyweight.store import messages

        for row in rows:
            messages.insert(db, row)  # type: ignore[arg-type]

    store._writer.write(add_all)
    assert len(store.conversations.path_to("m2999")) == 3_000
    assert ids(store.conversations.path_page("m2999", limit=2)) == ["m2998", "m2999"]
    store.conversations.delete(chat)
    assert store.conversations.purge_deleted(datetime.now(UTC) + timedelta(days=1)) == 1
    assert store.conversations.path_to("m2999") == []


def test_an_answer_grows_and_ends_together_with_its_ledger_rows(store: Store, clock: Clock) -> None:
    chat = store.conversations.create().id
    store.conversations.add_message(user_message(chat, "u1"))
    store.conversations.add_message(answer(chat, "a1", "u1"))
    store.conversations.append_text("a1", text="Half", reasoning="Hm", state=MessageState.STREAMING)
    growing = store.conversations.get_message("a1")
    assert (growing.text, growing.reasoning, growing.state) == ("Half", "Hm", MessageState.STREAMING)
    clock.forward(minutes=5)
    finished = replace(growing, text="Half and half", state=MessageState.COMPLETE)
    rows = [local_entry("e1", message_id="a1"), local_entry("e2", message_id="a1", kind="join")]
    store.conversations.finish_answer(finished, rows)
    store.conversations.finish_answer(finished, rows)
    assert store.conversations.get_message("a1") == finished
    assert store.ledger.for_message("a1") == rows
    assert store.conversations.get(chat).updated_at == NOON + timedelta(minutes=5)


def test_a_part_that_is_done_is_kept_with_its_row_and_counted_once(store: Store) -> None:
    chat = store.conversations.create().id
    store.conversations.add_message(answer(chat, "a1", None))
    rows = [local_entry("p1", message_id="a1", kind="part"), local_entry("p2", message_id="a1", kind="part")]
    store.conversations.finish_part("a1", "One.", "One of three.", rows[:1])
    store.conversations.finish_part("a1", "One.\n\nTwo.", "Two of three.", rows)
    growing = store.conversations.get_message("a1")
    assert (growing.text, growing.state) == ("One.\n\nTwo.", MessageState.STREAMING)
    assert growing.note == "Two of three."
    assert store.ledger.for_message("a1") == rows
    join = local_entry("j", message_id="a1", kind="join")
    store.conversations.finish_answer(replace(growing, text="Both.", state=MessageState.COMPLETE), [*rows, join])
    assert store.ledger.for_message("a1") == [*rows, join]
    assert (store.ledger.totals().calls, store.ledger.totals().answers) == (3, 1)


def test_a_part_of_an_answer_that_is_gone_writes_nothing(store: Store) -> None:
    with pytest.raises(MissingRowError):
        store.conversations.finish_part("gone", "One.", "", [local_entry("p1")])
    assert store.ledger.totals().calls == 0


def test_if_a_ledger_row_cannot_be_written_the_answer_is_not_finished_either(store: Store) -> None:
    chat = store.conversations.create().id
    store.conversations.add_message(answer(chat, "a1", None))
    unstorable = local_entry("e1", seconds=None)
    with pytest.raises(Exception, match="NOT NULL"):
        store.conversations.finish_answer(answer(chat, "a1", None, "Done", state=MessageState.COMPLETE), [unstorable])
    assert store.conversations.get_message("a1").state is MessageState.STREAMING


def test_an_answer_whose_chat_was_removed_still_counts(store: Store) -> None:
    chat = store.conversations.create().id
    streaming = answer(chat, "a1", None)
    store.conversations.add_message(streaming)
    store.conversations.delete(chat)
    store.conversations.purge_deleted(NOON + timedelta(days=1))
    store.conversations.finish_answer(replace(streaming, state=MessageState.COMPLETE), [local_entry("e1")])
    assert store.ledger.totals().calls == 1
    with pytest.raises(MissingRowError):
        store.conversations.get_message("a1")


def test_half_a_character_from_the_keyboard_does_not_stop_saving(store: Store) -> None:
    chat = store.conversations.create("bad \ud83d title").id
    store.conversations.add_message(user_message(chat, "u1", text="smile \ud83d\ude00 and half \ud83d"))
    assert store.conversations.get_message("u1").text == "smile 😀 and half \ufffd"
    assert store.conversations.get(chat).title == "bad \ufffd title"
