"""The audit over a million ledger rows against plain sqlite3 in the same run."""

from __future__ import annotations

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

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

ROWS = 1_000_000
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
        db.commit()
        db.execute("ANALYZE")
    with Store.open(path) as store:
        yield store


def multiply(db: sqlite3.Connection, table: str, seed: int) -> None:
    """ROWS rows out of `seed`, each copy a while later than the one before; sums are not needed here."""
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
    assert rows > 20_000
    assert whole < 2 * bare
    assert judged < 1.5 * query
