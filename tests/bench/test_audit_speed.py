"""The audit over a million ledger rows against plain sqlite3 in the same run."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.bench.test_store_speed import best
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.domain.conversation import Verdict
from pennyweight.services.audit import AuditService
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store
from pennyweight.store.audit import _COLUMNS
from pennyweight.store.schema_v2 import GRAINS, _backfill

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

ROWS = int(os.environ.get("PENNYWEIGHT_BENCH_ROWS", "1000000"))
"""Fewer on a machine that does other work: making a million takes minutes there."""
FIRST = datetime(2023, 1, 1, tzinfo=UTC)
STEP = timedelta(days=4 * 365) / ROWS


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A ledger over four years; every fifth row is cloud work. Copied inside SQLite: a million inserts take minutes."""
    path = tmp_path_factory.mktemp("bench") / "pennyweight.db"
    seed = 1_000
    with Store.open(path) as store:
        kinds = [local_entry("l")] * 4 + [cloud_entry("c")]
        store.ledger.add(
            replace(kinds[n % 5], id=f"{n:08x}", dedup_key=f"k{n}", message_id=f"m{n}", at=FIRST + STEP * n,
                    conversation_id=f"chat {n // 20}", model=kinds[n % 5].model + str(n % 7))
            for n in range(seed)
        )  # fmt: skip
    with closing(sqlite3.connect(path)) as db:
        multiply(db, "ledger", seed)
        multiply(db, "equivalents", seed)
        for table in ("ledger_sums", "equivalent_sums"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608
        db.executescript("".join(_backfill(grain, length) for grain, length in GRAINS.items()))
        db.commit()
        db.execute("ANALYZE")
    with Store.open(path) as store:
        yield store


def multiply(db: sqlite3.Connection, table: str, seed: int) -> None:
    """ROWS rows out of `seed`, each copy a while later than the one before; the sums are made afterwards, at once."""
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table])
    kept = triggers.fetchall()
    for name, _ in kept:
        db.execute(f"DROP TRIGGER {name}")
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    seconds = (STEP * seed).total_seconds()
    changed = {
        "number": f"number + {seed} * copy",
        "ledger_number": f"ledger_number + {seed} * copy",
        "id": "id || '-' || copy",
        "dedup_key": "dedup_key || '-' || copy",
        "message_id": "message_id || '-' || copy",
        "conversation_id": "conversation_id || '-' || copy",
        "at": f"strftime('%Y-%m-%dT%H:%M:%f', at, '+' || ({seconds} * copy) || ' seconds') || '000Z'",
    }
    copies = f"SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < {ROWS // seed - 1}"  # noqa: S608
    values = ", ".join(changed.get(column, column) for column in columns)
    number = "ledger_number" if table == "equivalents" else "number"
    db.execute(
        f"WITH RECURSIVE copies (copy) AS ({copies}) INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608
        f" SELECT {values} FROM copies CROSS JOIN {table} WHERE {number} <= {seed}"
    )
    for _, sql in kept:
        db.execute(sql)


def test_a_month_of_a_million_rows_against_the_plain_query(full: Store) -> None:
    settings = SettingsService(full)
    settings.update(reference="openai/gpt-5-mini")
    audit = AuditService(full, settings, zone=UTC)
    period = AuditPeriod.month(date(2025, 6, 1))
    start, end = (at.strftime("%Y-%m-%dT%H:%M:%S.000000Z") for at in period.bounds(UTC))
    with closing(sqlite3.connect(full.path)) as plain:
        assert plain.execute("SELECT count(*) FROM ledger").fetchone()[0] == ROWS
        sql = (
            f"SELECT substr(l.at, 1, 10) AS day, l.source, l.model, l.task, {_COLUMNS} FROM ledger l"  # noqa: S608
            " LEFT JOIN equivalents e ON e.reference = 'openai/gpt-5-mini' AND e.ledger_number = l.number"
            " WHERE l.at >= ? AND l.at < ? GROUP BY day, l.source, l.model, l.task"
        )
        bare = best(lambda: plain.execute(sql, [start, end]).fetchall())
    rows = audit.report(period).totals.calls
    whole = best(lambda: audit.report(period))
    spans = period.spans(UTC)
    query = best(lambda: full.audit.groups(spans, "openai/gpt-5-mini"))
    page = best(lambda: audit.rows(period))
    print(
        f"\nmonth of {rows:,} out of {ROWS:,} rows: report {whole * 1000:.0f} ms, {whole / bare:.2f} of the plain query"
    )
    print(f"({bare * 1000:.0f} ms = 1); its query {query / bare:.2f}; 200 rows of it {page / bare:.2f}")
    for number, row in enumerate(audit.rows(period)):
        full.verdicts.set(row.message_id or "", Verdict.NOT_USEFUL if number % 3 else Verdict.KEPT)
    judged = best(lambda: full.audit.groups(spans, "openai/gpt-5-mini"))
    print(f"with a verdict on 200 of its answers {judged / query:.2f} of the query without")
    assert rows > ROWS // 50
    assert whole < 2 * bare
    assert judged < 1.5 * query


