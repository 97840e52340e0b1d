"""Work runs off the GUI thread, its result comes back on it, and nothing outlives the runner."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from pennyweight.bridge.coalesce import coalesce
from pennyweight.bridge.relay import Relay
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.services.events import AskEvent, Delta, Status


def test_a_query_runs_elsewhere_and_answers_here(qtbot: QtBot, runner: TaskRunner) -> None:
    seen: list[object] = []
    runner.query(lambda: threading.current_thread().name, lambda name: seen.extend([name, QThread.currentThread()]))
    qtbot.waitUntil(lambda: bool(seen))
    assert str(seen[0]).startswith("pennyweight-query")
    assert seen[1] is runner.thread()


def test_changes_run_one_after_the_other_in_order(qtbot: QtBot, runner: TaskRunner) -> None:
    seen: list[int] = []
    for number in range(20):
        runner.change(lambda number=number: seen.append(number))  # type: ignore[misc]
    qtbot.waitUntil(lambda: not runner.busy)
    assert seen == list(range(20))


def test_an_error_goes_to_its_handler_or_to_the_default_path(qtbot: QtBot, runner: TaskRunner) -> None:
    def fail() -> None:
        raise InputError("No such file.")

    caught: list[Exception] = []
    runner.query(fail, lambda _: None, caught.append)
    qtbot.waitUntil(lambda: bool(caught))
    assert isinstance(caught[0], InputError)
    with qtbot.waitSignal(runner.problem) as unwanted:
        runner.query(fail, lambda _: None)
    assert isinstance(unwanted.args[0], InputError)


def test_a_result_for_somebody_who_is_gone_is_dropped(qtbot: QtBot, runner: TaskRunner) -> None:
    owner = QObject()
    gate = threading.Event()
    seen: list[bool] = []
    runner.query(gate.wait, seen.append, owner=owner)
    shiboken6.delete(owner)
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert seen == []


def test_closing_cancels_what_can_be_and_waits_for_it(runner: TaskRunner) -> None:
    cancel, began, ended = Cancel(), threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        if cancel.wait(60):
            ended.set()

    runner.query(work, lambda _: None, cancel=cancel)
    assert began.wait(40)
    runner.shutdown()
    assert ended.is_set()


def test_a_stream_arrives_in_batches_and_ends(qtbot: QtBot, runner: TaskRunner) -> None:
    def events(cancel: Cancel) -> Iterator[AskEvent]:
        for number in range(500):
            yield Delta("m", f"{number} ")

    batches: list[list[AskEvent]] = []
    handle = runner.stream(events)
    handle.events.connect(batches.append)
    with qtbot.waitSignal(handle.finished):
        handle.start()
    text = "".join(event.text for batch in batches for event in batch if isinstance(event, Delta))
    assert text.split() == [str(number) for number in range(500)]
    assert len(batches) < 20
    assert not runner.busy


def test_a_failing_stream_delivers_what_came_before(qtbot: QtBot, runner: TaskRunner) -> None:
    def events(cancel: Cancel) -> Iterator[AskEvent]:
        yield Delta("m", "half")
        raise InputError("It broke.")

    seen: list[AskEvent] = []
    handle = runner.stream(events)
    handle.events.connect(seen.extend)
    with qtbot.waitSignal(handle.failed) as failed:
        handle.start()
    assert seen == [Delta("m", "half")]
    assert isinstance(failed.args[0], InputError)


def test_shutdown_stops_a_running_stream_and_joins_its_thread(qtbot: QtBot, runner: TaskRunner) -> None:
    ended = threading.Event()

    def events(cancel: Cancel) -> Iterator[AskEvent]:
        yield Status("working")
        cancel.wait(30)
        ended.set()

    handle = runner.stream(events)
    with qtbot.waitSignal(handle.events):
        handle.start()
    runner.shutdown()
    assert ended.is_set()


def test_shutdown_finishes_changes_that_were_asked_for(runner: TaskRunner) -> None:
    done: list[int] = []
    for number in range(5):
        runner.change(lambda number=number: done.append(number))  # type: ignore[misc]
    runner.shutdown()
    assert done == [0, 1, 2, 3, 4]


def test_a_relay_brings_calls_to_the_gui_thread_until_it_is_closed(qtbot: QtBot) -> None:
    relay = Relay()
    seen: list[object] = []
    relay.arrived.connect(lambda value: seen.append((value, QThread.currentThread() is relay.thread())))
    with qtbot.waitSignal(relay.arrived):
        worker = threading.Thread(target=relay.send, args=("ready",))
        worker.start()
        worker.join()
    assert seen == [("ready", True)]
    relay.close()
    relay.send("late")
    qtbot.wait(10)
    assert len(seen) == 1


def test_neighbouring_deltas_are_joined_and_never_cross_other_events() -> None:
    events: list[AskEvent] = [
        Delta("m", "a"),
        Delta("m", "b"),
        Status("1 of 2"),
        Delta("m", "c"),
        Delta("n", "d"),
    ]
    assert coalesce(events) == [Delta("m", "ab"), Status("1 of 2"), Delta("m", "c"), Delta("n", "d")]


def test_of_several_statuses_in_a_row_only_the_last_is_kept() -> None:
    events: list[AskEvent] = [Status("1 of 9"), Status("2 of 9"), Delta("m", "text"), Status("3 of 9")]
    assert coalesce(events) == [Status("2 of 9"), Delta("m", "text"), Status("3 of 9")]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there, its count does not move")
def test_void_calls_do_not_eat_references_to_none(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    label.setText("warm")
    before = sys.getrefcount(None)
    for number in range(2_000):
        label.setText(str(number))
    assert abs(sys.getrefcount(None) - before) < 200
