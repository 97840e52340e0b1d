"""A call under way has its row on disk; when its process is gone the row is booked, once, and only if it was sent."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.unit.store.store_samples import NOON, answer, cloud_entry, user_message
from tests.unit.store.test_store_open import MUSEUM

from pennyweight.domain.comparison import Comparison, Side
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.store import Store

HELD = 900_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "pennyweight.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


def estimate(call_id: str = "a", **changes: object) -> LedgerEntry:
    made = cloud_entry(call_id, **changes)
    return replace(made, usage=replace(made.usage, usage_state=UsageState.ESTIMATED), note="Ended in mid-answer.")


def leave_to_a_dead_process(path: Path) -> None:
    """As if the process that wrote them had ended: this one's number, but it began long before this one."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE running_calls SET owner_started = 1.0")
        db.execute("UPDATE messages SET owner_started = 1.0 WHERE state = 'streaming'")
        db.commit()


def test_a_call_whose_process_is_gone_is_booked_as_it_stood(store: Store, path: Path) -> None:
    row = estimate()
    store.running.put(estimate(billed_nano=1), sent=False, held_nano=1)
    store.running.put(row, sent=True, held_nano=HELD)
    leave_to_a_dead_process(path)
    assert store.running.settle() == 1
    assert store.ledger.recent() == [row]
    assert store.running.settle() == 0
    assert store.ledger.totals().estimated_rows == 1


def test_a_call_that_was_never_sent_is_forgotten(store: Store, path: Path) -> None:
    store.running.put(estimate(), sent=False, held_nano=HELD)
    leave_to_a_dead_process(path)
    assert store.running.settle() == 0
    assert store.ledger.recent() == []
    assert store.running.unbooked(()) == {}


def test_a_call_of_a_process_that_lives_is_left_alone(store: Store) -> None:
    store.running.put(estimate(), sent=True, held_nano=HELD)
    assert store.running.settle() == 0
    assert store.ledger.recent() == []
    assert store.running.unbooked(()) == {"openai": HELD}
    assert store.running.unbooked(["a"]) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux derives the time a process began from a clock")
def test_a_call_of_a_process_that_lives_is_left_alone_after_the_clock_was_set(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = store.conversations.create("Harbour")
    store.conversations.add_message(answer(chat.id, "m", None, "Half of", source="openai"))
    store.running.put(estimate(conversation_id=chat.id, message_id="m"), sent=True, held_nano=HELD)
    started = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: started + 60)
    with Store.open(path) as other:
        assert other.running.settle() == 0
        assert other.conversations.mark_interrupted() == 0
        assert other.running.unbooked(()) == {"openai": HELD}


def test_of_two_processes_that_find_it_one_books_it(store: Store, path: Path) -> None:
    store.running.put(estimate(), sent=True, held_nano=HELD)
    leave_to_a_dead_process(path)
    with Store.open(path) as other:
        assert sorted([other.running.settle(), store.running.settle()]) == [0, 1]
    assert len(store.ledger.recent()) == 1


def test_the_row_of_the_call_takes_the_place_of_its_record(store: Store, path: Path) -> None:
    store.running.put(estimate(), sent=True, held_nano=HELD)
    final = cloud_entry("a", billed_nano=7)
    store.ledger.add([final])
    leave_to_a_dead_process(path)
    assert store.running.settle() == 0
    assert store.ledger.recent() == [final]


def taken_for_ended(path: Path) -> None:
    """Another process books the call of one that lives, as an estimate."""
    leave_to_a_dead_process(path)
    with Store.open(path) as other:
        assert other.running.settle() == 1


