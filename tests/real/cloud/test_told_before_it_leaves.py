"""Whoever keeps the books hears of a request before it leaves, and of each one that is known to cost nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.cloud_bench import KEY, QUICK, STREAMS, Bench, chat_chunk, sse
from tests.support.loopback import Loopback

from pennyweight.app import composition
from pennyweight.cloud import errors as e
from pennyweight.cloud.facts import providers
from pennyweight.cloud.gate import EgressGate
from pennyweight.cloud.network import Network, NetworkSettings
from pennyweight.cloud.source import CloudSource
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task
from pennyweight.domain.errors import StoreError
from pennyweight.domain.secret import Secret
from pennyweight.domain.usage import UsageState
from pennyweight.keys import KeyStore
from pennyweight.services.cloud_call import CloudCall
from pennyweight.services.draft import Draft
from pennyweight.store import Store

WIRE = STREAMS["openai-chat"][2]


def test_it_is_told_before_each_try_and_after_each_refusal(bench: Bench, server: Loopback) -> None:
    told: list[tuple[bool, int]] = []
    source = bench.source("openai", "openai-chat").telling(lambda sent: told.append((sent, len(server.asked))))
    server.fail(503)
    server.say(WIRE)
    assert bench.ask(source=source).error is None
    assert told == [(True, 0), (False, 1), (True, 1)]


def test_what_it_raises_keeps_the_request_here(bench: Bench, server: Loopback) -> None:
    def refuse(sent: bool) -> None:
        del sent
        raise StoreError("The disk is full.")

    answer = bench.ask(source=bench.source("openai", "openai-chat").telling(refuse))
    assert isinstance(answer.error, StoreError)
    assert server.asked == []


def test_a_proxy_that_refuses_has_not_got_the_request(bench: Bench, server: Loopback, gate: EgressGate) -> None:
    """It is asked to connect us first, which is a request as well."""
    told: list[bool] = []
    network = Network(NetworkSettings(proxy=server.url, connect_timeout=2, silence=5))
    source = CloudSource(providers()["openai"], gate=gate, key=lambda: Secret(KEY), network=network, retry=QUICK)
    gate.ask_first()
    gate.allow("c")
    answer = bench.ask(source=source.cleared(conversation_id="c").telling(told.append))
    assert isinstance(answer.error, e.ProxyFailedError)
    assert True not in told


def test_a_call_that_cannot_be_recorded_is_not_made(
    tmp_path: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    services = composition.build_services(tmp_path)
    broken = Store.open(tmp_path / "other.db")
    broken.close()
    try:
        services.keys.set_address("own-server", server.url)
        preview = services.escalate.preview(Draft(text="Hello", task=Task.ASK), "own-server", "m-1")
        call = CloudCall(
            broken, preview, preview.source, services.budgets, task="ask", conversation_id=None, message_id=None
        )
        with pytest.raises(StoreError, match="closed"):
            list(call.run(Cancel()))
        assert call.entry is None
        assert server.asked == []
    finally:
        services.close()


def test_once_it_has_ended_the_record_is_its_row_and_holds_all_that_it_cost(
    tmp_path: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a process that is killed before it books the call, the next one books what the provider has told."""
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    services = composition.build_services(tmp_path)
    server.say(
        sse(chat_chunk("Hello")),
        sse(chat_chunk(finish="stop"), {"choices": [], "usage": {"prompt_tokens": 9_000, "completion_tokens": 700}}),
    )
    path = tmp_path / "other.db"
    try:
        services.keys.set_address("mistral", server.url)
        services.keys.set("mistral", "planted0" * 4)
        preview = services.escalate.preview(Draft(text="Hello", task=Task.ASK), "mistral", "mistral-large-latest")
        with Store.open(path) as store:
            call = CloudCall(
                store, preview, preview.source, services.budgets, task="ask", conversation_id=None, message_id=None
            )
            list(call.run(Cancel()))
            entry = call.entry
            assert entry is not None
            assert (entry.usage.usage_state, entry.usage.output_total) == (UsageState.REPORTED, 700)
            assert entry.billed_nano is not None
            assert store.running.unbooked(())["mistral"] >= entry.billed_nano
    finally:
        services.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE running_calls SET owner_started = 1.0")
        db.commit()
    with Store.open(path) as store:
        store.running.settle()
        assert store.ledger.recent() == [entry]