def test_all_time_over_a_million_rows_against_the_plain_query(full: Store) -> None:
    settings = SettingsService(full)
    settings.update(reference="openai/gpt-5-mini")
    audit = AuditService(full, settings, zone=UTC)
    period = audit.period("all")
    with closing(sqlite3.connect(full.path)) as plain:
        sql = (
            f"SELECT substr(l.at, 1, 10) AS day, l.source, l.model, l.task, {_COLUMNS} FROM ledger l"  # noqa: S608
            " LEFT JOIN equivalents e ON e.reference = 'openai/gpt-5-mini' AND e.ledger_number = l.number"
            " GROUP BY day, l.source, l.model, l.task"
        )
        bare = best(lambda: plain.execute(sql).fetchall(), 2)
    report = audit.report(period)
    whole = best(lambda: audit.report(period), 2)
    chats = best(lambda: audit.lines(period, "conversation"), 1)
    rows, days = report.totals.calls, len(report.days)
    print(f"\nall time, {rows:,} rows over {days:,} days: report {whole * 1000:.0f} ms,", end=" ")
    print(f"{whole / bare:.2f} of the plain query ({bare * 1000:.0f} ms = 1); by chat {chats / bare:.2f}")
    assert rows == ROWS
    assert whole < 2 * bare


def test_live_totals_of_a_million_rows_against_plain_queries(full: Store) -> None:
    """What the meter asks for after each answer: this chat, today, this month."""
    day = datetime(2025, 6, 20, tzinfo=UTC)
    now, month = day + timedelta(hours=15, minutes=7), day.replace(day=1)
    columns = "count(*), sum(input_total), sum(output_total), sum(electric_nano), sum(billed_nano), sum(energy_joules)"
    with closing(sqlite3.connect(full.path)) as plain:
        chat = plain.execute(
            "SELECT conversation_id FROM ledger WHERE at >= ? LIMIT 1", [f"{day:%Y-%m-%d}"]
        ).fetchone()[0]

        def rows(start: datetime) -> float:
            ends = [f"{at:%Y-%m-%dT%H:%M:%S}.000000Z" for at in (start, now)]
            sql = f"SELECT {columns} FROM ledger WHERE at >= ? AND at < ?"  # noqa: S608
            return best(lambda: plain.execute(sql, ends).fetchone(), 20)

        bare_chat = best(
            lambda: plain.execute(f"SELECT {columns} FROM ledger WHERE conversation_id = ?", [chat]).fetchone(),  # noqa: S608
            20,
        )
        bare = {"today": rows(day), "this month": rows(month), "this chat": bare_chat}
    ours = {
        "today": best(lambda: full.ledger.totals(start=day, end=now), 20),
        "this month": best(lambda: full.ledger.totals(start=month, end=now), 20),
        "this chat": best(lambda: full.ledger.totals(conversation_id=chat), 20),
    }
    print()
    for name, seconds in ours.items():
        print(f"{name}: {seconds * 1000:.2f} ms, {seconds / bare[name]:.2f} of a plain query over its rows", end="; ")
    print(f"out of {ROWS:,}")
    assert ours["this month"] < 2 * bare["this month"]
