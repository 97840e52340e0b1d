"""What goes wrong is told in a sentence, and the next answer works."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import psutil
import pytest
from tests.real.engine.conftest import MakeEngine
from tests.support import templates
from tests.support.asking import ask, end_of, request, text_of
from tests.support.random_model import Shape, tiny

from pennyweight.domain.answer import AnswerEvent, PromptProgress, ReasoningDelta, StopReason, TextDelta
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import EngineError
from pennyweight.domain.usage import UsageState
from pennyweight.engine import process
from pennyweight.engine.exchange import GRACE_SECONDS
from pennyweight.engine.process import (
    AnswerBrokenError,
    EngineOptions,
    EngineState,
    LoadedModel,
    LoadStoppedError,
    LocalEngine,
)


def load(engine: LocalEngine, name: str = "tiny") -> LoadedModel:
    return engine.load(name, Cancel(), lambda _fraction: None)


def test_killing_the_child_in_mid_answer_is_told_and_the_next_answer_works(engine: LocalEngine) -> None:
    events: list[AnswerEvent] = []

    def kill_after_some_text() -> None:
        for event in engine.stream(request("Hello", max_output_tokens=2000), Cancel()):
            events.append(event)
            pid = engine.process_id()
            if isinstance(event, TextDelta) and pid is not None:
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(AnswerBrokenError, match="killed in mid-answer") as caught:
        kill_after_some_text()
    assert text_of(events)
    counted = caught.value.finished
    assert counted.reason is StopReason.FAILED
    assert counted.usage.usage_state is UsageState.PARTIAL
    assert counted.usage.output_total >= 1
    assert counted.usage.input_total > 0
    assert engine.state is EngineState.FAILED
    assert engine.loaded is None
    assert end_of(ask(engine, "Hello")).usage.output_total == 16


def test_reasoning_that_broke_off_is_counted_as_reasoning(
    make_engine: MakeEngine, make_model: Callable[[str, Shape], Path]
) -> None:
    make_model("thinking-on", tiny(template=templates.OPENS_THINKING))
    engine = make_engine()

    def kill_after_some_thoughts() -> None:
        for event in engine.stream(request("Hello", model="thinking-on", max_output_tokens=2000), Cancel()):
            pid = engine.process_id()
            if isinstance(event, ReasoningDelta) and pid is not None:
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(AnswerBrokenError) as caught:
        kill_after_some_thoughts()
    usage = caught.value.finished.usage
    assert usage.reasoning == usage.output_total >= 1


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has this signal")
def test_a_crash_in_mid_answer_leaves_its_log_each_time(make_engine: MakeEngine, tmp_path: Path) -> None:
    """Also where the engine's own thread does not find the dead child, for the turn is taken."""
    log = tmp_path / "state" / "engine-crash.log"

    def crash(engine: LocalEngine) -> None:
        for event in engine.stream(request("Hello", max_output_tokens=2000), Cancel()):
            pid = engine.process_id()
            if isinstance(event, TextDelta) and pid is not None:
                os.kill(pid, signal.SIGSEGV)

    engine = make_engine()
    for _ in range(3):
        with pytest.raises(AnswerBrokenError, match="SIGSEGV"):
            crash(engine)
        assert "exit status -11" in log.read_text()
        log.unlink()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX can freeze a process")
def test_a_frozen_child_does_not_hold_up_a_stop_and_is_replaced(engine: LocalEngine) -> None:
    cancel, events = Cancel(), list[AnswerEvent]()
    frozen, stopped_at = None, 0.0
    for event in engine.stream(request("Hello", max_output_tokens=2000), cancel):
        events.append(event)
        if isinstance(event, TextDelta) and frozen is None:
            frozen = engine.process_id()
            assert frozen is not None
            os.kill(frozen, signal.SIGSTOP)
        elif frozen is not None and not isinstance(event, TextDelta) and not cancel.cancelled:
            stopped_at = time.monotonic()  # a beat: nothing more is to come
            cancel.cancel()
    waited = time.monotonic() - stopped_at
    assert waited < GRACE_SECONDS / 2
    end = end_of(events)
    assert end.reason is StopReason.STOPPED
    assert end.usage.usage_state is UsageState.PARTIAL
    assert end.usage.output_total == max(event.output_tokens for event in events if isinstance(event, TextDelta))
    assert end_of(ask(engine, "Hello")).usage.output_total == 16
    assert engine.process_id() != frozen
    assert engine.trouble == ""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX can freeze a process")
