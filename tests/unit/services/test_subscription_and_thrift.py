"""The plan check, re-pricing and prompt thrift, each worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.store.store_samples import NOON, cloud_entry, local_entry

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.usage import UsageRecord
from pennyweight.services.audit import AuditService
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.reprice import RepriceService
from pennyweight.services.settings import SettingsService
from pennyweight.services.subscription import SubscriptionService, plan_months
from pennyweight.services.thrift import ThriftService
from pennyweight.store import Store

NOVEMBER = AuditPeriod.month(date(2026, 11, 1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "pennyweight.db") as opened:
        yield opened


def test_a_plan_against_metered_use_and_the_break_even(store: Store) -> None:
    store.ledger.add([cloud_entry(f"c{n}", billed_nano=3_455_000_000) for n in range(4)])
    store.ledger.add([local_entry("l"), cloud_entry("u", billed_nano=None)])
    report = AuditService(store, SettingsService(store), zone=UTC).report(NOVEMBER)
    check = SubscriptionService(store).check(report, date(2026, 11, 21))
    assert check.plan_usd == Decimal(20)
    assert check.months == 1
    assert check.plan_nano == 20_000_000_000
    assert check.metered_nano == 13_820_000_000
    assert check.metered_is_cheaper_by_nano == 6_180_000_000
    assert (check.calls, check.unpriced_rows) == (4, 1)
    assert check.break_even_calls == 6  # 20 / 3.455 = 5.79


def test_the_price_of_a_plan_is_kept_and_checked(store: Store) -> None:
    plans = SubscriptionService(store)
    plans.set_plan(Decimal("99.50"))
    assert plans.plan_usd() == Decimal("99.50")
    for wrong in (Decimal(-1), Decimal("NaN")):
        with pytest.raises(InputError):
            plans.set_plan(wrong)
    assert plans.plan_usd() == Decimal("99.50")


def test_months_that_are_paid() -> None:
    today = date(2026, 11, 21)
    assert plan_months(NOVEMBER, today) == 1
    assert plan_months(AuditPeriod.year(today), today) == 11
    assert plan_months(AuditPeriod.year(today), today, date(2026, 10, 8)) == 2
    assert plan_months(AuditPeriod.year(date(2025, 1, 1)), today) == 12
    assert plan_months(AuditPeriod.week(today), today) == Decimal("0.2300")


def test_the_same_use_at_another_price_leaves_the_ledger_alone(store: Store) -> None:
    store.ledger.add(
        [
            cloud_entry("c", usage=UsageRecord(input_total=3_000, output_total=1_000)),
            local_entry("l", usage=UsageRecord(input_total=3_000, output_total=1_000), resent=0),
        ]
    )
    before = list(store.ledger.iterate())
    (row,) = RepriceService(store, UTC).at_prices_of(NOVEMBER, ["openai/gpt-4o-2024-05-13"], Cancel())
    # $0.03 for the call of the same provider; for the local one 3,000, 3,450 and 4,050 tokens in.
    assert (row.calls, row.unpriced_rows) == (2, 0)
    assert row.low_nano == 30_000_000 + 30_000_000
    assert row.expected_nano == 30_000_000 + 32_250_000
    assert row.high_nano == 30_000_000 + 35_250_000
    assert list(store.ledger.iterate()) == before
    (unknown,) = RepriceService(store, UTC).at_prices_of(NOVEMBER, ["openai/nonesuch"], Cancel())
    assert (unknown.unpriced_rows, unknown.expected_nano) == (2, 0)
    cancelled = Cancel()
    cancelled.cancel()
    assert RepriceService(store, UTC).at_prices_of(NOVEMBER, ["openai/gpt-5-mini"], cancelled) == ()


def snowball() -> list[LedgerEntry]:
    """Four exchanges of 100 tokens in and 100 out: 0, 200, 400, 600 tokens sent again, the last 100 of them cached."""
    return [
        cloud_entry(
            f"t{n}", at=NOON + timedelta(minutes=n), conversation_id="chat", resent=200 * n, billed_nano=1,
            usage=UsageRecord(input_total=100 + 200 * n, output_total=100, cache_read=100 if n == 3 else 0),
            rate_card={"input_mtok": "5", "cache_read_mtok": "0.5", "output_mtok": "15"},
        )
        for n in range(4)
    ]  # fmt: skip


def test_what_a_shorter_history_would_have_saved(store: Store) -> None:
    store.ledger.add(snowball())
    found = ThriftService(store).chat("chat")
    assert [turn.resent for turn in found.turns] == [0, 200, 400, 600]
    assert [turn.new for turn in found.turns] == [100] * 4
    assert (found.input_total, found.resent, found.share_resent) == (1_600, 1_200, 0.75)
    # Two exchanges are 400 tokens: only the fourth call would have been shorter, by 200, of which 100 were cached.
    assert found.trim.tokens == 200
    assert found.trim.cloud_nano == 50_000 + 500_000
    # A summary of 300 and the last exchange of 200 are 500: 100 fewer in the fourth call, all of them cached.
    assert found.summarize.tokens == 100
    assert found.summarize.cloud_nano == 50_000
    assert found.trim.equivalent_nano == 0


def test_a_chat_without_calls_has_no_share(store: Store) -> None:
    found = ThriftService(store).chat("nobody")
    assert (found.turns, found.share_resent, found.trim.tokens) == ((), 0.0, 0)


def question(number: int, *, resent: int, new: int, out: int, **changes: object) -> LedgerEntry:
    usage = UsageRecord(input_total=resent + new, output_total=out)
    return cloud_entry(
        f"q{number}", at=NOON + timedelta(minutes=number), conversation_id="chat", resent=resent, usage=usage, **changes
    )


def saved(store: Store, calls: list[LedgerEntry]) -> tuple[int, int]:
    store.ledger.add(calls)
    found = ThriftService(store).chat("chat")
    return found.trim.tokens, found.summarize.tokens


def test_a_question_answered_again_and_again_has_no_history_to_save(store: Store) -> None:
    again = [question(n, resent=1_000, new=0, out=5) for n in range(1, 6)]
    assert saved(store, [question(0, resent=0, new=1_000, out=5), *again]) == (0, 0)


def test_versions_of_a_second_question_send_one_exchange_which_both_ways_keep(store: Store) -> None:
    versions = [question(n, resent=1_005, new=10, out=5) for n in range(1, 5)]
    assert saved(store, [question(0, resent=0, new=1_000, out=5), *versions]) == (0, 0)


def test_a_cached_prompt_is_no_history(store: Store) -> None:
    usage = UsageRecord(input_total=900, cache_read=800, output_total=5)
    compared = [cloud_entry(f"c{n}", conversation_id="chat", usage=usage) for n in range(3)]
    assert saved(store, compared) == (0, 0)


def test_the_prompt_that_an_imported_session_begins_with_is_no_history(store: Store) -> None:
    calls = [
        cloud_entry(f"i{n}", at=NOON + timedelta(minutes=n), conversation_id="chat", origin="claude-code:s:1",
                    usage=UsageRecord(input_total=5_000 + 100 * n, cache_read=4_900 + 100 * n, output_total=50))
        for n in range(2)
    ]  # fmt: skip
    assert saved(store, calls) == (0, 0)
