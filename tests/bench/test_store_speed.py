"""The store against plain sqlite3 in the same run: ratios, since absolute times belong to one machine."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.store.store_samples import NOON, answer, cloud_entry, local_entry

from pennyweight.domain.conversation import MessageState
from pennyweight.store import Store

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

ROWS = 100_000


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A ledger over four years, a fifth of it cloud work."""
    kinds = [local_entry("l"), local_entry("l"), local_entry("l"), local_entry("l"), cloud_entry("c")]
    with Store.open(tmp_path_factory.mktemp("bench") / "pennyweight.db") as store:
        for first in range(0, ROWS, 20_000):
            store.ledger.add(
                replace(
                    kinds[number % 5],
                    id=f"{number:032x}",
                    dedup_key=f"k{number}",
                    message_id=f"m{number}",
                    conversation_id=f"chat {number // 20}",
                    at=NOON + timedelta(minutes=20 * number),
                )
                for number in range(first, first + 20_000)
            )
        yield store


def best(work: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def test_totals_of_all_time_against_reading_every_row(full: Store) -> None:
    with closing(sqlite3.connect(full.path)) as plain:
        sql = "SELECT count(*), sum(input_total), sum(output_total), sum(electric_nano), sum(billed_nano) FROM ledger"
        every_row = best(lambda: plain.execute(sql).fetchone())
    ours = best(lambda: full.ledger.totals(reference="openai/gpt-5-mini"))
    month = best(lambda: full.ledger.totals(start=NOON, end=NOON + timedelta(days=30)))
    chat = best(lambda: full.ledger.totals(conversation_id="chat 77"))
    print(f"\ntotals, {ROWS:,} rows: all time {ours / every_row:.2f} of one plain query over all rows;", end=" ")
    print(f"month {month / every_row:.3f}; one chat {chat / every_row:.3f} ({every_row * 1000:.1f} ms = 1)")
    assert ours < every_row


def test_saving_a_growing_answer_against_a_plain_update(tmp_path: Path) -> None:
    texts = (f"{number} " + "word " * 2_000 for number in itertools.count())  # an unchanged row would not be written
    with Store.open(tmp_path / "pennyweight.db") as store, closing(sqlite3.connect(tmp_path / "plain.db")) as plain:
        chat = store.conversations.create().id
        store.conversations.add_message(answer(chat, "a1", None))
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, text TEXT)")
        plain.execute("INSERT INTO messages VALUES ('a1', '')")

        def update() -> None:
            with plain:
                plain.execute("UPDATE messages SET text = ? WHERE id = 'a1'", [next(texts)])

        ours = best(
            lambda: store.conversations.append_text("a1", text=next(texts), reasoning="", state=MessageState.STREAMING),
            50,
        )
        theirs = best(update, 50)
    print(f"\nsaving 10,000 characters of an answer: {ours * 1000:.2f} ms, {ours / theirs:.2f} of a plain update")