def test_why_a_frozen_child_was_ended_is_told_and_is_not_memory(engine: LocalEngine) -> None:
    told = Cancel()
    states: list[EngineState] = []

    def listen(state: EngineState) -> None:
        states.append(state)
        if state is EngineState.STOPPED:
            told.cancel()

    engine.on_state.append(listen)
    load(engine)
    pid = engine.process_id()
    assert pid is not None
    cancel = Cancel()
    stream = engine.stream(request("Hello " * 40_000, max_output_tokens=50), cancel)  # more than a pipe holds
    os.kill(pid, signal.SIGSTOP)
    cancel.cancel()
    assert end_of(list(stream)).reason is StopReason.STOPPED
    assert told.wait(60)
    assert states[-1] is EngineState.STOPPED
    assert "did not respond" in engine.trouble
    assert "memory" not in engine.trouble
    assert not psutil.pid_exists(pid)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX can freeze a process")
def test_a_count_gives_up_on_a_frozen_child_when_the_program_is_about_to_end(engine: LocalEngine) -> None:
    load(engine)
    pid = engine.process_id()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    engine.hurry()
    with pytest.raises(EngineError, match="does not respond"):
        engine.count_text_tokens("Hello", "tiny")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX can freeze a process")
def test_a_child_that_froze_while_idle_is_found_out_by_a_count_and_replaced(engine: LocalEngine) -> None:
    load(engine)
    pid = engine.process_id()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EngineError, match="did not respond"):
        engine.count_text_tokens("Hello", "tiny")
    assert engine.state is EngineState.STOPPED
    assert engine.count_text_tokens("Hello", "tiny") > 0
    assert engine.process_id() != pid


