"""The ledger: append-only, written once, re-priced beside the rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.store.store_samples import NOON, bill, cloud_entry, local_entry

from pennyweight.domain.answer import StopReason
from pennyweight.domain.usage import UsageRecord
from pennyweight.store import OutputStats, SpeedStats, Store


def test_writing_the_same_call_twice_changes_nothing(store: Store) -> None:
    assert store.ledger.add([local_entry("e1"), local_entry("e2"), local_entry("e1")]) == 2
    assert store.ledger.add([local_entry("e3"), local_entry("other id", dedup_key="key-e1", seconds=99.0)]) == 1
    assert [entry.id for entry in store.ledger.recent()] == ["e3", "e2", "e1"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger SET billed_nano = 0",
        "DELETE FROM ledger",
        "UPDATE equivalents SET expected_nano = 0",
        "DELETE FROM equivalents",
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger",
        "REPLACE INTO ledger SELECT * FROM ledger WHERE number = 1",
        "INSERT OR REPLACE INTO equivalents SELECT * FROM equivalents",
    ],
)
def test_no_program_can_change_a_row(store: Store, sql: str) -> None:
    store.ledger.add([local_entry("e1"), cloud_entry("e2")])
    before = store.ledger.recent()
    with closing(sqlite3.connect(store.path)) as other, suppress(sqlite3.IntegrityError):
        other.execute(sql)
        other.commit()
    assert store.ledger.recent() == before


def test_rows_with_energy_come_newest_first_whatever_measured_them(store: Store) -> None:
    reading = local_entry("").energy
    assert reading is not None
    sources = ("cpu-model", "rapl", "cpu-model", "rapl", "nvml")
    rows = [
        local_entry(f"e{number}", at=NOON + timedelta(minutes=number), energy=replace(reading, source=source))
        for number, source in enumerate(sources)
    ]
    store.ledger.add([*rows, cloud_entry("c", at=NOON + timedelta(days=1))])
    assert [entry.id for entry in store.ledger.recent_with_energy(3)] == ["e4", "e3", "e2"]
    assert store.ledger.recent_with_energy(9) == rows[::-1]


def test_a_refused_change_says_why(store: Store) -> None:
    store.ledger.add([local_entry("e1")])
    with (
        closing(sqlite3.connect(store.path)) as other,
        pytest.raises(sqlite3.IntegrityError, match="append-only: write a correction row"),
    ):
        other.execute("UPDATE ledger SET billed_nano = 0")


def test_one_id_for_two_calls_is_a_mistake(store: Store) -> None:
    store.ledger.add([local_entry("e1")])
    with pytest.raises(sqlite3.IntegrityError, match="already there"):
        store.ledger.add([local_entry("e1", dedup_key="another")])


def test_all_entries_or_none(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.ledger.add([local_entry("e1"), local_entry("e2", seconds=None)])
    assert store.ledger.recent() == []


def test_rows_of_a_period_come_in_order_across_pages(store: Store) -> None:
    store.ledger.add(local_entry(f"e{n}", at=NOON + timedelta(minutes=(n * 7) % 1200)) for n in range(1200))
    times = [entry.at for entry in store.ledger.iterate()]
    assert len(times) == 1200
    assert times == sorted(times)
    start, end = NOON + timedelta(minutes=60), NOON + timedelta(minutes=120)
    assert [entry.at for entry in store.ledger.iterate(start, end)] == [at for at in times if start <= at < end]


def test_another_reference_model_prices_rows_without_touching_them(store: Store) -> None:
    store.ledger.add([local_entry("e1"), local_entry("e2", equivalent=None), cloud_entry("c1")])
    flagship = "anthropic/claude-opus"
    assert [entry.id for entry in store.ledger.missing_equivalents(flagship)] == ["e1", "e2"]
    assert [entry.id for entry in store.ledger.missing_equivalents("openai/gpt-5-mini")] == ["e2"]
    assert store.ledger.add_equivalents("e1", bill(flagship, 9_000)) is True
    assert store.ledger.add_equivalents("e1", bill(flagship, 1)) is False
    assert store.ledger.add_all_equivalents([("e2", bill(flagship, None)), ("gone", bill(flagship))]) == 1
    assert list(store.ledger.missing_equivalents(flagship)) == []
    totals = store.ledger.totals(reference=flagship)
    assert (totals.equivalent_nano, totals.equivalent_low_nano, totals.equivalent_high_nano) == (9_000, 8_900, 9_350)
    assert totals.unpriced_rows == 1  # e2: no price at that model
    assert store.ledger.for_message("message-e1") == [local_entry("e1")]


def test_rows_can_be_repriced_while_they_are_read(store: Store) -> None:
    store.ledger.add(local_entry(f"e{n}", at=NOON + timedelta(seconds=n)) for n in range(1100))
    for entry in store.ledger.missing_equivalents("a/b"):
        store.ledger.add_equivalents(entry.id, bill("a/b", 10))
    assert store.ledger.totals(reference="a/b").equivalent_nano == 11_000


def test_output_statistics_use_finished_answers_of_the_task(store: Store) -> None:
    assert store.ledger.output_stats("ask", "starter") == OutputStats(0, 0.0, 0.0)
    for number, (tokens, task, reason) in enumerate(
        [
            (10, "ask", StopReason.END),
            (40, "ask", StopReason.LENGTH),
            (100, "ask", StopReason.END),
            (7, "ask", StopReason.STOPPED),
            (9, "draft", StopReason.END),
        ]
    ):
        usage = UsageRecord(output_total=tokens)
        store.ledger.add([local_entry(f"e{number}", usage=usage, task=task, stop_reason=reason)])
    assert store.ledger.output_stats("ask", "starter") == OutputStats(3, 40, 50.0)


def test_speed_is_tokens_over_seconds_of_the_last_answers(store: Store) -> None:
    assert store.ledger.speed_stats("starter") == SpeedStats(0, None, None, None)
    store.ledger.add([local_entry("e1"), local_entry("e2", energy=None), cloud_entry("c1", model="starter")])
    assert store.ledger.speed_stats("starter") == SpeedStats(2, 120.0, 20.0, 8.0)


def test_a_person_can_read_the_views(store: Store) -> None:
    store.ledger.add([local_entry("e1"), cloud_entry("c1"), cloud_entry("c2", billed_nano=None)])
    with closing(sqlite3.connect(store.path)) as db:
        db.row_factory = sqlite3.Row
        (day,) = db.execute("SELECT * FROM spend_by_day").fetchall()
        assert (day["utc_day"], day["calls"], day["calls_without_a_price"]) == ("2026-11-20", 3, 1)
        assert day["cloud_usd"] == pytest.approx(0.000805)
        assert len(db.execute("SELECT * FROM spend_by_model").fetchall()) == 2
        assert db.execute("SELECT * FROM chat_messages").fetchall() == []
