from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.scripted_source import Says

from pennyweight.domain.conversation import Task
from pennyweight.domain.errors import InputError, StoreError
from pennyweight.services.audit import AuditService
from pennyweight.services.exports import ExportService
from pennyweight.services.subscription import SubscriptionService

Bench = Any


def test_the_last_chat_and_an_unsent_draft_come_back(bench: Bench) -> None:
    chat = bench.run("Hi", Says("one"))[-1].message.conversation_id
    assert bench.conversations.last_opened() is None
    bench.conversations.open(chat)
    assert bench.conversations.last_opened() == chat
    bench.conversations.save_draft(chat, "half a thought", Task.DRAFT)
    draft = bench.conversations.load_draft(chat)
    assert (draft.text, draft.task) == ("half a thought", Task.DRAFT)
    bench.conversations.save_draft(chat, "  ")
    assert bench.conversations.load_draft(chat) is None
    bench.conversations.delete(chat)
    assert bench.conversations.last_opened() is None
    with pytest.raises(StoreError):
        bench.conversations.open(chat)


def test_pages_of_a_chat_join_without_gaps(bench: Bench) -> None:
    chat = bench.run("q0", Says("a0"))[-1].message.conversation_id
    for number in range(1, 4):
        bench.run(f"q{number}", Says(f"a{number}"), conversation_id=chat)
    newest = bench.conversations.messages(chat, limit=3)
    older = bench.conversations.messages(chat, before=newest[0].id, limit=10)
    assert [message.text for message in [*older, *newest]] == ["q0", "a0", "q1", "a1", "q2", "a2", "q3", "a3"]


def test_a_name_needs_a_letter(bench: Bench) -> None:
    chat = bench.run("Hi", Says("one"))[-1].message.conversation_id
    bench.conversations.rename(chat, "  The   harbour ")
    assert bench.conversations.get(chat).title == "The harbour"
    with pytest.raises(InputError):
        bench.conversations.rename(chat, "\n ")


def exports_of(bench: Bench) -> ExportService:
    audit = AuditService(bench.store, bench.settings)
    return ExportService(bench.store, bench.meter, audit, SubscriptionService(bench.store))


def test_exports_hold_what_was_said_and_spent(bench: Bench, tmp_path: Path) -> None:
    done = bench.run("What about the harbour?", Says("It opens."))[-1]
    exports = exports_of(bench)
    exports.chat(done.message.conversation_id, tmp_path / "one.md")
    assert "It opens." in (tmp_path / "one.md").read_text("utf-8")
    assert exports.chats(tmp_path / "all") == 1
    assert len(list((tmp_path / "all").glob("*.md"))) == 1
    assert exports.ledger(tmp_path / "ledger.jsonl") == 1
    exports.report(tmp_path / "report.md")
    assert "| Today | 1 |" in (tmp_path / "report.md").read_text("utf-8")
    with pytest.raises(InputError, match="is a file"):
        exports.chats(tmp_path / "one.md")


def test_an_empty_ledger_still_has_its_columns(bench: Bench, tmp_path: Path) -> None:
    assert exports_of(bench).ledger(tmp_path / "ledger.csv") == 0
    assert (tmp_path / "ledger.csv").read_text("utf-8").startswith("id,at,kind,")
