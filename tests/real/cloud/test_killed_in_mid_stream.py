"""kill -9 in every state of a cloud answer: booked once, as an estimate, unless it is known to have cost nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.loopback import Loopback
from tests.support.tap import MODEL, PATIENCE_SECONDS, Tap, ask_in_another_process, recorded, until_recorded

from pennyweight.app import composition
from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.usage import UsageState
from pennyweight.keys import KeyStore
from pennyweight.services.container import Services

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")
Asking = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (folder := tmp_path / "home").mkdir()
    return folder


@pytest.fixture
def open_services(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Services]]:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    opened: list[Services] = []

    def build() -> Services:
        opened.append(composition.build_services(home))
        return opened[-1]

    yield build
    for services in opened:
        services.close()


@pytest.fixture
def asking(home: Path, open_services: Callable[[], Services]) -> Iterator[Asking]:
    """Another process of this program, which asks the provider at an address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(address: str) -> subprocess.Popen[bytes]:
        open_services().keys.set_address("anthropic", address)
        started.append(ask_in_another_process(home))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def answer_in(services: Services) -> Message:
    (chat,) = services.conversations.list()
    return services.conversations.messages(chat.id)[-1]


def test_in_mid_answer_it_is_booked_once_as_an_estimate(
    home: Path, asking: Asking, open_services: Callable[[], Services]
) -> None:
    tap = Tap(input_tokens=1_234)
    try:
        process = asking(tap.url)
        tap.open(40)
        until_recorded(home, "sent = 1 AND output_total > 250", process)
        killed(process)
    finally:
        tap.close()
    services = open_services()
    answer = answer_in(services)
    assert answer.state is MessageState.INTERRUPTED
    assert answer.text.startswith("ten plain words")
    (row,) = services.meter.entries(answer.id)
    assert (row.source, row.model, row.stop_reason) == ("anthropic", MODEL, StopReason.FAILED)
    assert row.usage.usage_state is UsageState.ESTIMATED
    assert row.usage.input_total == 1_234
    assert 250 < row.usage.output_total <= 40 * 14
    # $3 and $15 per million tokens
    assert row.billed_nano == row.usage.input_total * 3_000 + row.usage.output_total * 15_000
    assert row.rate_card
    assert "ended in mid-answer" in row.note
    line = services.meter.line(answer.id)
    assert line is not None
    assert line.usage_state is UsageState.ESTIMATED
    assert services.budgets.spent("anthropic") == services.budgets.spent() == row.billed_nano
    totals = services.meter.totals("all").totals
    assert (totals.calls, totals.estimated_rows, totals.billed_nano) == (1, 1, row.billed_nano)
    again = open_services()
    assert again.meter.totals("all").totals == totals


def test_before_the_first_word_the_prompt_is_an_estimate_that_may_not_have_been_billed(
    home: Path, asking: Asking, open_services: Callable[[], Services], server: Loopback
) -> None:
    over = threading.Event()
    server.before_answer = lambda: over.wait(PATIENCE_SECONDS)
    server.say(b"")
    process = asking(server.url)
    until_recorded(home, "sent = 1", process)
    killed(process)
    over.set()
    services = open_services()
    (row,) = services.meter.entries(answer_in(services).id)
    assert (row.usage.usage_state, row.usage.output_total) == (UsageState.ESTIMATED, 0)
    assert 0 < row.usage.input_total < 200
    assert row.billed_nano == row.usage.input_total * 3_000
    assert "may not have been billed" in row.note


def test_before_the_request_has_left_nothing_is_booked(
    home: Path, asking: Asking, open_services: Callable[[], Services]
) -> None:
    """The server takes the connection and never says a word of TLS: no byte of the request can have left."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(PATIENCE_SECONDS)
        process = asking(f"https://127.0.0.1:{mute.getsockname()[1]}")
        connection, _ = mute.accept()
        with connection:
            assert connection.recv(1), "the greeting of TLS"
            until_recorded(home, "sent = 0", process)
            killed(process)
    services = open_services()
    assert answer_in(services).state is MessageState.INTERRUPTED
    assert services.meter.totals("all").totals.calls == 0
    assert services.budgets.spent() == 0


def test_between_a_refusal_and_the_next_try_nothing_is_booked(
    home: Path, asking: Asking, open_services: Callable[[], Services], server: Loopback
) -> None:
    go_on = threading.Event()
    server.before_answer = lambda: go_on.wait(PATIENCE_SECONDS)
    server.fail(429, {"error": {"type": "rate_limit_error", "message": "Slow down"}}, **{"retry-after": "50"})
    process = asking(server.url)
    until_recorded(home, "sent = 1", process)
    go_on.set()
    until_recorded(home, "sent = 0", process)
    killed(process)
    assert len(server.asked) == 1
    services = open_services()
    assert services.meter.totals("all").totals.calls == 0
    assert services.budgets.spent() == 0


def test_an_answer_that_came_to_its_end_leaves_no_record(
    home: Path, asking: Asking, open_services: Callable[[], Services]
) -> None:
    tap = Tap()
    tap.open(200)
    try:
        asking(tap.url).wait(PATIENCE_SECONDS)
    finally:
        tap.close()
    assert not recorded(home / "pennyweight.db", "1")
    services = open_services()
    (row,) = services.meter.entries(answer_in(services).id)
    assert row.stop_reason is StopReason.FAILED, "the stream ended without its end"
    assert services.meter.totals("all").totals.calls == 1
