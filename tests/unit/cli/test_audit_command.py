"""The fields of `audit` and `what-if`, as scripts read them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.app.composition import build_services
from pennyweight.cli.audit_views import VERBS
from pennyweight.cli.main import run
from pennyweight.domain.answer import StopReason
from pennyweight.domain.usage import UsageRecord
from pennyweight.store import Store

PRICE = [
    "price",
    "--provider",
    "openai",
    "--model",
    "gpt-5-mini",
    "--usage",
    '{"prompt_tokens": 9, "completion_tokens": 1}',
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.ledger.add([local_entry("l"), cloud_entry("c"), cloud_entry("i", origin="codex:a:1", billed_nano=None)])
    return tmp_path


@pytest.fixture
def home_with_chat(home: Path) -> Path:
    """Four turns of 50 to 100 new tokens, each sending again all that came before."""
    with Store.open(home / "pennyweight.db") as store:
        store.ledger.add(
            cloud_entry(
                f"t{turn}",
                conversation_id="long",
                resent=resent,
                billed_nano=0,
                stop_reason=StopReason.STOPPED,
                usage=UsageRecord(input_total=resent + new, output_total=0),
            )
            for turn, (resent, new) in enumerate([(0, 100), (100, 50), (150, 50), (200, 50)])
        )
    return home


def ask(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run([*arguments, "--json"], lambda: build_services(home)) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_audit_gives_rows_and_totals(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(home, capsys, "audit", "--from", "2026-11-18", "--to", "2026-11-22", "--by", "source")
    assert {row["source"] for row in found["rows"]} == {"local", "openai"}
    assert {row["label"]: row["billed_usd"] for row in found["rows"]} == {
        "OpenAI": "0.000805", "Codex CLI": "0", "This computer": "0"
    }  # fmt: skip
    totals = found["totals"]
    assert totals["billed_usd"] == totals["billed_here_usd"] == "0.000805"
    assert totals["local_usd"] == "0.0000006"
    assert totals["unpriced_rows"] == 1
    assert totals["tokens"]["input_total"] == 2_100
    assert ask(home, capsys, "audit", "--from", "2026-11-18", "--to", "2026-11-22")["rows"][0]["day"] == "2026-11-18"


def test_the_same_period_from_other_sides(home_with_chat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = ("--from", "2026-11-20", "--to", "2026-11-20")
    chat = ask(home_with_chat, capsys, "audit", "thrift", "--chat", "long")
    assert [(turn["new"], turn["resent"]) for turn in chat["turns"]] == [(100, 0), (50, 100), (50, 150), (50, 200)]
    assert (chat["input_total"], chat["resent"], chat["share_resent"]) == (700, 450, 0.6429)
    # Only the fourth turn had more behind it than two exchanges: 200 sent again, of which (50 + 0) × 2 would be kept.
    assert (chat["trim"]["tokens"], chat["trim"]["billed_usd"]) == (100, "0.000025")
    thrift = ask(home_with_chat, capsys, "audit", "thrift", *days)
    assert [each["conversation_id"] for each in thrift["chats"]] == ["long"]
    # Of the other rows the local one had sent 60 tokens before, and the cache of the imported one held 200.
    assert (thrift["input_total"], thrift["resent"]) == (2_800, 710)
    rows = ask(home_with_chat, capsys, "audit", "rows", *days, "--only", "unpriced")["rows"]
    assert [(row["id"], row["origin"], row["rate_card"]) for row in rows] == [
        ("i", "codex:a:1", {"input_mtok": "0.25"})
    ]
    again = ask(home_with_chat, capsys, "audit", "reprice", *days, "--model", "openai/gpt-4o-2024-05-13")
    assert [(row["calls"], row["unpriced_rows"]) for row in again["rows"]] == [(7, 0)]
    assert again["paid_usd"] == "0.0008056"
    plan = ask(home_with_chat, capsys, "audit", "subscription", *days, "--plan", "30")
    assert (plan["plan_usd_per_month"], plan["metered_usd"]) == ("30", "0.000805")
    assert ask(home_with_chat, capsys, "audit", *days)["totals"]["calls"] == 7


def test_a_conversation_is_tagged_and_audited_by_project(
    home_with_chat: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(home_with_chat, capsys, "audit", "project", "long", "harbour")["project"] == "harbour"
    assert ask(home_with_chat, capsys, "audit", "project")["projects"] == ["harbour"]
    found = ask(home_with_chat, capsys, "audit", "--from", "2026-11-20", "--to", "2026-11-20", "--by", "project")
    assert {row["label"]: row["calls"] for row in found["rows"]} == {"harbour": 4, "No project": 3}
    assert ask(home_with_chat, capsys, "audit", "project", "long", "")["project"] is None


def test_what_if_gives_the_thousand_dollar_answer(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ("--input", "3000", "--output", "1000", "--runs", "100000")
    found = ask(home, capsys, "what-if", *numbers, "--model", "openai/gpt-4o-2024-05-13", "--model", "local")
    cloud, local = found["rows"]
    assert (cloud["per_run_usd"], cloud["total_usd"], cloud["asset_usd"]) == ("0.03", "3000", "0.03")
    assert local["model"] == "local"
    assert local["seconds"] == pytest.approx(100_000 * local["seconds_per_run"])
    assert local["basis"] in ("measured", "estimated")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["audit", "--from", "soon"], 2),
        (["audit", "--from", "2026-11-02", "--to", "2026-11-01"], 1),
        (["audit", "project", "nope"], 1),
        (["audit", "project", "nope", "X"], 1),
        (["audit", "rows", "--chat", "nope"], 1),
        (["audit", "rows", "--chat", ""], 0),
        (["audit", "--from", "0001-01-01"], 1),
        (["audit", "--to", "0001-01-01"], 1),
        (["audit", "--to", "9999-12-31"], 1),
        (["audit", "thrift", "--from", "9999-12-31"], 1),
        (["audit", "rows", "--from", "0001-01-01"], 1),
        (["audit", "--from", "1970-01-01", "--to", "2199-12-31"], 0),
        (["reconcile", "openai", "--from", "0001-01-01", "--to", "9999-12-31"], 0),
        ([*PRICE, "--at", "0001-01-01"], 0),
        ([*PRICE, "--at", "9999-12-31T23:59-12:00"], 2),
        (["what-if", "--input", "1", "--output", "1"], 2),
        (["what-if", "--input", "-1", "--output", "1", "--runs", "1"], 2),
        (["what-if", "--input", "1", "--output", "1", "--runs", "1", "--model", "nonsense"], 1),
    ],
)
def test_wrong_usage_and_impossible_wishes(home: Path, arguments: list[str], code: int) -> None:
    assert run(arguments, lambda: build_services(home)) == code


def documented() -> dict[str, set[str]]:
    """Command -> fields, as docs/audit.md has them."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "audit.md").read_text("utf-8")
    found = {}
    for line in page.splitlines():
        if match := re.match(r"\| `([^`]+)` \|.*\| `([^`]+)` \|$", line):
            name = re.split(r" [\[A-Z]| --(?!chat)", match[1])[0]
            found[name] = set(re.findall(r"\w+", re.sub(r"\[[^]]*\]", "", match[2])))
    return found


