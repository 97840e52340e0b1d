"""The window and a command line over one data folder: what a running answer of one has cost is known to the other."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.tap import KEY, MODEL, PATIENCE_SECONDS, Tap, ask_in_another_process

from pennyweight.app import composition
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageState
from pennyweight.keys import KeyStore
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft
from pennyweight.services.escalation import Preview

CAP = 10_000_000


@pytest.fixture
def tap() -> Iterator[Tap]:
    server = Tap()
    yield server
    server.close()


@pytest.fixture
def services(tmp_path: Path, tap: Tap, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    opened = composition.build_services(tmp_path)
    opened.keys.set_address("anthropic", tap.url)
    opened.keys.set("anthropic", KEY)
    opened.budgets.set("", CAP)
    yield opened
    opened.close()


@pytest.fixture
def other(services: Services, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process of this program, in the middle of an answer."""
    running = ask_in_another_process(tmp_path)
    yield running
    running.kill()
    running.wait()


def left(services: Services) -> int:
    found = services.budgets.left("anthropic")
    assert found is not None
    return found


def stream_until_half_is_gone(services: Services, tap: Tap) -> None:
    """Some pieces at once, then one by one: a process tells the others once a second what its answer has cost."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    tap.open(20)
    while left(services) > CAP // 2:
        assert time.monotonic() < deadline, "the other process was not seen"
        if left(services) < CAP:
            threading.Event().wait(0.2)
            tap.open(1)


def half_the_cap(services: Services) -> Preview:
    """A request whose input alone costs more than half the cap."""
    return services.escalate.preview(Draft(text="word " * 1800, task=Task.ASK), "anthropic", MODEL)


def test_a_running_answer_of_another_process_counts_before_it_is_booked(
    services: Services, tap: Tap, other: subprocess.Popen[bytes]
) -> None:
    stream_until_half_is_gone(services, tap)
    assert services.budgets.spent() == 0, "nothing is booked yet"
    preview = half_the_cap(services)
    assert "cost more than the" in preview.problem
    assert preview.over_budget
    tap.open(1000)
    assert other.wait(PATIENCE_SECONDS) == 0
    view = services.budgets.get()
    assert view is not None
    assert CAP * 9 // 10 <= view.spent_nano <= CAP * 11 // 10, "it was stopped at the cap"
    assert left(services) == view.left_nano, "booked, and counted once"


def test_what_fitted_when_it_was_shown_is_refused_when_it_does_not_any_more(
    services: Services, tap: Tap, other: subprocess.Popen[bytes]
) -> None:
    preview = half_the_cap(services)
    assert preview.problem == ""
    stream_until_half_is_gone(services, tap)
    with pytest.raises(InputError, match="budget"):
        services.escalate.check(preview)
    assert len(tap.asked) == 1


def test_an_answer_of_a_process_that_was_killed_is_booked_by_the_other_as_an_estimate(
    services: Services, tap: Tap, other: subprocess.Popen[bytes]
) -> None:
    stream_until_half_is_gone(services, tap)
    other.kill()
    other.wait()
    held = CAP - left(services)
    spent = services.budgets.spent()
    assert held == spent, "booked, and counted once"
    assert CAP // 2 - CAP // 10 <= spent <= CAP
    (chat,) = services.conversations.list()
    answer = services.conversations.messages(chat.id)[-1]
    assert answer.state is MessageState.INTERRUPTED
    (row,) = services.meter.entries(answer.id)
    assert (row.usage.usage_state, row.billed_nano) == (UsageState.ESTIMATED, spent)
    assert row.usage.input_total == 40, "as the provider had told"