def test_the_row_of_a_call_that_was_taken_for_ended_corrects_the_estimate(store: Store, path: Path) -> None:
    store.running.put(estimate(billed_nano=300, seconds=1.0), sent=True, held_nano=HELD)
    taken_for_ended(path)
    store.running.put(estimate(billed_nano=500), sent=True, held_nano=HELD)  # it goes on streaming
    usage = UsageRecord(input_total=1_100, cache_read=0, output_total=900, reasoning=150, at=NOON)
    final = cloud_entry("a", billed_nano=2_000, usage=usage, seconds=7.0)
    store.ledger.add([final])
    assert store.running.unbooked(()) == {}
    assert store.ledger.cloud_spend(None, None) == 2_000
    totals = store.ledger.totals()
    assert (totals.calls, totals.answers, totals.billed_nano, totals.seconds) == (1, 1, 2_000, 7.0)
    assert (totals.cloud.input_total, totals.cloud.reused) == (1_100, 0)
    assert (totals.cloud.output_total, totals.cloud.reasoning) == (900, 150)
    assert store.ledger.sums_match_rows()
    first, second = store.ledger.for_message("message-a")
    assert (first.kind, first.billed_nano, second.kind, second.billed_nano) == ("answer", 300, "correction", 1_700)
    assert "estimate" in second.note


def test_the_same_row_again_corrects_nothing(store: Store, path: Path) -> None:
    store.running.put(estimate(billed_nano=300), sent=True, held_nano=HELD)
    taken_for_ended(path)
    for _ in range(3):
        store.ledger.add([cloud_entry("a", billed_nano=200)])
    assert [row.billed_nano for row in store.ledger.for_message("message-a")] == [300, -100]
    store.ledger.add([cloud_entry("b")])
    store.ledger.add([cloud_entry("b", note="Told twice.")])
    assert len(store.ledger.for_message("message-b")) == 1


def test_a_call_that_is_killed_after_it_was_taken_for_ended_is_booked_as_it_stood_last(
    store: Store, path: Path
) -> None:
    store.running.put(estimate(billed_nano=300), sent=True, held_nano=HELD)
    taken_for_ended(path)
    for nano in (500, 900):
        store.running.put(estimate(billed_nano=nano), sent=True, held_nano=HELD)
        leave_to_a_dead_process(path)
        assert store.running.settle() == 0, "it was booked before"
        assert store.ledger.cloud_spend(None, None) == nano
    store.ledger.add([cloud_entry("a", billed_nano=700)])
    assert [row.billed_nano for row in store.ledger.for_message("message-a")] == [300, 200, 400, -200]


def test_a_look_at_what_is_unbooked_settles_what_the_dead_left(store: Store, path: Path) -> None:
    store.running.put(estimate(), sent=True, held_nano=HELD)
    leave_to_a_dead_process(path)
    assert store.running.unbooked(()) == {}
    assert store.ledger.cloud_spend(None, None) == 805_000


def test_the_message_of_a_killed_call_is_interrupted(store: Store, path: Path) -> None:
    chat = store.conversations.create("Harbour")
    store.conversations.add_message(user_message(chat.id, "q"))
    store.conversations.add_message(answer(chat.id, "m", "q", "Half of", source="openai"))
    store.running.put(estimate(conversation_id=chat.id, message_id="m"), sent=True, held_nano=HELD)
    leave_to_a_dead_process(path)
    store.running.settle()
    assert store.conversations.get_message("m").state is MessageState.INTERRUPTED
    assert [row.id for row in store.ledger.for_message("m")] == ["a"]


def test_the_side_of_a_comparison_is_told_what_it_has_cost(store: Store, path: Path) -> None:
    sides = tuple(
        Side(id=name, source=source, model="gpt-5-mini", model_name="GPT-5 mini")
        for name, source in (("here", "local"), ("there", "openai"))
    )
    store.comparisons.add(
        Comparison(id="c", at=NOON, task=Task.ASK, prompt="Hello", conversation_id="later", sides=sides)
    )
    store.running.put(estimate(message_id="there"), sent=True, held_nano=HELD)
    leave_to_a_dead_process(path)
    store.comparisons.mark_interrupted()
    store.running.settle()
    here, there = store.comparisons.get("c").sides
    assert (there.state, there.cost_nano, there.input_total, there.output_total, there.note) == (
        MessageState.INTERRUPTED,
        805_000,
        1_000,
        300,
        "Ended in mid-answer.",
    )
    assert here.cost_nano is None


def test_costs_that_an_older_version_published_are_gone(tmp_path: Path) -> None:
    old = next(file for file in MUSEUM if file.stem == "v7")
    path = tmp_path / "pennyweight.db"
    path.write_bytes(old.read_bytes())
    with Store.open(path) as store:
        assert not [key for key in store.settings.all() if key.startswith("running")]
        assert store.running.unbooked(()) == {}