def test_the_page_names_the_fields_that_come(home_with_chat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = documented()
    asked = {
        "audit": (),
        "audit thrift": (),
        "audit thrift --chat": ("long",),
        "audit reprice": (),
        "audit subscription": (),
        "audit rows": (),
        "audit project": ("long",),
        "what-if": ("--input", "1", "--output", "1", "--runs", "1"),
        "export report": (str(home_with_chat / "audit.html"),),
    }
    assert set(pages) == set(asked)
    assert {f"audit {verb.name}" for verb in VERBS} <= set(pages)
    for command, arguments in asked.items():
        assert set(ask(home_with_chat, capsys, *command.split(" "), *arguments)) == pages[command], command


def test_one_call_is_called_one_call(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "--from", "2026-11-20", "--to", "2026-11-20"], lambda: build_services(home)) == 0
    assert "\n1 call without a price, not in the sums.\n" in capsys.readouterr().out


def test_a_removed_budget_is_named_among_the_rows_and_no_unpriced_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for cap in ("0.0005", "none"):
        assert run(["keys", "budget", cap], lambda: build_services(tmp_path)) == 0
    capsys.readouterr()
    assert run(["audit", "rows"], lambda: build_services(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "Budget change" in said
    assert "unpriced" not in said
    assert run(["audit", "--by", "provider"], lambda: build_services(tmp_path)) == 0
    assert "budget" not in capsys.readouterr().out


def test_what_has_no_price_is_counted_in_each_line_and_never_zero_dollars(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(home / "pennyweight.db") as store:
        store.ledger.add([cloud_entry("u", source="server", model="my-own-7b", billed_nano=None)])
    for by in ("model", "provider", "task"):
        assert (
            run(["audit", "--from", "2026-11-20", "--to", "2026-11-20", "--by", by], lambda: build_services(home)) == 0
        )
        lines = capsys.readouterr().out.partition("\n\n")[2]
        assert "$0.00" not in lines
        assert ("0.08¢ + 2 unpriced" if by == "task" else "  1 unpriced ") in lines


def test_thrift_speaks_of_calls(home_with_chat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = ("--from", "2026-11-20", "--to", "2026-11-20")
    for arguments in (days, ("--chat", "long")):
        assert run(["audit", "thrift", *arguments], lambda: build_services(home_with_chat)) == 0
        said = capsys.readouterr().out
        assert "call" in said
        assert "turn" not in said
