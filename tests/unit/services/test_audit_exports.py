"""FOCUS columns and the HTML report."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.app.composition import build_services
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.container import Services
from pennyweight.services.exports_focus import COLUMNS
from pennyweight.services.exports_html import break_even_words
from pennyweight.services.subscription import SubscriptionCheck
from pennyweight.services.svg import Series, bars, nice_lines
from pennyweight.store import Store

HOSTILE = '<script>alert(1)</script>&"'


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    home = tmp_path / "home"
    with Store.open(home / "pennyweight.db") as store:
        store.ledger.add(
            [local_entry("l"), cloud_entry("c"), cloud_entry("u", billed_nano=None), cloud_entry("h", model=HOSTILE)]
        )
    opened = build_services(home)
    yield opened
    opened.close()


def test_focus_rows_keep_spend_electricity_and_unpriced_apart(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "focus.csv"
    assert services.exports.focus(path) == 4
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    local, cloud, unpriced, _ = rows
    assert (local["BilledCost"], local["EffectiveCost"], local["ServiceName"]) == ("0", "0.0000006", "Local model")
    assert cloud["BilledCost"] == "0.000805"
    assert (cloud["ConsumedQuantity"], cloud["PricingQuantity"]) == ("1300", "0.0013")
    assert (unpriced["BilledCost"], unpriced["x_Unpriced"]) == ("", "true")
    assert (cloud["BillingPeriodStart"], cloud["BillingPeriodEnd"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert json.loads(cloud["Tags"])["task"] == "ask"
    assert sum(Decimal(row["BilledCost"] or 0) for row in rows) == Decimal("0.00161")
    assert services.exports.focus(path, AuditPeriod.month(date(2026, 10, 1))) == 0


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.outside += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_report_needs_nothing_else_and_holds_what_it_shows(services: Services, tmp_path: Path) -> None:
    path = services.exports.audit_page(tmp_path / "audit.html", AuditPeriod.month(date(2026, 11, 1)))
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert not page.outside
    assert "script" not in page.tags
    assert "svg" in page.tags
    text = " ".join(page.words)
    assert HOSTILE in text
    assert "November 2026" in text
    assert "1 cloud call without a price, in no sum" in text
    assert "0.16¢" in text


def test_bars_stand_on_each_other_and_say_their_values() -> None:
    here = Series("here", "local", [1, 0], ["$1", "$0"])
    there = Series("there", "cloud", [3, 2], ["$3", "$2"])
    svg = ElementTree.fromstring(bars("Days", ["1", "2"], [here, there], [(0, "$0"), (4, "$4")]))  # noqa: S314
    rects = [each for each in svg.iter() if each.tag.endswith("rect")]
    first, second, third = (float(rect.attrib["height"]) for rect in rects)
    assert second == pytest.approx(3 * first, abs=0.3)
    assert third == pytest.approx(2 * first, abs=0.3)
    assert float(rects[1].attrib["y"]) + second == pytest.approx(float(rects[0].attrib["y"]), abs=0.2)
    titles = [each.text for each in svg.iter() if each.tag.endswith("title")]
    assert titles == ["1: here: $1; there: $3", "2: here: $0; there: $2"]


@pytest.mark.parametrize("highest", [0.000001, 0.07, 0.9, 1.0, 13.82, 999.0])
def test_lines_of_an_axis_are_few_and_not_above_the_highest(highest: float) -> None:
    lines = nice_lines(highest)
    assert lines[0] == 0
    assert 2 <= len(lines) <= 5
    assert lines[-1] <= highest * 1.0001
    assert nice_lines(0) == [0.0]


def test_the_report_shows_projects_chats_thrift_and_lists_what_is_uncertain(services: Services, tmp_path: Path) -> None:
    with Store.open(tmp_path / "home" / "pennyweight.db") as store:
        store.conversations.create(HOSTILE, conversation_id="chat")
        store.projects.set("chat", "harbour")
        store.ledger.add(
            cloud_entry(f"t{turn}", conversation_id="chat", resent=400 * turn,
                        usage=UsageRecord(input_total=400 * turn + 100, usage_state=UsageState.ESTIMATED))
            for turn in range(3)
        )  # fmt: skip
    path = services.exports.audit_page(tmp_path / "audit.html", AuditPeriod.month(date(2026, 11, 1)))
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    text = " ".join(page.words)
    for words in ("By project", "harbour", "By chat", f"Call by call: {HOSTILE}", "Prompt thrift", "by task",
                  "Calls without a price", "Calls with estimated or partial token counts"):  # fmt: skip
        assert words in text, words
    assert page.tags.count("svg") == 3
    assert not page.outside
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "url(" not in path.read_text(encoding="utf-8")
    assert "default-src 'none'" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("metered", "times"),
    [(7_700_000_000, "2.6"), (2_010_000_000, "10"), (1_770_489, "11,000"), (20_000_000_000, "1.0")],
)
def test_how_often_the_use_would_have_to_be_is_no_more_exact_than_it_is_known(metered: int, times: str) -> None:
    check = SubscriptionCheck(
        plan_usd=Decimal(20),
        months=Decimal(1),
        plan_nano=20_000_000_000,
        metered_nano=metered,
        calls=1,
        unpriced_rows=0,
    )
    assert break_even_words(check) == f"even at {times} times this use"
