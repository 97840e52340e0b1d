"""Hand-made logs with their traps; every total is worked out by hand, to the nano-dollar."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pennyweight.domain.cancel import Cancel
from pennyweight.services.imports import ImportService, ImportStopped
from pennyweight.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "pennyweight.db") as opened:
        yield opened


def claude(message: str, output: int, **more: Any) -> str:
    usage = {"input_tokens": 10, "output_tokens": output, **more.pop("usage", {})}
    line = {
        "type": "assistant",
        "timestamp": "2026-11-01T10:00:02.1Z",
        "sessionId": "s1",
        "requestId": "req_1",
        "message": {
            "id": message,
            "model": more.pop("model", "claude-sonnet-5"),
            "stop_reason": more.pop("stop_reason", "end_turn"),
            "usage": usage,
        },
    }
    return json.dumps(line | more)


def claude_folder(folder: Path) -> Path:
    """Sonnet 5: $2 in, $10 out, 0.2 read, 4 one-hour write, $10 per 1,000 searches. Opus 5: $5 and $25."""
    sub = folder / "s1"
    sub.mkdir(parents=True)
    full = {
        "cache_creation_input_tokens": 1000,
        "cache_read_input_tokens": 15555,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1000},
        "server_tool_use": {"web_search_requests": 1},
        "service_tier": "standard",
        "iterations": [
            {"type": "message", "input_tokens": 10, "output_tokens": 159},
            {"type": "advisor_message", "model": "claude-opus-5", "input_tokens": 500, "output_tokens": 40},
        ],
    }
    lines = [
        '{"type":"user","message":{"content":"hello"}}',
        claude("msg_A", 1, usage=full, stop_reason=None),
        claude("msg_A", 159, usage=full),
        "{torn",
        claude("msg_0", 0, model="<synthetic>"),
        claude("msg_B", 5, stop_reason=None),
        "",
    ]
    (folder / "s1.jsonl").write_text("\n".join(lines))
    copies = [claude("msg_A", 159, usage=full, requestId=None), claude("msg_C", 100, isSidechain=True)]
    (sub / "agent-1.jsonl").write_text("\n".join(copies))
    return folder


# A: 18,721,000 with the search; advisor 2,500,000 + 1,000,000; B: 20,000 + 50,000; C: 20,000 + 1,000,000
CLAUDE_NANO = 18_721_000 + 3_500_000 + 70_000 + 1_020_000


def test_claude_code_counts_each_answer_once_and_the_advisor_at_its_own_price(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    folder = claude_folder(tmp_path / "projects")
    preview = service.preview("auto", folder)
    assert store.ledger.totals().calls == 0
    report = service.run("claude-code", folder)
    assert (report.rows_new, report.rows_skipped, report.nano) == (4, 2, CLAUDE_NANO)
    assert (preview.rows_new, preview.nano, preview.skipped) == (4, CLAUDE_NANO, report.skipped)
    totals = store.ledger.totals()
    assert (totals.calls, totals.billed_nano, totals.estimated_rows) == (4, CLAUDE_NANO, 1)


def test_a_second_import_adds_nothing_and_undo_restores_the_totals(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    before = store.ledger.totals()
    folder = claude_folder(tmp_path / "projects")
    first = service.run("claude-code", folder)
    with_rows = store.ledger.totals()
    second = service.run("claude-code", folder)
    assert (second.rows_new, second.rows_known, second.run_id) == (0, 4, None)
    assert store.ledger.totals() == with_rows
    assert first.run_id is not None
    assert service.undo(first.run_id) == 4
    assert store.ledger.totals() == before
    assert store.ledger.sums_match_rows()
    assert service.run("claude-code", folder).rows_new == 4
    assert store.ledger.totals() == with_rows
    assert store.ledger.sums_match_rows()


def test_a_row_imported_while_it_was_being_written_is_corrected(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    log = tmp_path / "a.jsonl"
    log.write_text(claude("msg_A", 1, stop_reason=None))
    first = service.run("claude-code", log)
    log.write_text(claude("msg_A", 100))
    report = service.run("claude-code", log)
    assert (report.rows_new, report.rows_known, report.rows_corrected) == (0, 1, 1)
    assert store.ledger.totals().billed_nano == 20_000 + 1_000_000
    assert store.ledger.totals().calls == 1
    assert service.run("claude-code", log).rows_corrected == 0
    assert first.run_id is not None
    service.undo(first.run_id)
    assert store.ledger.totals().billed_nano == 0


def test_the_ledger_still_refuses_deletions(store: Store, tmp_path: Path) -> None:
    ImportService(store).run("claude-code", claude_folder(tmp_path / "projects"))
    with closing(sqlite3.connect(store.path)) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("DELETE FROM ledger")


def codex_event(total: tuple[int, ...], last: tuple[int, ...] | None, at: str = "2026-11-01T10:00:09Z") -> str:
    names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
    info: dict[str, Any] = {"total_token_usage": dict(zip(names, total, strict=True))}
    if last:
        info["last_token_usage"] = dict(zip(names, last, strict=True))
    return json.dumps({"timestamp": at, "type": "event_msg", "payload": {"type": "token_count", "info": info}})


def codex_meta(session: str, parent: str | None = None) -> str:
    payload = {"id": session, "cwd": "/p", "model_provider": "openai", "forked_from_id": parent}
    model = {"type": "turn_context", "timestamp": "2026-11-01T10:00:00Z", "payload": {"model": "gpt-5.6-terra"}}
    return json.dumps({"type": "session_meta", "timestamp": "x", "payload": payload}) + "\n" + json.dumps(model)


def test_codex_forks_and_repeated_events_count_once(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    folder.mkdir()
    one, two = (1000, 700, 60, 30), (1800, 1400, 125, 60)
    events = [codex_event(one, one), codex_event(one, one), codex_event(two, (800, 700, 65, 30))]
    null = json.dumps({"type": "event_msg", "payload": {"type": "token_count", "info": None}})
    (folder / "rollout-1.jsonl").write_text("\n".join([codex_meta("c1"), null, *events, "{torn"]))
    late = "2026-11-02T10:00:00Z"
    fork = [codex_event(one, one, late), codex_event(two, (800, 700, 65, 30), late)]
    fork.append(codex_event((2800, 1400, 225, 60), None, late))
    (folder / "rollout-2.jsonl").write_text("\n".join([codex_meta("c2", "c1"), codex_meta("c1"), *fork]))
    report = ImportService(store).run("auto", folder)
    assert (report.kind, report.rows_new, report.rows_skipped) == ("codex", 3, 1)
    # $2 in, 0.2 cached, $12 out: 300/700/60, 100/700/65, 1000/0/100
    nano = (600 + 140 + 720 + 200 + 140 + 780 + 2000 + 1200) * 1000
    assert report.nano == store.ledger.totals().billed_nano == nano
    assert report.first is not None
    assert report.first.day == 1


def test_gemini_replaces_a_message_told_again(store: Store, tmp_path: Path) -> None:
    tokens = {"input": 100, "output": 10, "cached": 40, "thoughts": 5, "tool": 0, "total": 115}
    message = {"type": "gemini", "id": "m1", "timestamp": "2026-11-01T09:00:05Z", "model": "gemini-2.5-pro"}
    older = message | {"tokens": tokens | {"output": 1, "total": 106}}
    chat = {"sessionId": "g1", "startTime": "x", "messages": [older, message | {"tokens": tokens}]}
    path = tmp_path / "session-1.json"
    path.write_text(json.dumps(chat, indent=1))
    report = ImportService(store).run("auto", path)
    # 60 at 1.25, 40 at 0.125, 15 at 10
    assert (report.kind, report.rows_new, report.nano) == ("gemini-cli", 1, 75_000 + 5_000 + 150_000)
    path.with_suffix(".jsonl").write_text(json.dumps({"sessionId": "g1"}) + "\n" + json.dumps(chat["messages"][1]))
    assert ImportService(store).run("gemini-cli", path.with_suffix(".jsonl")).rows_known == 1


def test_llm_reads_both_generations_and_each_id_once(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    with closing(sqlite3.connect(path)) as db, db:
        columns = (
            "id TEXT, model TEXT, resolved_model TEXT, datetime_utc TEXT, input_tokens, output_tokens, token_details"
        )
        for table in ("turns", "responses"):
            db.execute(f"CREATE TABLE {table} ({columns})")
        at, details = "2026-11-01T10:00:00", '{"prompt_tokens_details": {"cached_tokens": 900}}'
        db.execute("INSERT INTO turns VALUES ('a','gpt-5-mini','gpt-5-mini-2025-08-07',?,1000,40,?)", [at, details])
        db.execute("INSERT INTO responses VALUES ('a','gpt-5-mini',NULL,?,1000,40,?)", [at, details])
        db.execute(
            "INSERT INTO responses VALUES ('b','gemini-2.5-pro',NULL,?,100,10,?)", [at, '{"thoughtsTokenCount": 5}']
        )
        db.execute("INSERT INTO responses VALUES ('c','gpt-5-mini',NULL,?,NULL,NULL,NULL)", [at])
        db.execute("INSERT INTO responses VALUES ('d','my-own-model',NULL,?,5,5,NULL)", [at])
    report = ImportService(store).run("auto", path)
    assert (report.rows_new, report.rows_skipped, report.rows_unpriced) == (3, 1, 1)
    assert report.nano == (25_000 + 22_500 + 80_000) + (125_000 + 150_000)


USAGE = """start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,\
api_key_id,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens
1759795200,1759881600,2025-10-07T00:00:00+00:00,2025-10-08T00:00:00+00:00,p,21.0,u,k,gpt-5-mini-2025-08-07,\
FALSE,default,80992.0,274770.0,0.0,80992.0
1759881600,1759968000,2025-10-08T00:00:00+00:00,2025-10-09T00:00:00+00:00,,,,,,,,,,,
1760054400,1760140800,2025-10-10T00:00:00+00:00,2025-10-11T00:00:00+00:00,p,21.0,u,k,gpt-5-mini-2025-08-07,\
FALSE,default,124784.0,154852.0,0.0,124784.0
1760140800,1760227200,2025-10-11T00:00:00+00:00,2025-10-12T00:00:00+00:00,p,21.0,u,k,gpt-5-mini-2025-08-07,\
FALSE,default,22688.0,33191.0,0.0,22688.0
"""
COST = """start_time,end_time,start_time_iso,end_time_iso,\
amount_value,amount_currency,line_item,project_id,organization_id,organization_name
1759795200,1759881600,2025-10-07T00:00:00+00:00,2025-10-08T00:00:00+00:00,0.569788,usd,,p,o,n
1760054400,1760140800,2025-10-10T00:00:00+00:00,2025-10-11T00:00:00+00:00,0.34090,usd,,p,o,n
1760140800,1760227200,2025-10-11T00:00:00+00:00,2025-10-12T00:00:00+00:00,0.072054,usd,,p,o,n
"""


def test_the_three_billed_days_reconcile_to_zero(store: Store, tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text(USAGE)
    (tmp_path / "cost.csv").write_text(COST)
    service = ImportService(store)
    assert service.run("auto", tmp_path / "usage.csv").nano == 569_788_000 + 340_900_000 + 72_054_000
    report = service.run("openai", tmp_path / "cost.csv")
    assert (report.bills, report.nano) == (3, 0)
    found = service.reconcile("openai")
    assert [day.explanation for day in found.days] == ["agrees"] * 3
    assert (found.difference_nano, found.unexplained_nano) == (0, 0)
    assert report.run_id is not None
    service.undo(report.run_id)
    assert [day.explanation for day in service.reconcile("openai").days] == ["no bill"] * 3


def test_anthropic_reports_give_usage_and_cents(store: Store, tmp_path: Path) -> None:
    result = {
        "model": "claude-sonnet-5",
        "uncached_input_tokens": 100,
        "cache_read_input_tokens": 900,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 50},
        "output_tokens": 40,
    }
    bucket = {"starting_at": "2026-11-01T00:00:00Z", "results": [result]}
    bill = {"starting_at": "2026-11-01T00:00:00Z", "results": [{"amount": "0.098", "currency": "USD"}]}
    (tmp_path / "usage.json").write_text(json.dumps({"data": [bucket]}))
    (tmp_path / "cost.json").write_text(json.dumps({"data": [bill]}))
    service = ImportService(store)
    assert service.run("auto", tmp_path / "usage.json").nano == 980_000
    assert service.run("auto", tmp_path / "cost.json").billed_nano == 980_000
    assert service.reconcile("anthropic").unexplained_nano == 0


def test_openrouter_keeps_what_was_billed_beside_our_price(store: Store, tmp_path: Path) -> None:
    head = "generation_id,created_at,cost_total,byok_usage_inference,tokens_prompt,tokens_completion,tokens_reasoning,"
    head += "tokens_cached,model_permaslug,provider_name,cancelled\n"
    rows = "gen-1,2026-11-01 10:00:00.123,0.00098,0.001,1000,40,0,900,openai/gpt-5-mini-2025-08-07,OpenAI,false\n"
    rows += "gen-2,2026-11-01 10:00:00.123,0.0005,,100,4,0,0,openai/gpt-5-mini-2025-08-07,OpenAI,true\n"
    rows += "gen-3,2026-11-01 10:00:00.123,-1,,100,4,0,0,openai/gpt-5-mini-2025-08-07,OpenAI,true\n"
    (tmp_path / "activity.csv").write_text(head + rows)
    report = ImportService(store).run("auto", tmp_path / "activity.csv")
    assert (report.rows_new, report.rows_skipped, report.nano) == (2, 1, 1_980_000 + 500_000)
    assert {row.rate_card["listed_usd"] for row in store.ledger.recent()} == {"0.0001275", "0.000033"}


def chat_exports(folder: Path) -> list[Path]:
    def node(key: str, parent: str | None, role: str, text: str) -> dict[str, Any]:
        content = {"content_type": "text", "parts": [text]}
        message = {"author": {"role": role}, "create_time": 1761991200.5, "content": content}
        return {"id": key, "parent": parent, "children": [], "message": message}

    tree = {key: node(key, *rest) for key, *rest in (("a", None, "user", "Hi Hi Hi"), ("b", "a", "assistant", "Hello"))}
    tree["c"] = node("c", "a", "assistant", "Bye")
    chats = [{"id": "c1", "title": 't {"', "create_time": 1761991200.0, "current_node": "b", "mapping": tree}]
    messages = [
        {"uuid": "m1", "sender": "human", "text": "Hi", "attachments": [{"extracted_content": "x" * 398}]},
        {"uuid": "m2", "sender": "assistant", "text": "Hello", "created_at": "2026-11-01T10:00:03Z"},
    ]
    (folder / "chatgpt.json").write_text(json.dumps(chats))
    (folder / "claude.json").write_text(json.dumps([{"uuid": "u1", "chat_messages": messages}]))
    return [folder / "chatgpt.json", folder / "claude.json"]


def test_chat_exports_are_estimates_apart_from_spend(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    first, second = chat_exports(tmp_path)
    assert service.run("auto", first).rows_estimated == 2
    assert service.run("auto", second).rows_estimated == 1
    assert store.ledger.totals().calls == 0
    found = {one.key: one for one in service.estimates()}
    assert found["chatgpt:c1:b"].input_tokens == (1, 2, 4)
    assert [one.kept for key, one in found.items() if key.startswith("chatgpt")] == [True, False]
    assert found["claude-ai:m2"].input_tokens == (80, 100, 160)


def test_stopping_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    cancel = Cancel()
    service = ImportService(store)
    with pytest.raises(ImportStopped):
        service.run("auto", claude_folder(tmp_path / "p"), cancel=cancel, progress=lambda *_: cancel.cancel())
    assert store.ledger.totals().calls == 0


def test_a_thousand_damaged_files_neither_crash_nor_pay(store: Store, tmp_path: Path) -> None:
    from pennyweight.domain.errors import InputError
    from pennyweight.domain.usage import UsageRecord
    from pennyweight.services.imports.rows import Skipped, UsageRow
    from pennyweight.services.imports.sources import READERS, SourceFile, rows_of

    usage = {"cache_creation_input_tokens": 1, "iterations": [{"type": "x", "input_tokens": 1, "output_tokens": 1}]}
    seeds = {"claude-code": claude("m", 5, usage=usage) + "\n" + claude("n", 7)}
    seeds["codex"] = codex_meta("c1") + "\n" + codex_event((10, 5, 5, 1), None)
    tokens = {"input": 100, "output": 10, "cached": 40}
    seeds["gemini-cli"] = json.dumps({"type": "gemini", "id": "m", "timestamp": "2026-11-01", "tokens": tokens})
    seeds["openai"] = USAGE
    seeds["openrouter"] = "generation_id,created_at,cost_total,tokens_prompt\ng,2026-11-01,0.1,5\n"
    seeds["anthropic"] = json.dumps({"data": [{"starting_at": "2026-11-01", "results": [{"amount": "1.5"}]}]})
    seeds["chatgpt"], seeds["claude-ai"] = (path.read_text() for path in chat_exports(tmp_path))
    assert set(seeds) == set(READERS)
    chance, path = random.Random(4), tmp_path / "mutant"
    pieces = [b"-5", b"1e999", b"null", b'"', b"{", b"}", b"\x00", b"\xff", b"[[[[", b"NaN", b"\\", b",", b"9" * 30]
    skipped = 0
    for number in range(1000):
        kind = chance.choice(sorted(seeds))
        data = bytearray(seeds[kind].encode())
        for _ in range(chance.randint(1, 6)):
            spot = chance.randrange(len(data) + 1)
            data[spot : spot + chance.choice([0, 1, 3, 40])] = chance.choice(pieces)
        path.write_bytes(data)
        try:
            found = list(rows_of(SourceFile(path, kind)))
        except InputError:
            continue
        skipped += sum(isinstance(row, Skipped) for row in found)
        for row in found:
            if isinstance(row, UsageRow):
                assert isinstance(row.usage, UsageRecord)
                assert min(row.usage.input_total, row.usage.output_total) >= 0, number
        if number % 10 == 0:
            report = ImportService(store).run(kind, path)
            assert min(report.nano, report.billed_nano) >= 0
            assert report.rows_skipped == sum(isinstance(row, Skipped) for row in found)
    assert skipped > 100


def test_the_folder_of_a_session_becomes_its_project_until_the_import_is_taken_back(
    store: Store, tmp_path: Path
) -> None:
    log = tmp_path / "s1.jsonl"
    log.write_text(
        "\n".join(
            [
                claude("m1", 5, cwd="/home/ann/harbour/"),
                claude("m2", 7, cwd="/home/ann/harbour/docs", timestamp="2026-11-01T10:05:00Z"),
                claude("m3", 9, cwd="C:\\work\\port", sessionId="s2"),
                claude("m4", 9, sessionId="s3"),
            ]
        )
    )
    imports = ImportService(store)
    report = imports.run("claude-code", log)
    assert store.projects.all() == [("harbour", 1), ("port", 1)]
    assert {entry.id[-1]: entry.project for entry in store.ledger.iterate()} == {
        "0": "harbour", "3": "harbour", "1": "port", "2": ""
    }  # fmt: skip
    assert report.run_id is not None
    imports.undo(report.run_id)
    assert store.projects.all() == []