def test_a_short_count_waits_for_the_long_one_before_it(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pasted book is counted for a while; the short counts behind it do not take the engine for frozen."""
    load(engine)
    pid = engine.process_id()
    monkeypatch.setattr(process, "IDLE_COUNT_SECONDS", 0.5)
    book = "Hello wide world. " * 150_000
    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(engine.count_text_tokens, book, "tiny")
        short = [engine.count_text_tokens("Hello", "tiny")]
        while not long.done():
            short.append(engine.count_text_tokens("Hello", "tiny"))
        assert long.result() > len(book) / 20
    assert set(short) == {short[0]}
    assert engine.process_id() == pid
    assert engine.trouble == ""


def test_an_answer_that_takes_its_time_keeps_telling_that_it_goes_on(engine: LocalEngine) -> None:
    """The live meter reads the energy at these beats, also while one batch of a prompt takes seconds."""
    load(engine)
    pid = engine.process_id()
    assert pid is not None
    beats, frozen, cancel = 0, False, Cancel()
    for event in engine.stream(request("Hello", max_output_tokens=2000), cancel):
        if isinstance(event, TextDelta) and not frozen:
            frozen = True
            os.kill(pid, signal.SIGSTOP)
        elif isinstance(event, PromptProgress) and frozen:
            beats += 1
            if beats == 3:
                os.kill(pid, signal.SIGCONT)
                cancel.cancel()
    assert beats >= 3


def test_a_child_killed_while_idle_is_noticed_and_replaced(engine: LocalEngine) -> None:
    load(engine)
    pid = engine.process_id()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert end_of(ask(engine, "Hello")).usage.output_total == 16
    assert engine.process_id() != pid


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"GGUF", "damaged"),
        (b"Not a model at all, just a text. " * 10, "not a GGUF"),
        (b"GGUF\x63\x00\x00\x00" + bytes(40), "version 99"),
        (b"GGUF\x00\x00\x00\x03" + bytes(40), "big-endian"),
        (b"GGUF\x03\x00\x00\x00" + b"\xff" * 16 + bytes(100), "damaged"),
        (b"GGUF\x03\x00\x00\x00" + b"\x01" + bytes(7) + b"\x01" + bytes(7) + b"\xff" * 200, "damaged"),
    ],
)
def test_a_file_that_is_no_model_is_told(
    make_engine: MakeEngine, model_folder: Path, content: bytes, sentence: str
) -> None:
    (model_folder / "broken.gguf").write_bytes(content)
    engine = make_engine()
    with pytest.raises(EngineError, match=sentence):
        load(engine, "broken")
    assert engine.state is EngineState.FAILED
    assert end_of(ask(engine, "Hello")).usage.output_total == 16


def test_a_missing_file_is_told(engine: LocalEngine) -> None:
    with pytest.raises(EngineError, match="not there"):
        load(engine, "nowhere")


@pytest.mark.parametrize("cut", [0.2, 0.6, 0.999])
def test_a_half_downloaded_model_is_told(
    make_engine: MakeEngine, tiny_model: Path, model_folder: Path, cut: float
) -> None:
    data = tiny_model.read_bytes()
    (model_folder / "half.gguf").write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(EngineError, match="damaged or incomplete"):
        load(make_engine(), "half")


@pytest.mark.parametrize("layers", [0, 100_000])
def test_an_absurd_layer_count_kills_the_child_and_not_us(
    make_engine: MakeEngine, tiny_model: Path, model_folder: Path, layers: int
) -> None:
    key = b"llama.block_count" + (4).to_bytes(4, "little")
    data = tiny_model.read_bytes()
    at = data.index(key) + len(key)
    (model_folder / "absurd.gguf").write_bytes(data[:at] + layers.to_bytes(4, "little") + data[at + 4 :])
    engine = make_engine()
    with pytest.raises(EngineError):
        load(engine, "absurd")
    assert end_of(ask(engine, "Hello")).usage.output_total == 16


def test_an_unknown_architecture_is_named(make_engine: MakeEngine, make_model: Callable[[str, Shape], Path]) -> None:
    make_model("future", tiny(architecture="llama17"))
    with pytest.raises(EngineError, match=r"architecture \(llama17\)"):
        load(make_engine(), "future")


def test_a_context_that_does_not_fit_into_memory_is_told(
    make_engine: MakeEngine, make_model: Callable[[str, Shape], Path]
) -> None:
    make_model("endless", tiny(context=2_000_000_000))
    engine = make_engine(EngineOptions(threads=1, context_length=1_900_000_000))
    with pytest.raises(EngineError, match="context window of 1,900,000,000 tokens needs about"):
        load(engine, "endless")


def test_a_computer_without_a_folder_for_temporary_files_is_told(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as nowhere:
        nowhere.setattr(tempfile, "tempdir", None)
        nowhere.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "missing")])
        with pytest.raises(EngineError, match=r"no folder for temporary files .* TMPDIR"):
            load(engine)
        assert engine.state is EngineState.FAILED
    assert end_of(ask(engine, "Hello")).usage.output_total == 16


def test_loading_can_be_stopped(engine: LocalEngine) -> None:
    cancel = Cancel()
    with pytest.raises(LoadStoppedError):
        engine.load("tiny", cancel, lambda _fraction: cancel.cancel())
    assert engine.process_id() is None
    assert load(engine).id == "tiny"


def test_fast_kernels_that_crash_this_cpu_are_switched_off_and_remembered(make_engine: MakeEngine) -> None:
    fault = {"PENNYWEIGHT_TEST_FAULT": "extra_bufts"}
    engine = make_engine(environment=fault)
    loaded = load(engine)
    assert not loaded.extra_buffers
    assert "SIGSEGV" in loaded.quirk
    assert end_of(ask(engine, "Hello")).usage.output_total == 16
    again = make_engine(environment=fault)
    first_pid: list[int | None] = []
    loaded = again.load("tiny", Cancel(), lambda _fraction: first_pid.append(again.process_id()))
    assert not loaded.extra_buffers
    assert set(first_pid) == {again.process_id()}, "the second engine must not have crashed again"


def test_a_fault_in_the_first_answer_is_survived_too(make_engine: MakeEngine) -> None:
    engine = make_engine(environment={"PENNYWEIGHT_TEST_FAULT": "first_answer"})
    assert end_of(ask(engine, "Hello")).usage.output_total == 16
    assert engine.loaded is not None
    assert not engine.loaded.extra_buffers


def test_a_fault_that_has_another_cause_is_an_error(make_engine: MakeEngine) -> None:
    engine = make_engine(environment={"PENNYWEIGHT_TEST_FAULT": "always"})
    with pytest.raises(EngineError, match="crashed in its test after loading"):
        load(engine)


def test_closing_in_mid_answer_leaves_no_process(make_engine: MakeEngine) -> None:
    engine = make_engine()

    def close_after_some_text() -> None:
        for event in engine.stream(request("Hello", max_output_tokens=2000), Cancel()):
            if isinstance(event, TextDelta):
                engine.close()

    with pytest.raises(EngineError, match="closed"):
        close_after_some_text()
    with pytest.raises(EngineError, match="closed"):
        ask(engine, "Hello")


def test_the_child_knows_nothing_of_our_environment(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    load(engine)
    child = psutil.Process(engine.process_id())
    assert "sk-secret" not in str(child.environ())
    assert "sk-secret" not in " ".join(child.cmdline())


def test_the_child_ends_when_the_program_vanishes(tiny_model: Path, tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        from pennyweight.domain.answer import AnswerRequest, ChatTurn, Sampling, TextDelta
        from pennyweight.domain.cancel import Cancel
        from pennyweight.engine.process import EngineOptions, LocalEngine
        engine = LocalEngine(locate=lambda _: Path(sys.argv[1]), state_dir=Path(sys.argv[2]),
                             options=lambda _: EngineOptions(threads=1))
        request = AnswerRequest(turns=(ChatTurn("user", "Hello"),), model="m",
                                sampling=Sampling(max_output_tokens=2000))
        for event in engine.stream(request, Cancel()):
            if isinstance(event, TextDelta):
                print(engine.process_id(), flush=True)
                os._exit(9)
    """)
    result = subprocess.run(
        [sys.executable, "-c", program, str(tiny_model), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 9, result.stderr
    pid = int(result.stdout)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(timeout=10)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_an_idle_model_is_unloaded(make_engine: MakeEngine) -> None:
    engine = make_engine(EngineOptions(threads=1, idle_unload_seconds=0.05))
    stopped = Cancel()
    engine.on_state.append(lambda state: stopped.cancel() if state is EngineState.STOPPED else None)
    load(engine)
    assert stopped.wait(30)
    assert engine.process_id() is None
    assert end_of(ask(engine, "Hello")).usage.output_total == 16


def test_a_model_that_counts_is_not_idle(make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a count takes; and the engine's thread does not wait for it in circles."""
    asked = 0
    unload = LocalEngine._idle_unload

    def counted_unload(engine: LocalEngine) -> None:
        nonlocal asked
        asked += 1
        unload(engine)

    monkeypatch.setattr(LocalEngine, "_idle_unload", counted_unload)
    book = "Hello wide world. " * 150_000
    idle_seconds = 0.02
    engine = make_engine(EngineOptions(threads=1, idle_unload_seconds=idle_seconds))
    load(engine)
    since = time.monotonic()
    assert engine.count_text_tokens(book, "tiny") > len(book) / 20
    assert asked <= (time.monotonic() - since) / idle_seconds + 2


def test_a_load_of_what_is_loaded_begins_its_idle_time_anew(make_engine: MakeEngine) -> None:
    engine = make_engine(EngineOptions(threads=1, idle_unload_seconds=60.0))
    load(engine)
    engine._keeper._used_at -= 59.9
    load(engine)
    assert (engine._keeper._patience() or 0) > 59


@pytest.mark.slow
def test_random_damage_to_the_header_never_takes_us_along(
    make_engine: MakeEngine, tiny_model: Path, model_folder: Path
) -> None:
    random = Random(3)
    data = tiny_model.read_bytes()
    engine = make_engine()
    for number in range(12):
        damaged = bytearray(data)
        for _ in range(6):
            damaged[random.randrange(4, 1200 if number % 2 else 30_000)] = random.randrange(256)
        (model_folder / f"damaged-{number}.gguf").write_bytes(damaged)
        with contextlib.suppress(EngineError):
            end_of(ask(engine, "Hello", model=f"damaged-{number}"))
    assert end_of(ask(engine, "Hello")).usage.output_total == 16
