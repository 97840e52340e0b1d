"""Use that a provider's report and call logs both tell: found, counted once, both kept. Totals are worked out by hand.

1 November: the report says 1,000 in and 500 out, $0.007; two calls say 100 in and 300 out, $0.0032.
2 November: calls only, $0.001. 3 November: the report only, $0.002.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.usage_files import anthropic_cost, anthropic_usage, claude_log, openai_usage
from tests.unit.store.store_samples import cloud_entry

from pennyweight.domain.errors import InputError
from pennyweight.services.audit import AuditService
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.exports_focus import focus_values
from pennyweight.services.imports import ImportService
from pennyweight.services.imports.overlap import sentence
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store

NOVEMBER = AuditPeriod.month(date(2026, 11, 1))
CALLS, REPORT, CALLS_ONLY, REPORT_ONLY = 3_200_000, 7_000_000, 1_000_000, 2_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "pennyweight.db") as opened:
        yield opened


@pytest.fixture
def service(store: Store) -> ImportService:
    return ImportService(store)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return claude_log(
        tmp_path / "projects" / "s.jsonl",
        ("m1", 40, 100, "2026-11-01T10:00:00Z"),
        ("m2", 60, 200, "2026-11-01T23:59:59Z"),
        ("m3", 0, 100, "2026-11-02T00:00:01Z"),
    )


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return anthropic_usage(tmp_path / "usage.json", ("2026-11-01", 1_000, 500), ("2026-11-03", 0, 200))


def paid(store: Store) -> int:
    return AuditService(store, SettingsService(store), zone=UTC).report(NOVEMBER).totals.billed_nano


def test_the_audit_counts_each_day_once_and_the_ledger_keeps_both(
    store: Store, service: ImportService, log: Path, report: Path
) -> None:
    service.run("auto", log)
    assert paid(store) == CALLS + CALLS_ONLY
    service.run("auto", report)
    assert store.ledger.totals().billed_nano == CALLS + CALLS_ONLY + REPORT + REPORT_ONLY
    assert paid(store) == CALLS + CALLS_ONLY + REPORT_ONLY
    service.set_counting("reports")
    assert paid(store) == REPORT + CALLS_ONLY + REPORT_ONLY
    service.set_counting("both")
    assert paid(store) == CALLS + CALLS_ONLY + REPORT + REPORT_ONLY


def test_every_table_of_the_audit_leaves_out_the_same_rows(
    store: Store, service: ImportService, log: Path, report: Path
) -> None:
    service.run("auto", log)
    service.run("auto", report)
    audit = AuditService(store, SettingsService(store), zone=UTC)
    found = audit.report(NOVEMBER)
    for lines in (found.days, found.models, found.sources, found.providers, audit.lines(NOVEMBER, "conversation")):
        assert sum(line.sums.billed_nano for line in lines) == found.totals.billed_nano
    assert [day.sums.billed_nano for day in found.days[:3]] == [CALLS, CALLS_ONLY, REPORT_ONLY]
    assert {line.label: line.sums.billed_nano for line in found.sources} == {
        "Claude Code": CALLS + CALLS_ONLY,
        "Anthropic export": REPORT_ONLY,
    }


def test_the_preview_warns_whichever_file_comes_second(
    service: ImportService, store: Store, log: Path, report: Path
) -> None:
    assert not service.preview("auto", log).overlap
    service.run("auto", log)
    found = service.preview("auto", report).overlap
    assert (found.days, found.report_nano, found.call_nano, found.kinds) == (1, REPORT, CALLS, ("claude-code",))
    assert store.ledger.totals().billed_nano == CALLS + CALLS_ONLY
    names = {"anthropic": "Anthropic", "claude-code": "Claude Code"}
    assert sentence(found, "calls", names, ahead=True) == (
        "1 day of Anthropic would be in the ledger twice: 0.7¢ in the provider's report, 0.32¢ call by call "
        "(Claude Code). The audit counts them once, from the calls."
    )
    assert service.run("auto", report).overlap == service.overlaps(*NOVEMBER.bounds(UTC))
    assert not service.preview("auto", log).overlap, "nothing of it would be new"


def test_the_log_after_the_report_is_told_too(service: ImportService, log: Path, report: Path) -> None:
    service.run("auto", report)
    found = service.preview("auto", log).overlap
    assert (found.report_nano, found.call_nano) == (REPORT, CALLS)
    done = service.run("auto", log)
    assert (done.overlap.report_nano, done.overlap.call_nano) == (REPORT, CALLS)


def test_one_folder_with_both_is_noticed_before_anything_is_written(
    service: ImportService, tmp_path: Path, log: Path, report: Path
) -> None:
    found = service.preview("auto", tmp_path).overlap
    assert (found.report_nano, found.call_nano) == (REPORT, CALLS)


def test_another_model_day_or_provider_is_no_second_telling(
    store: Store, service: ImportService, tmp_path: Path, log: Path
) -> None:
    service.run("auto", log)
    assert not service.run("auto", anthropic_usage(tmp_path / "later.json", ("2026-11-04", 10, 10))).overlap
    assert not service.run("auto", openai_usage(tmp_path / "other.csv", ("2026-11-01", 10, 10))).overlap
    assert paid(store) == store.ledger.totals().billed_nano


def test_calls_of_this_program_meet_a_report_by_the_model_of_the_price_table(
    store: Store, service: ImportService, tmp_path: Path
) -> None:
    at = datetime(2026, 11, 1, 8, tzinfo=UTC)
    store.ledger.add([cloud_entry("c", at=at, source="openai", model="gpt-5-mini", priced_as="gpt-5-mini")])
    done = service.run("auto", openai_usage(tmp_path / "usage.csv", ("2026-11-01", 4_000, 1_000)))
    # 4,000 x 0.25 + 1,000 x 2 per million
    assert (done.nano, done.overlap.report_nano, done.overlap.kinds) == (3_000_000, 3_000_000, ("",))
    assert paid(store) == 805_000


def test_an_undone_report_counts_for_nothing_and_its_calls_count_again(
    store: Store, service: ImportService, log: Path, report: Path
) -> None:
    service.run("auto", log)
    done = service.run("auto", report)
    service.set_counting("reports")
    assert paid(store) == REPORT + CALLS_ONLY + REPORT_ONLY
    assert done.run_id is not None
    service.undo(done.run_id)
    assert paid(store) == CALLS + CALLS_ONLY
    assert not service.overlaps(*NOVEMBER.bounds(UTC))


def test_a_reconciliation_counts_by_the_same_rule_and_says_what_only_the_report_has(
    service: ImportService, tmp_path: Path, log: Path, report: Path
) -> None:
    for path in (log, report, anthropic_cost(tmp_path / "cost.json", ("2026-11-01", "0.7"), ("2026-11-03", "0.2"))):
        service.run("auto", path)
    first, second, third = service.reconcile("anthropic").days
    assert (first.billed_nano, first.ledger_nano) == (REPORT, CALLS)
    assert first.explained == {"in the report only": REPORT - CALLS}
    assert (second.explained, second.unexplained_nano) == ({"no bill": -CALLS_ONLY}, 0)
    assert (third.explanation, third.unexplained_nano) == ("agrees", 0)
    service.set_counting("both")
    assert service.reconcile("anthropic").days[0].explained == {"counted twice": -CALLS}
    service.set_counting("reports")
    assert service.reconcile("anthropic").days[0].explanation == "agrees"


def test_a_way_to_count_that_there_is_not_is_refused(service: ImportService) -> None:
    with pytest.raises(InputError, match="not a way to count"):
        service.set_counting("half")
    assert service.counting() == "calls"


def test_the_ledger_totals_of_the_meter_follow_the_same_choice(
    store: Store, service: ImportService, log: Path, report: Path
) -> None:
    service.run("auto", log)
    service.run("auto", report)
    start, end = NOVEMBER.bounds(UTC)
    found = store.ledger.totals(start=start, end=end, counting="calls")
    assert (found.calls, found.billed_nano) == (4, CALLS + CALLS_ONLY + REPORT_ONLY)
    assert found.cloud.output_total == 100 + 200 + 100 + 200
    found = store.ledger.totals(counting="reports")
    assert (found.calls, found.billed_nano) == (3, REPORT + CALLS_ONLY + REPORT_ONLY)


def test_a_row_that_is_not_counted_says_so_where_it_is_listed_and_exported(
    store: Store, service: ImportService, log: Path, report: Path
) -> None:
    service.run("auto", log)
    service.run("auto", report)
    audit = AuditService(store, SettingsService(store), zone=UTC)
    notes = {row.billed_nano: row.note for row in audit.rows(NOVEMBER)}
    assert notes[REPORT].startswith("Report, not counted: the calls of the same day and model tell the same use.")
    assert "not counted" not in notes[REPORT_ONLY] + notes[CALLS_ONLY]
    twice = store.overlaps.uncounted("calls")
    values = [focus_values(row, counted=row.id not in twice) for row in store.ledger.iterate()]
    assert sum(Decimal(row["BilledCost"]) for row in values) == Decimal("0.0062")
    assert [row["x_Counted"] for row in values] == ["false", "true", "true", "true", "true"]
