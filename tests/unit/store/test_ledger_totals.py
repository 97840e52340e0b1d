"""Totals are exact sums, by period, chat and reference model."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.store.store_samples import NOON, bill, cloud_entry, local_entry

from pennyweight.domain.ledger import LedgerEntry, LedgerTotals, TokenTotals
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.store import Store
from pennyweight.store.audit import Span


def test_an_empty_ledger_has_zero_of_everything(store: Store) -> None:
    assert store.ledger.totals() == LedgerTotals() == store.ledger.totals(reference="a/b", start=NOON)


def test_local_and_cloud_are_kept_apart(store: Store) -> None:
    store.ledger.add([local_entry("e1"), local_entry("e2"), cloud_entry("c1"), cloud_entry("c2", billed_nano=None)])
    assert store.ledger.totals() == LedgerTotals(
        calls=4,
        answers=4,
        local=TokenTotals(input_total=200, resent=120, reused=80, output_total=40, reasoning=10),
        cloud=TokenTotals(input_total=2000, resent=0, reused=400, output_total=600, reasoning=200),
        electric_nano=1200,
        electric_low_nano=600,
        electric_high_nano=2400,
        billed_nano=805_000,
        equivalent_nano=2000,
        equivalent_low_nano=1800,
        equivalent_high_nano=2700,
        energy_joules=24.0,
        seconds=7.0,
        unpriced_rows=1,
        energy_sources=("cpu-model",),
        kwh_prices=("0.18",),
    )


def test_the_parts_of_one_long_summary_are_one_answer(store: Store) -> None:
    calls = [local_entry(f"p{n}", kind="part", message_id="a1") for n in range(3)]
    store.ledger.add(calls)
    store.ledger.add([local_entry("join", kind="join", message_id="a1"), local_entry("e", message_id=None)])
    totals = store.ledger.totals()
    assert (totals.calls, totals.answers) == (5, 2)


def test_a_correction_changes_sums_but_is_no_call(store: Store) -> None:
    fix = cloud_entry("c2", kind="correction", billed_nano=-5_000, usage=UsageRecord(input_total=-100))
    store.ledger.add([cloud_entry("c1"), fix])
    totals = store.ledger.totals()
    assert (totals.calls, totals.answers, totals.billed_nano) == (1, 1, 800_000)
    assert (totals.cloud.input_total, totals.unpriced_rows) == (900, 0)


def test_what_cannot_be_priced_or_was_estimated_is_counted(store: Store) -> None:
    guessed = UsageRecord(usage_state=UsageState.ESTIMATED)
    store.ledger.add(
        [
            local_entry("no bill", equivalent=None),
            local_entry("no price", equivalent=bill(nano=None)),
            local_entry("priced"),
            cloud_entry("unpriced", billed_nano=None, usage=guessed),
        ]
    )
    totals = store.ledger.totals(reference="openai/gpt-5-mini")
    assert (totals.unpriced_rows, totals.estimated_rows, totals.equivalent_nano) == (3, 1, 1000)
    assert store.ledger.totals(reference="never/asked").unpriced_rows == 4


def test_a_period_holds_its_start_and_not_its_end(store: Store) -> None:
    store.ledger.add(local_entry(f"e{n}", at=NOON + timedelta(hours=n)) for n in range(5))
    hour = timedelta(hours=1)
    assert store.ledger.totals(start=NOON + hour, end=NOON + 3 * hour).calls == 2
    assert store.ledger.totals(start=NOON + 4 * hour).calls == 1
    assert store.ledger.totals(end=NOON).calls == 0
    with pytest.raises(ValueError, match="zone"):
        store.ledger.totals(start=NOON.replace(tzinfo=None))


def test_a_sum_that_a_float_would_round_stays_exact(store: Store) -> None:
    large = 2**53
    store.ledger.add([cloud_entry("c1", billed_nano=large), cloud_entry("c2", billed_nano=1)])
    assert store.ledger.totals().billed_nano == large + 1


def test_hours_of_half_hour_zones_and_begun_hours_are_cut_exactly(store: Store) -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    store.ledger.add(local_entry(f"e{n}", at=NOON + timedelta(minutes=15 * n)) for n in range(96))
    start = datetime(2026, 11, 20, 20, 0, tzinfo=nepal)  # 14:15 UTC
    for minutes in (0, 15, 30, 45, 60, 75, 90, 135, 360):
        end = start + timedelta(minutes=minutes)
        for reference in (None, "openai/gpt-5-mini"):
            totals = store.ledger.totals(start=start, end=end, reference=reference)
            assert totals.calls == minutes // 15
            assert totals.equivalent_nano == 1000 * totals.calls


def test_sums_that_were_tampered_with_are_noticed(store: Store) -> None:
    store.ledger.add([local_entry("e1"), cloud_entry("c1")])
    assert store.ledger.sums_match_rows()
    store._writer.write(lambda db: db.execute("UPDATE ledger_sums SET billed_nano = billed_nano + 1"))
    assert not store.ledger.sums_match_rows()


MINUTES = st.integers(0, 60 * 24 * 4)
ROWS = st.lists(
    st.tuples(st.booleans(), MINUTES, st.integers(0, 2), st.integers(0, 10**12), st.booleans(), st.booleans()),
    max_size=25,
)


def entry_from(number: int, row: tuple[bool, int, int, int, bool, bool]) -> LedgerEntry:
    local, minute, chat, nano, priced, other = row
    made = local_entry if local else cloud_entry
    return made(
        f"e{number}",
        at=NOON + timedelta(minutes=minute),
        conversation_id=f"chat {chat}" if chat else None,
        message_id=f"m{number // 2}",
        billed_nano=None if local or not priced else nano,
        equivalent=bill("b/b" if other else "a/a", nano if priced else None) if local else None,
    )


@settings(max_examples=25)
@given(ROWS, MINUTES, MINUTES, st.integers(0, 2), st.sampled_from([None, "a/a", "b/b"]), st.sets(st.integers(0, 12)))
def test_totals_are_what_adding_row_by_row_gives(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[bool, int, int, int, bool, bool]],
    start: int,
    end: int,
    chat: int,
    reference: str | None,
    writing: set[int],
) -> None:
    path = Path(tmp_path_factory.mktemp("totals")) / "pennyweight.db"
    first, last = NOON + timedelta(minutes=start), NOON + timedelta(minutes=end)
    entries = [entry_from(number, row) for number, row in enumerate(rows)]
    wanted = f"chat {chat}" if chat else None
    without = {f"m{number}" for number in writing}
    chosen = [
        entry
        for entry in entries
        if first <= entry.at < last
        and (wanted is None or entry.conversation_id == wanted)
        and entry.message_id not in without
    ]
    bills = [
        entry.equivalent
        for entry in chosen
        if entry.equivalent and reference in (None, entry.equivalent.reference) and entry.equivalent.expected_nano
    ]
    with Store.open(path) as store:
        store.ledger.add(entries)
        assert store.ledger.sums_match_rows()
        totals = store.ledger.totals(
            conversation_id=wanted, start=first, end=last, reference=reference, without=without
        )
    assert totals.calls == len(chosen)
    assert totals.billed_nano == sum(entry.billed_nano or 0 for entry in chosen)
    assert totals.local.output_total == sum(e.usage.output_total for e in chosen if e.source == "local")
    assert totals.cloud.input_total == sum(e.usage.input_total for e in chosen if e.source != "local")
    assert totals.equivalent_nano == sum(one.expected_nano or 0 for one in bills)
    assert totals.equivalent_high_nano == sum(one.high_nano or 0 for one in bills)
    assert totals.electric_nano == sum(entry.local.electric_nano for entry in chosen if entry.local)


def test_the_prices_of_a_kilowatt_hour_are_those_of_the_rows_in_the_period(store: Store) -> None:
    at_price = [
        local_entry(f"e{n}", at=NOON + timedelta(days=n), conversation_id="one" if n else "other",
                    local=replace(cost, usd_per_kwh=price))
        for n, price in enumerate(("0.1", "0.445", "0.384", "0.445", "1.2"))
        if (cost := local_entry("").local) is not None
    ]  # fmt: skip
    store.ledger.add([*at_price, cloud_entry("c")])
    day = timedelta(days=1)
    assert store.ledger.totals().kwh_prices == ("0.1", "0.384", "0.445", "1.2")
    assert store.ledger.totals(start=NOON + day, end=NOON + 4 * day).kwh_prices == ("0.384", "0.445")
    assert store.ledger.totals(start=NOON + day, end=NOON + 2 * day).kwh_prices == ("0.445",)
    assert store.ledger.totals(conversation_id="other").kwh_prices == ("0.1",)
    assert store.ledger.totals(start=NOON + 9 * day).kwh_prices == ()


def test_what_was_sent_before_is_the_same_in_the_meter_the_audit_and_the_row(store: Store) -> None:
    """200 tokens of each cloud call came from a cache; of our own it is known that no turn had sent them."""
    rows = [
        local_entry("l"),
        cloud_entry("own"),
        cloud_entry("known", resent=50),
        cloud_entry("run-1", origin="codex:f:1"),
        cloud_entry("run-2", origin="llm:f:1", source="local"),
    ]
    store.ledger.add(rows)
    assert [row.sent_before for row in store.ledger.iterate()] == [60, 0, 50, 200, 200]
    totals = store.ledger.totals()
    assert (totals.local.resent, totals.cloud.resent) == (260, 250)
    day = Span("", NOON, NOON + timedelta(days=1))
    assert sum(group.sums.resent for group in store.audit.groups([day])) == 510
    store.imports.begin("run", "codex", "f")
    store.imports.undo("run")
    assert store.ledger.totals().cloud.resent == 50
    assert store.ledger.sums_match_rows()
