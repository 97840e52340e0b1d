"""Escalation through the whole of the services, against a real HTTP server: what was sent, stored, billed and kept."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.cloud_bench import chat_chunk, sse
from tests.support.loopback import Loopback, Reply
from tests.support.stuck_database import locked

from pennyweight.app import composition
from pennyweight.cloud.errors import BadKeyError, OfflineError, PermitError, ProxyFailedError
from pennyweight.domain.answer import StopReason
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Attachment, MessageState, Task
from pennyweight.domain.errors import InputError, StoreError
from pennyweight.domain.usage import UsageState
from pennyweight.keys import KeyStore
from pennyweight.meter.budget import BudgetState, StreamCost
from pennyweight.meter.money import NANO
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft
from pennyweight.services.egress import EgressState
from pennyweight.services.escalation import History, HistoryChoice, RedactionChoice
from pennyweight.services.events import AnswerDone, AnswerFailed, AskEvent, Delta, Live, UserMessageSaved
from pennyweight.services.providers import WayOut

KEY = "sk-proj-planted0123456789abcdefWXYZ"
MODEL = "gpt-4o-2024-05-13"
CAP = NANO // 100


def replies(*texts: str, input_tokens: int = 20, output_tokens: int = 5) -> bytes:
    pieces = [{"type": "response.output_text.delta", "delta": text} for text in texts]
    usage = {"input_tokens": input_tokens, "output_tokens": output_tokens, "total_tokens": input_tokens + output_tokens}
    end = {"type": "response.completed", "response": {"status": "completed", "usage": usage}}
    return sse(*pieces, end, names=True)


@pytest.fixture
def opened(tmp_path: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    (tmp_path / "home").mkdir()
    services = composition.build_services(tmp_path / "home")
    services.keys.set_address("openai", f"{server.url}/v1")
    services.keys.set("openai", KEY)
    yield services
    services.close()


def draft(text: str = "Hello there", **more: object) -> Draft:
    return Draft(text=text, task=Task.ASK, **more)  # type: ignore[arg-type]


def end_of(events: list[AskEvent]) -> AnswerDone | AnswerFailed:
    last = events[-1]
    assert isinstance(last, AnswerDone | AnswerFailed)
    return last


def test_an_escalation_is_sent_as_previewed_and_stored_with_its_bill(opened: Services, server: Loopback) -> None:
    preview = opened.escalate.preview(draft(), "openai", MODEL)
    assert preview.problem == ""
    assert server.asked == []
    assert preview.price.low_nano
    assert preview.price.expected_nano
    assert preview.price.high_nano
    assert preview.price.low_nano < preview.price.expected_nano < preview.price.high_nano
    server.say(replies("Good ", "day."))
    events = list(opened.escalate.send(preview, Cancel()))
    assert isinstance(events[0], UserMessageSaved)
    assert server.asked[0].body == preview.body
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    done = end_of(events)
    assert isinstance(done, AnswerDone)
    assert (done.message.text, done.message.source, done.message.state) == (
        "Good day.",
        "openai",
        MessageState.COMPLETE,
    )
    assert any(isinstance(event, Live) and event.billed_nano for event in events)
    (row,) = opened.meter.entries(done.message.id)
    # 20 in at $5, 5 out at $15 per million
    assert (row.source, row.model, row.billed_nano) == ("openai", MODEL, 175_000)
    assert (row.energy, row.local, row.equivalent) == (None, None, None)
    assert row.usage.usage_state is UsageState.REPORTED
    assert row.rate_card
    assert row.price_source
    totals = opened.meter.totals("month").totals
    assert (totals.billed_nano, totals.cloud.output_total, totals.local.output_total) == (175_000, 5, 0)
    assert opened.budgets.spent("openai") == opened.budgets.spent() == 175_000
    assert opened.budgets.spent("anthropic") == 0
    (chat,) = opened.conversations.list()
    assert chat.escalated


def test_a_model_without_a_price_is_unpriced_and_never_free(opened: Services, server: Loopback) -> None:
    preview = opened.escalate.preview(draft(), "openai", "not-in-the-table-9")
    assert preview.price.expected_nano is None
    server.say(replies("Hi"))
    done = end_of(list(opened.escalate.send(preview, Cancel())))
    assert opened.meter.entries(done.message.id)[0].billed_nano is None
    assert opened.meter.totals("month").totals.unpriced_rows == 1


def test_a_budget_of_a_cent_ends_a_long_stream_with_an_estimate(opened: Services, server: Loopback) -> None:
    opened.budgets.set("", CAP)
    piece = "some words of an answer that does not want to end " * 4
    sent = sse({"type": "response.output_text.delta", "delta": piece}, names=True)
    server.say(*[sent] * 500)
    preview = opened.escalate.preview(draft(), "openai", MODEL)
    assert preview.budget is not None
    assert preview.budget.left_nano == CAP
    assert preview.max_output_tokens <= CAP / NANO * 1_000_000 / 15
    done = end_of(list(opened.escalate.send(preview, Cancel())))
    assert isinstance(done, AnswerDone)
    assert done.message.state is MessageState.STOPPED
    assert "budget" in done.message.note
    assert done.message.text.startswith("some words")
    (row,) = opened.meter.entries(done.message.id)
    assert row.usage.usage_state is UsageState.ESTIMATED
    one_piece = (len(piece) // 4 + 1) * 15_000
    assert row.billed_nano is not None
    assert CAP - one_piece <= row.billed_nano <= CAP + one_piece
    assert row.billed_nano > 0
    view = opened.budgets.get()
    assert view is not None
    assert view.state in (BudgetState.WARN, BudgetState.REACHED)
    asked = len(server.asked)
    opened.budgets.set("openai", 1)
    again = opened.escalate.preview(draft(), "openai", MODEL)
    assert "budget" in again.problem.lower()
    with pytest.raises(InputError, match="Nothing was sent"):
        list(opened.escalate.send(again, Cancel()))
    assert len(server.asked) == asked


def test_raising_a_budget_is_noted_in_the_ledger(opened: Services, tmp_path: Path) -> None:
    opened.budgets.set("", NANO)
    opened.budgets.set("", NANO // 2)
    opened.budgets.set("", 2 * NANO)
    opened.budgets.set("", None)
    rows = json.loads("[" + ",".join(_ledger_lines(opened, tmp_path)) + "]")
    assert [row["kind"] for row in rows] == ["correction", "correction"]
    assert "raised to $2.00" in rows[0]["note"]
    assert "removed" in rows[1]["note"]
    assert opened.budgets.all() == []
    assert opened.meter.totals("all").totals.calls == 0


def _ledger_lines(opened: Services, folder: Path) -> list[str]:
    path = folder / "ledger.jsonl"
    opened.exports.ledger(path)
    return path.read_text().splitlines()


def test_offline_and_ask_first_let_nothing_out(opened: Services, server: Loopback) -> None:
    opened.keys.set_address("openai", "")
    preview = opened.escalate.preview(draft(), "openai", MODEL)
    assert preview.problem == ""
    with pytest.raises(PermitError):
        list(opened.ask.ask(draft(source="openai", model=MODEL), Cancel()))
    opened.egress.go_offline()
    with pytest.raises(OfflineError):
        list(opened.escalate.send(preview, Cancel()))
    with pytest.raises(OfflineError):
        opened.keys.test("openai", Cancel())
    with pytest.raises(OfflineError):
        opened.keys.fetch_models("openai", Cancel())
    assert "offline" in opened.escalate.preview(draft(), "openai", MODEL).problem
    assert opened.conversations.list() == []
    assert server.asked == []


def test_the_lock_and_allowed_chats_outlive_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    home = tmp_path / "home"
    home.mkdir()

    def session(look: Callable[[Services], None]) -> None:
        services = composition.build_services(home)
        look(services)
        services.close()

    def first(services: Services) -> None:
        assert services.egress.state() is EgressState.OFFLINE
        services.keys.set("openai", KEY)
        assert services.egress.state("chat") is EgressState.ASK
        services.egress.allow("chat")

    def second(services: Services) -> None:
        assert services.egress.state("chat") is EgressState.ALLOWED
        assert services.egress.state("other") is EgressState.ASK
        services.egress.go_offline()
        services.keys.set("openai", KEY)  # a lock that was put on stays on

    def third(services: Services) -> None:
        assert services.egress.state("chat") is EgressState.OFFLINE
        services.egress.ask_first()
        assert services.egress.state("chat") is EgressState.ASK

    for look in (first, second, third):
        session(look)


def test_history_goes_along_as_chosen_with_a_price_for_each_choice(opened: Services, server: Loopback) -> None:
    server.say(replies("One."))
    first = end_of(
        list(opened.escalate.send(opened.escalate.preview(draft("First question"), "openai", MODEL), Cancel()))
    )
    follow = draft("And then?", conversation_id=first.message.conversation_id)
    kinds = {}
    for choice in (
        HistoryChoice(),
        HistoryChoice(kind=History.ALL),
        HistoryChoice(kind=History.CHOSEN, message_ids=frozenset({str(first.message.parent_id)})),
        HistoryChoice(kind=History.SUMMARY, summary="They greeted."),
    ):
        preview = opened.escalate.preview(follow, "openai", MODEL, history=choice)
        kinds[choice.kind] = preview
        assert {option.kind for option in preview.history_options} == set(History)
    sent = {kind: preview.body.decode() for kind, preview in kinds.items()}
    assert "First question" not in sent[History.LAST_TURN]
    assert "First question" in sent[History.ALL]
    assert "One." in sent[History.ALL]
    assert "First question" in sent[History.CHOSEN]
    assert "One." not in sent[History.CHOSEN]
    assert "They greeted." in sent[History.SUMMARY]
    assert "First question" not in sent[History.SUMMARY]
    assert kinds[History.ALL].messages == 3


def test_an_answer_asked_again_becomes_its_sibling(opened: Services, server: Loopback) -> None:
    server.say(replies("One."))
    first = end_of(list(opened.escalate.send(opened.escalate.preview(draft("Why?"), "openai", MODEL), Cancel())))
    server.say(replies("Two."))
    again = opened.escalate.preview(first.message.id, "openai", MODEL)
    second = end_of(list(opened.escalate.send(again, Cancel())))
    assert second.message.parent_id == first.message.parent_id
    assert opened.conversations.branch_position(second.message.id) == (2, 2)


def test_a_failure_before_anything_is_billed_leaves_no_row(opened: Services, server: Loopback) -> None:
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}).encode()
    server.replies.append(Reply(status=401, headers={"content-type": "application/json"}, parts=[body]))
    done = end_of(list(opened.escalate.send(opened.escalate.preview(draft(), "openai", MODEL), Cancel())))
    assert isinstance(done, AnswerFailed)
    assert isinstance(done.error, BadKeyError)
    assert done.line is None
    assert opened.meter.entries(done.message.id) == []
    assert KEY not in done.message.note


def test_a_stream_that_breaks_keeps_its_text_and_a_floor(opened: Services, server: Loopback) -> None:
    part = sse({"type": "response.output_text.delta", "delta": "Half of it"}, names=True)
    server.replies.append(Reply(parts=[part], chunked=True, cut=True))
    done = end_of(list(opened.escalate.send(opened.escalate.preview(draft(), "openai", MODEL), Cancel())))
    assert isinstance(done, AnswerFailed)
    assert done.message.text == "Half of it"
    (row,) = opened.meter.entries(done.message.id)
    assert row.usage.usage_state is UsageState.ESTIMATED
    assert row.billed_nano


def test_a_stream_that_breaks_while_the_database_is_locked_says_that_it_is_owed(
    opened: Services, server: Loopback
) -> None:
    store = opened.meter._store
    store._writer._db.execute("PRAGMA busy_timeout = 10")
    part = sse({"type": "response.output_text.delta", "delta": "Half of it"}, names=True)
    server.replies.append(Reply(parts=[part], chunked=True, cut=True))
    with ExitStack() as until:
        events = []
        for event in opened.escalate.send(opened.escalate.preview(draft(), "openai", MODEL), Cancel()):
            if isinstance(event, Delta):
                until.enter_context(locked(store.path))
            events.append(event)
        failed = end_of(events)
        assert isinstance(failed, AnswerFailed)
        assert failed.unsaved
        assert not isinstance(failed.error, StoreError)
    store.settings.set("another", "change")
    assert not opened.conversations.is_unsaved(failed.message.id)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 60), max_size=8))
def test_placeholders_are_put_back_however_the_stream_is_cut(
    opened: Services, server: Loopback, cuts: list[int]
) -> None:
    opened.escalate.set_words(("Project Heron",))
    text = "Write to jana@example.com about Project Heron, IBAN DE89 3704 0044 0532 0130 00"
    preview = opened.escalate.preview(draft(text), "openai", MODEL)
    assert {hidden.kind.value for hidden in preview.hidden} == {"email", "iban", "word"}
    said = "Dear ⟨email-1⟩: ⟨word-1⟩, pay ⟨iban-1⟩."
    edges = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
    server.say(replies(*(said[start:end] for start, end in itertools.pairwise(edges))))
    events = list(opened.escalate.send(preview, Cancel()))
    wanted = "Dear jana@example.com: Project Heron, pay DE89 3704 0044 0532 0130 00."
    assert end_of(events).message.text == wanted
    assert "".join(event.text for event in events if isinstance(event, Delta)) == wanted
    sent = server.asked[-1].body.decode()
    for hidden in preview.hidden:
        assert hidden.value not in sent


def test_redaction_can_be_switched_off_by_kind_and_by_value(opened: Services) -> None:
    text = "jana@example.com or max@example.com"
    switched = RedactionChoice(kinds=frozenset())
    assert b"jana@example.com" in opened.escalate.preview(draft(text), "openai", MODEL, redaction=switched).body
    kept = RedactionChoice(keep=frozenset({"max@example.com"}))
    body = opened.escalate.preview(draft(text), "openai", MODEL, redaction=kept).body
    assert b"max@example.com" in body
    assert b"jana@example.com" not in body


def test_a_billed_cost_of_the_provider_comes_before_the_list_price(opened: Services, server: Loopback) -> None:
    opened.keys.set_address("openrouter", f"{server.url}/v1")
    opened.keys.set("openrouter", "sk-or-v1-" + "a" * 40)
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25, "cost": 0.00123}
    server.say(sse(chat_chunk("Hi"), chat_chunk(finish="stop"), {"choices": [], "usage": usage}, "[DONE]"))
    preview = opened.escalate.preview(draft(), "openrouter", "openai/gpt-4o")
    done = end_of(list(opened.escalate.send(preview, Cancel())))
    (row,) = opened.meter.entries(done.message.id)
    assert row.billed_nano == 1_230_000
    assert row.price_source == "provider"
    assert row.rate_card or row.note


def test_the_persons_proxy_and_certificates_are_used(opened: Services, server: Loopback, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        opened.keys.set_way_out(WayOut(ca_file=str(tmp_path / "none.pem")))
    opened.keys.set_address("openai", "")
    opened.keys.set_way_out(WayOut(proxy=server.url))
    with pytest.raises(ProxyFailedError):  # this one does not let it through
        opened.keys.test("openai", Cancel())
    assert opened.keys.way_out().proxy == server.url


def test_two_streams_at_once_share_what_is_left(opened: Services) -> None:
    opened.budgets.set("", 1_000_000)
    cost = StreamCost(input_usd=Decimal(0), usd_per_output_token=Decimal("0.00001"))
    with opened.budgets.watch("openai", cost) as one, opened.budgets.watch("anthropic", cost) as other:
        assert one.allows(60)
        assert other.allows(39)
        assert not other.allows(40)
        assert other.output_limit(1000) == 40


def test_a_warning_comes_at_eighty_percent(opened: Services, server: Loopback) -> None:
    opened.budgets.set("openai", 218_000)
    server.say(replies("Hi"))
    opened.budgets.set("", NANO)
    preview = opened.escalate.preview(draft(), "openai", MODEL)
    assert "budget" in preview.problem
    opened.budgets.set("openai", None)
    list(opened.escalate.send(opened.escalate.preview(draft(), "openai", MODEL), Cancel()))
    opened.budgets.set("openai", 218_000)
    view = opened.budgets.get("openai")
    assert view is not None
    assert (view.state, view.spent_nano, view.left_nano) == (BudgetState.WARN, 175_000, 43_000)
    assert view.sentence


def test_an_allowed_chat_goes_through_and_no_other(opened: Services, server: Loopback) -> None:
    """The provider is far away here; the only way out is a proxy on loopback that says no."""
    server.say(replies("One."))
    first = end_of(list(opened.escalate.send(opened.escalate.preview(draft(), "openai", MODEL), Cancel())))
    chat = first.message.conversation_id
    opened.keys.set_address("openai", "")
    opened.keys.set_way_out(WayOut(proxy=server.url))
    asked = draft(source="openai", model=MODEL, conversation_id=chat)
    with pytest.raises(PermitError):
        list(opened.ask.ask(asked, Cancel()))
    opened.egress.allow(chat)
    through = end_of(list(opened.ask.ask(asked, Cancel())))
    assert isinstance(through, AnswerFailed)
    assert isinstance(through.error, ProxyFailedError)
    assert opened.meter.entries(through.message.id) == []
    with pytest.raises(PermitError):
        list(opened.ask.ask(draft(source="openai", model=MODEL), Cancel()))
    opened.egress.withdraw(chat)
    with pytest.raises(PermitError):
        list(opened.ask.ask(asked, Cancel()))


def test_a_stopped_answer_is_kept_and_never_free(opened: Services, server: Loopback) -> None:
    waiting = threading.Event()
    part = sse({"type": "response.output_text.delta", "delta": "Half of it"}, names=True)
    server.say(part, lambda: waiting.wait(20))
    cancel = Cancel()
    events: list[AskEvent] = []
    for event in opened.escalate.send(opened.escalate.preview(draft(), "openai", MODEL), cancel):
        events.append(event)
        if isinstance(event, Delta):
            cancel.cancel()
    waiting.set()
    done = end_of(events)
    assert isinstance(done, AnswerDone)
    assert (done.message.state, done.message.text) == (MessageState.STOPPED, "Half of it")
    (row,) = opened.meter.entries(done.message.id)
    assert row.billed_nano
    assert row.usage.usage_state is UsageState.ESTIMATED
    assert row.stop_reason is StopReason.STOPPED


PERSONAL = (
    "jana.kovacs@example.com",
    "+36 30 123 4567",
    "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111",
    "sk-ant-" + "made0up1" * 4,
    "Project Heron",
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.sampled_from(PERSONAL), min_size=1, max_size=5),
    around=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="⟨⟩"), max_size=12), min_size=6, max_size=6
    ),
    places=st.lists(st.integers(0, 2), min_size=5, max_size=5),
)
def test_nothing_that_is_kept_back_stands_in_the_bytes(
    opened: Services, values: list[str], around: list[str], places: list[int]
) -> None:
    opened.escalate.set_words(("Project Heron",))
    texts = ["Please look.", "Notes.", "They met."]
    for value, place, near in zip(values, places, around, strict=False):
        texts[place] += f" {near} {value} {near} "
    file = Attachment(name="notes.txt", text=texts[1], size_bytes=1, sha256="0")
    asked = draft(texts[0], attachments=(file,))
    preview = opened.escalate.preview(
        asked, "openai", MODEL, history=HistoryChoice(kind=History.SUMMARY, summary=texts[2])
    )
    assert preview.files == ("notes.txt",)
    sent = json.dumps(json.loads(preview.body), ensure_ascii=False)
    for value in values:
        assert value not in sent
    assert {hidden.value for hidden in preview.hidden} >= set(values)
    restored = preview.redactor.restore(preview.body.decode())
    assert all(value in restored for value in values)


def test_the_cloud_and_the_keyring_are_not_imported_at_start_up(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pennyweight.app.composition import build_services;"
        f"build_services(Path({str(tmp_path / 'home')!r})).close();"
        "print([name for name in ('httpx', 'keyring', 'secretstorage') if name in sys.modules])"
    )
    (tmp_path / "home").mkdir()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
