from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.scripted_source import Says
from tests.unit.store.store_samples import cloud_entry

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import MessageState, Task, Verdict
from pennyweight.domain.errors import InputError, StoreError
from pennyweight.services.audit import AuditService
from pennyweight.services.draft import KeptEdit
from pennyweight.services.exports import ExportService
from pennyweight.services.line_text import line_text
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


def test_an_edit_under_way_belongs_to_a_branch_of_its_chat_and_goes_with_it(bench: Bench) -> None:
    answer = bench.run("q0", Says("a0"))[-1].message
    chat, other = answer.conversation_id, bench.run("Hi", Says("one"))[-1].message.conversation_id
    edit = KeptEdit(answer.parent_id, "q0, better")
    bench.conversations.save_edit(chat, edit)
    bench.conversations.save_edit(other, KeptEdit("q", "unlike the other"))
    bench.conversations.save_edit(other, None)
    assert (bench.conversations.load_edit(chat), bench.conversations.load_edit(other)) == (edit, None)
    list(bench.ask.edit(answer.parent_id, "q0, other", Cancel()))
    assert bench.conversations.load_edit(chat) is None
    bench.conversations.show_branch_of(answer.id)
    assert bench.conversations.load_edit(chat) == edit
    bench.conversations.delete(chat)
    bench.store.conversations.purge_deleted(datetime.now(UTC) + timedelta(days=1))
    assert bench.conversations.load_edit(other) is None
    assert "better" not in str(bench.store.settings.all())


def test_pages_of_a_chat_join_without_gaps(bench: Bench) -> None:
    chat = bench.run("q0", Says("a0"))[-1].message.conversation_id
    for number in range(1, 4):
        bench.run(f"q{number}", Says(f"a{number}"), conversation_id=chat)
    newest = bench.conversations.messages(chat, limit=3)
    older = bench.conversations.messages(chat, before=newest[0].id, limit=10)
    assert [message.text for message in [*older, *newest]] == ["q0", "a0", "q1", "a1", "q2", "a2", "q3", "a3"]


def test_a_branch_is_chosen_by_any_message_of_it_and_one_that_is_shown_stays(bench: Bench) -> None:
    first = bench.run("q0", Says("a0"))[-1].message
    chat = first.conversation_id
    bench.run("q1", Says("a1"), conversation_id=chat)
    bench.source.script = [Says("another a0")]
    list(bench.ask.regenerate(first.id, Cancel()))

    def shown() -> list[str]:
        return [message.text for message in bench.conversations.messages(chat)]

    bench.conversations.show_branch_of(first.id)
    assert shown() == ["q0", "a0", "q1", "a1"]
    bench.conversations.show_branch_of(first.parent_id)
    assert shown() == ["q0", "a0", "q1", "a1"]  # not the newest below the question


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
    written = (tmp_path / "one.md").read_text("utf-8")
    assert "It opens." in written
    assert f"_{line_text(done.line)}_" in written
    assert "version" not in written
    assert exports.chats(tmp_path / "all") == 1
    assert len(list((tmp_path / "all").glob("*.md"))) == 1
    assert exports.ledger(tmp_path / "ledger.jsonl") == 1
    exports.report(tmp_path / "report.md")
    assert "| Today | 1 |" in (tmp_path / "report.md").read_text("utf-8")
    with pytest.raises(InputError, match="is a file"):
        exports.chats(tmp_path / "one.md")


def test_a_chat_as_markdown_says_what_is_not_in_it(bench: Bench, tmp_path: Path) -> None:
    first = bench.run("What about the harbour?", Says("It opens."))[-1].message
    bench.store.conversations.add_message(replace(first, id="other", text="It closes."))
    exports_of(bench).chat(first.conversation_id, tmp_path / "one.md")
    assert "_1 message of another version is not in this file._" in (tmp_path / "one.md").read_text("utf-8")


def test_an_empty_ledger_still_has_its_columns(bench: Bench, tmp_path: Path) -> None:
    assert exports_of(bench).ledger(tmp_path / "ledger.csv") == 0
    assert (tmp_path / "ledger.csv").read_text("utf-8").startswith("id,at,kind,")


