"""The audit against tables worked out by hand, over a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from functools import reduce
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.store.store_samples import bill, cloud_entry, local_entry

from pennyweight.domain.answer import StopReason
from pennyweight.domain.comparison import Comparison
from pennyweight.domain.conversation import Task, Verdict
from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.meter import price_table
from pennyweight.services.audit import GROUPINGS, NO_PROJECT, AuditService, cost_words, what_ran
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.budgets import BudgetService
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store
from pennyweight.store.audit import AuditSums, RowFilter

REFERENCE = "openai/gpt-5-mini"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "pennyweight.db") as opened:
        SettingsService(opened).update(reference=REFERENCE)
        yield opened


def audit_of(store: Store, zone: tzinfo = UTC) -> AuditService:
    return AuditService(store, SettingsService(store), now=lambda: NOW, zone=zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_month_adds_up_to_what_was_worked_out_by_hand(store: Store) -> None:
    store.ledger.add(
        [
            local_entry("l1", at=at("2026-11-02 10:00")),
            local_entry("l2", at=at("2026-11-02 11:00"), stop_reason=StopReason.STOPPED),
            cloud_entry("c1", at=at("2026-11-03 10:00")),
            cloud_entry("c2", at=at("2026-11-03 12:00"), model="gpt-new", billed_nano=None, priced_as=None),
            cloud_entry("i1", at=at("2026-11-04 10:00"), origin="claude-code:s.jsonl:7", source="anthropic",
                        model="claude-sonnet-5-5", billed_nano=5_000_000, message_id=None),
            cloud_entry("i2", at=at("2026-11-05 10:00"), origin="claude-code:s.jsonl:8", source="anthropic",
                        model="claude-sonnet-5-5", billed_nano=7_000_000, message_id=None,
                        usage=UsageRecord(input_total=10, output_total=1, usage_state=UsageState.ESTIMATED)),
            local_entry("october", at=at("2026-10-31 23:59")),
            local_entry("december", at=at("2026-12-01 00:00")),
        ]
    )  # fmt: skip
    report = audit_of(store).report(AuditPeriod.month(date(2026, 11, 9)))

    assert (report.totals.calls, report.totals.answers, report.totals.usable_answers) == (6, 6, 3)
    assert report.here.billed_nano == 805_000
    assert report.imported.billed_nano == 12_000_000
    assert report.totals.billed_nano == 12_805_000
    assert report.totals.electric_nano == 1_200
    assert (report.totals.equivalent_low_nano, report.totals.equivalent_nano) == (1_800, 2_000)
    assert report.totals.equivalent_high_nano == 2_700
    assert report.totals.joules == 24
    assert report.totals.measured_joules == 0
    assert report.kwh_prices == ("0.18",)
    assert (report.totals.unpriced_rows, report.totals.uncompared_rows, report.totals.estimated_rows) == (1, 0, 1)
    # In: 100 + 100 + 1,000 × 3 + 10. Re-sent: 60 + 60 here, and what the cache of the imported call held: 200.
    assert report.totals.input_total == 3_210
    assert report.totals.resent == 320
    assert report.totals.new_input == 2_890
    assert report.totals.output_total == 20 + 20 + 300 * 3 + 1
    assert report.totals.reasoning == 5 + 5 + 300
    assert report.energy_sources == ("cpu-model",)

    models = {row.label: row for row in report.models}
    assert [row.label for row in report.models] == ["claude-sonnet-5-5", "gpt-5-mini", "starter", "gpt-new"]
    assert models["starter"].per_usable_answer_nano == 1_200
    assert models["gpt-5-mini"].per_usable_answer_nano == 805_000
    assert models["claude-sonnet-5-5"].per_usable_answer_nano is None
    assert models["gpt-new"].per_usable_answer_nano is None
    assert {row.label: row.sums.billed_nano for row in report.sources} == {
        "Claude Code": 12_000_000,
        "OpenAI": 805_000,
        "This computer": 0,
    }
    worked = {row.key: (row.sums.billed_nano, row.local.equivalent_nano) for row in report.days if row.sums.calls}
    assert worked == {
        "2026-11-02": (0, 2_000),
        "2026-11-03": (805_000, 0),
        "2026-11-04": (5_000_000, 0),
        "2026-11-05": (7_000_000, 0),
    }
    assert len(report.days) == 30


def test_the_price_of_electricity_is_told_as_it_was_and_not_as_a_mean(store: Store) -> None:
    row = local_entry("a")
    assert row.local is not None
    dear = replace(row.local, usd_per_kwh="0.445")
    store.ledger.add([local_entry("a", local=dear), local_entry("b", local=replace(dear, usd_per_kwh="0.384"))])
    day = AuditPeriod(date(2026, 11, 20), date(2026, 11, 20))
    report = audit_of(store).report(day)
    assert report.kwh_prices == ("0.384", "0.445")
    assert audit_of(store).report(AuditPeriod(date(2026, 11, 21), date(2026, 11, 21))).kwh_prices == ()


def test_what_a_usable_answer_cost_follows_the_persons_word(store: Store) -> None:
    """Three local answers of 600 nano-dollars, one of them stopped; two of 805,000 from the cloud."""
    store.ledger.add(
        [
            local_entry("a"),
            local_entry("b"),
            local_entry("stopped", stop_reason=StopReason.STOPPED),
            cloud_entry("c"),
            cloud_entry("d"),
        ]
    )
    audit, day = audit_of(store), AuditPeriod(date(2026, 11, 20), date(2026, 11, 20))

    def per_usable() -> dict[str, int | None]:
        return {row.label: row.per_usable_answer_nano for row in audit.report(day).models}

    assert per_usable() == {"starter": 900, "gpt-5-mini": 805_000}  # 1,800 over two that ended
    store.verdicts.set("message-b", Verdict.NOT_USEFUL)
    store.verdicts.set("message-d", Verdict.NOT_USEFUL)
    assert per_usable() == {"starter": 1_800, "gpt-5-mini": 1_610_000}
    store.verdicts.set("message-stopped", Verdict.KEPT)
    assert per_usable() == {"starter": 900, "gpt-5-mini": 1_610_000}
    store.verdicts.set("message-a", Verdict.KEPT)
    assert per_usable() == {"starter": 900, "gpt-5-mini": 1_610_000}
    for name in ("a", "stopped"):
        store.verdicts.set(f"message-{name}", Verdict.NOT_USEFUL)
    assert per_usable() == {"starter": None, "gpt-5-mini": 1_610_000}
    for by in GROUPINGS:
        assert sum(row.sums.usable_answers for row in audit.lines(day, by)) == 1, by


def test_what_is_unpriced_or_estimated_can_be_listed(store: Store) -> None:
    day = AuditPeriod(date(2026, 11, 20), date(2026, 11, 20))
    store.ledger.add(
        [
            cloud_entry("priced"),
            cloud_entry("unpriced", billed_nano=None),
            local_entry("no bill", equivalent=bill(nano=None)),
            local_entry("guessed", usage=UsageRecord(input_total=1, usage_state=UsageState.ESTIMATED)),
        ]
    )
    audit = audit_of(store)
    assert [row.id for row in audit.rows(day, RowFilter(only="unpriced"))] == ["no bill", "unpriced"]
    assert [row.id for row in audit.rows(day, RowFilter(only="estimated"))] == ["guessed"]
    totals = audit.report(day).totals
    assert (totals.unpriced_rows, totals.uncompared_rows, totals.estimated_rows) == (1, 1, 1)
    assert [row.id for row in audit.rows(day, limit=2, offset=1)] == ["no bill", "unpriced"]
    # A bill at the chosen reference counts, whichever reference a row came with.
    store.ledger.add([local_entry("elsewhere", equivalent=None)])
    assert [row.id for row in audit.rows(day, RowFilter(only="unpriced"))] == ["elsewhere", "no bill", "unpriced"]
    store.ledger.add_equivalents("elsewhere", bill(REFERENCE))
    assert [row.id for row in audit.rows(day, RowFilter(only="unpriced"))] == ["no bill", "unpriced"]


def test_every_table_adds_up_to_the_totals_and_leads_to_its_rows(store: Store) -> None:
    store.ledger.add(
        [
            local_entry("a", conversation_id="one"),
            local_entry("b", conversation_id="two", task="summarize"),
            cloud_entry("c", conversation_id="one"),
            cloud_entry("d", origin="codex:x:1", conversation_id="elsewhere"),
            cloud_entry("e", origin="codex:x:2", source="azure"),
        ]
    )
    audit = audit_of(store)
    period = AuditPeriod.month(date(2026, 11, 1))
    report = audit.report(period)
    store.projects.set("one", "harbour")
    for by in GROUPINGS:
        rows = audit.lines(period, by)
        assert sum(row.sums.billed_nano for row in rows) == report.totals.billed_nano
        assert sum(row.sums.input_total for row in rows) == report.totals.input_total
        for row in rows:
            assert len(audit.rows(row.period, row.chosen)) == row.sums.calls, (by, row.key)
    projects = {row.label: row for row in audit.lines(period, "project")}
    assert projects["harbour"].sums.billed_nano == 805_000
    assert projects[NO_PROJECT].sums.calls == 3
    assert {row.key: row.label for row in report.sources} == {
        "codex": "Codex CLI", "openai": "OpenAI", "local": "This computer"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Budapest", date(2026, 3, 29), 23),
        ("Europe/Budapest", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Tokyo", date(2026, 11, 20), 24),
        ("Asia/Kathmandu", date(2026, 11, 20), 24),
    ],
)
def test_a_local_day_is_as_long_as_its_clock_says(store: Store, zone: str, day: date, hours: float) -> None:
    place = ZoneInfo(zone)
    start, end = AuditPeriod(day, day).bounds(place)
    assert (end - start).total_seconds() / 3600 == hours
    edge = (end - start) / 1000
    store.ledger.add(
        [
            local_entry("before", at=start - edge),
            local_entry("first", at=start),
            local_entry("last", at=end - edge),
            local_entry("after", at=end),
        ]
    )
    report = audit_of(store, place).report(AuditPeriod.month(day))
    assert {row.key: row.sums.calls for row in report.days if row.key == day.isoformat()} == {day.isoformat(): 2}
    assert [row.id for row in audit_of(store, place).rows(AuditPeriod(day, day))] == ["last", "first"]


def test_an_evening_in_london_is_the_next_day_in_tokyo(store: Store) -> None:
    store.ledger.add([cloud_entry("c", at=at("2026-11-30 15:30"))])
    tokyo = audit_of(store, ZoneInfo("Asia/Tokyo"))
    assert tokyo.report(AuditPeriod.month(date(2026, 11, 1))).totals.calls == 0
    december = tokyo.report(AuditPeriod.month(date(2026, 12, 1)))
    assert [row.key for row in december.days if row.sums.calls] == ["2026-12-01"]


def test_all_time_reaches_from_the_first_row_to_today(store: Store) -> None:
    audit = audit_of(store)
    assert audit.period("all") == AuditPeriod(date(2026, 11, 21), date(2026, 11, 21), "all")
    store.ledger.add([local_entry("old", at=at("2024-02-28 08:00"))])
    period = audit.period("all")
    assert (period.first, period.last) == (date(2024, 2, 28), date(2026, 11, 21))
    assert audit.report(period).totals.calls == 1


def test_deleted_chats_and_changed_prices_change_no_past_figure(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = store.conversations.create("Harbour")
    store.ledger.add([local_entry("a", conversation_id=chat.id), cloud_entry("b", conversation_id=chat.id)])
    audit = audit_of(store)
    period = AuditPeriod.month(date(2026, 11, 1))
    before, chats = audit.report(period), audit.lines(period, "conversation")
    assert chats[0].label == "Harbour"

    store.conversations.delete(chat.id)
    store.conversations.purge_deleted(datetime(2030, 1, 1, tzinfo=UTC))
    rate = price_table.rate
    monkeypatch.setattr(price_table, "rate", lambda *which: (known := rate(*which)) and known * 3)
    after = audit.report(period)
    assert after.reference.input_usd_per_million == 3 * before.reference.input_usd_per_million
    assert after.totals == before.totals
    assert after.models == before.models
    assert audit.lines(period, "conversation")[0].label == "A chat that is gone"


def test_a_comparison_is_named_by_its_prompt_and_as_the_chat_it_becomes(store: Store) -> None:
    for name, prompt in (("one", "the tide table\nfor Tuesday"), ("two", " \n")):
        store.comparisons.add(
            Comparison(id=name, at=NOW, task=Task.ASK, prompt=prompt, conversation_id=f"chat-{name}", sides=())
        )
    store.ledger.add([cloud_entry(name, conversation_id=f"chat-{name}") for name in ("one", "two", "gone")])
    audit, period = audit_of(store), AuditPeriod.month(date(2026, 11, 1))
    names = {row.key: row.label for row in audit.lines(period, "conversation")}
    assert names == {
        "chat-one": "Comparison: The tide table",
        "chat-two": "A comparison",
        "chat-gone": "A chat that is gone",
    }
    assert {chat.name for chat in audit.chats()} == set(names.values())
    store.conversations.create("Tides", conversation_id="chat-one")
    assert {row.key: row.label for row in audit.lines(period, "conversation")} == names | {"chat-one": "Tides"}


def test_periods_have_the_names_and_steps_of_a_calendar() -> None:
    month = AuditPeriod.month(date(2026, 1, 31))
    assert month.title == "January 2026"
    assert month.shifted(-1) == AuditPeriod.month(date(2025, 12, 1))
    assert AuditPeriod.year(date(2026, 5, 5)).shifted(1).title == "2027"
    week = AuditPeriod.week(date(2026, 11, 21))
    assert week.title == "16 to 22 November 2026"
    assert week.shifted(2).title == "30 November to 6 December 2026"
    assert AuditPeriod(date(2026, 12, 31), date(2027, 1, 1)).title == "31 December 2026 to 1 January 2027"
    with pytest.raises(InputError):
        AuditPeriod(date(2026, 1, 2), date(2026, 1, 1))


@given(st.lists(st.integers(0, 10**15), max_size=5))
def test_many_sums_added_at_once_are_the_same_as_one_by_one(counts: list[int]) -> None:
    many = [AuditSums(calls=count, billed_nano=2 * count, unpriced_rows=count % 3) for count in counts]
    assert AuditSums.of(many) == reduce(AuditSums.__add__, many, AuditSums())


def test_a_changed_budget_is_no_line_and_its_row_says_what_it_is(store: Store) -> None:
    store.ledger.add([cloud_entry("c")])
    budgets, audit, day = BudgetService(store, now=lambda: NOW), audit_of(store), AuditPeriod(NOW.date(), NOW.date())
    for provider in ("", "anthropic"):
        budgets.set(provider, 500_000)
        budgets.set(provider, None)
    for by in GROUPINGS:
        assert [row.key for row in audit.lines(day, by) if by != "day" or row.sums.calls] == [], by
    rows = audit.rows(day)
    assert [(what_ran(row), cost_words(row)) for row in rows] == [("Budget change", "–")] * 2
    store.ledger.add([cloud_entry("fix", at=NOW, kind="correction", billed_nano=-5_000)])
    assert [row.sums.billed_nano for row in audit.lines(day, "model")] == [-5_000]


def test_providers_have_their_names(store: Store) -> None:
    store.ledger.add([cloud_entry("a"), cloud_entry("b", source="own-server"), cloud_entry("c", source="x-azure")])
    rows = audit_of(store).lines(AuditPeriod.month(date(2026, 11, 1)), "provider")
    assert {row.key: row.label for row in rows} == {
        "openai": "OpenAI",
        "own-server": "Own server",
        "x-azure": "x-azure",
    }