def test_an_answer_is_kept_or_not_useful_or_neither(bench: Bench, tmp_path: Path) -> None:
    done = bench.run("What about the harbour?", Says("It opens."))[-1].message
    judge, path = bench.conversations.judge, tmp_path / "chats.json"

    def said() -> list[str | None]:
        exports_of(bench).chats(path)
        found = bench.conversations.messages(done.conversation_id)
        exported = json.loads(path.read_text("utf-8"))["conversations"][0]["messages"]
        assert [message["verdict"] for message in exported] == [message.verdict for message in found]
        return [message["verdict"] for message in exported]

    assert said() == [None, None]
    assert judge(done.id, Verdict.KEPT) is None
    assert said() == [None, "kept"]
    assert judge(done.id, Verdict.NOT_USEFUL) is Verdict.KEPT
    assert said() == [None, "not useful"]
    exports_of(bench).chat(done.conversation_id, tmp_path / "chat.md")
    assert "It opens.\n\n_Marked as not useful._\n" in (tmp_path / "chat.md").read_text("utf-8")
    assert judge(done.id, None) is Verdict.NOT_USEFUL
    assert said() == [None, None]


def test_only_an_answer_that_has_ended_can_be_judged(bench: Bench) -> None:
    done = bench.run("What about the harbour?", Says("It opens."))[-1].message
    with pytest.raises(InputError, match="Only an answer that has ended"):
        bench.conversations.judge(done.parent_id, Verdict.KEPT)
    begun = replace(done, id="begun", state=MessageState.STREAMING)
    bench.store.conversations.add_message(begun)
    with pytest.raises(InputError, match="Only an answer that has ended"):
        bench.conversations.judge("begun", Verdict.KEPT)
    with pytest.raises(StoreError, match="not in the database any more"):
        bench.conversations.judge("gone", Verdict.KEPT)


def test_verdicts_from_many_threads_end_with_one_of_them(bench: Bench) -> None:
    done = bench.run("What about the harbour?", Says("It opens."))[-1].message
    wanted = [Verdict.KEPT, Verdict.NOT_USEFUL, None] * 10
    with ThreadPoolExecutor(6) as pool:
        before = list(pool.map(lambda verdict: bench.conversations.judge(done.id, verdict), wanted))
    assert set(before) <= {Verdict.KEPT, Verdict.NOT_USEFUL, None}
    assert bench.conversations.judge(done.id, Verdict.KEPT) in (Verdict.KEPT, Verdict.NOT_USEFUL, None)
    assert bench.conversations.message(done.id).verdict is Verdict.KEPT


def test_the_share_of_kept_answers_counts_only_those_that_were_judged(bench: Bench) -> None:
    answers = [bench.run(f"Question {number}", Says("Yes."))[-1].message.id for number in range(6)]
    assert bench.conversations.kept_shares() == []
    for number, answer in enumerate(answers[:5]):
        bench.conversations.judge(answer, Verdict.NOT_USEFUL if number == 0 else Verdict.KEPT)
    (share,) = bench.conversations.kept_shares()
    assert (share.task, share.kept, share.judged, share.share) == ("ask", 4, 5, 0.8)
    # Wilson's interval of 4 out of 5, as in the tables: 0.376 to 0.964.
    assert (round(share.low, 3), round(share.high, 3)) == (0.376, 0.964)


def test_only_a_chat_that_is_there_or_was_paid_for_gets_a_tag(bench: Bench) -> None:
    chats = bench.conversations
    chat = bench.store.conversations.create("Harbour").id
    bench.store.ledger.add([cloud_entry("c", conversation_id="codex:s1")])
    assert chats.set_project(chat, "port") == ""
    assert chats.set_project("codex:s1", "port") == ""
    with pytest.raises(InputError, match="no chat 'nope'"):
        chats.set_project("nope", "port")
    assert chats.projects() == ["port"]
    chats.delete(chat)
    assert chats.set_project(chat, "") == "port"
    with pytest.raises(InputError):
        chats.set_project(chat, "port")
