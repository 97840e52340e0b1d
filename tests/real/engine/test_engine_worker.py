"""The child spoken to directly: what the library counts, and that its output is the protocol and nothing else."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as lib
import pytest

from pennyweight.engine import protocol as p
from pennyweight.engine.child import command
from pennyweight.engine.worker import output
from pennyweight.engine.worker.generate import Answer
from pennyweight.engine.worker.model import Model, RequestError
from pennyweight.engine.worker.native import AbortSwitch, EngineLog

HELLO = p.Turn("user", "Count these tokens, please.")


class Pipe:
    def __init__(self) -> None:
        self.process = subprocess.Popen(
            command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def send(self, *requests: p.Request) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(p.encode(request) for request in requests))
        self.process.stdin.flush()

    def read(self) -> p.Reply:
        assert self.process.stdout is not None
        return p.decode_reply(self.process.stdout.readline())

    def read_until(self, *kinds: type[p.Reply]) -> p.Reply:
        while not isinstance(reply := self.read(), kinds):
            pass
        return reply

    def close(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        with self.process.stdout:
            return self.process.wait(timeout=20)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    if pipe.process.poll() is None:
        pipe.close()


def generate(number: int, *turns: p.Turn, tokens: int = 20) -> p.Generate:
    return p.Generate(
        id=number, turns=turns, temperature=0, top_p=1, top_k=0, min_p=0, repeat_penalty=1.1,
        max_output_tokens=tokens, seed=1,
    )  # fmt: skip


def test_what_was_written_before_a_failed_evaluation_is_sent(
    tiny_model: Path, library_log: EngineLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    abort = AbortSwitch()
    model = Model(p.Load(id=1, path=str(tiny_model), threads=1), library_log, abort, lambda _fraction: None)
    decode, calls = lib.llama_decode, 0

    def fails_at_last(*arguments: Any) -> int:
        nonlocal calls
        calls += 1
        return 1 if calls > 20 else int(decode(*arguments))

    def answer(tokens: int) -> tuple[str, int]:
        sent: list[p.Reply] = []
        with contextlib.suppress(RequestError):
            Answer(model, generate(2, HELLO, tokens=tokens), sent.append, lambda: None, abort).run()
        deltas = [reply for reply in sent if isinstance(reply, p.Delta)]
        return "".join(delta.text for delta in deltas), deltas[-1].tokens

    monkeypatch.setattr(output, "FLUSH_SECONDS", 60.0)
    try:
        whole = answer(20)
        model.forget()
        monkeypatch.setattr(lib, "llama_decode", fails_at_last)
        assert answer(500) == whole
        assert calls == 21
    finally:
        model.close()


def test_the_library_counts_the_same_tokens_as_we_do(pipe: Pipe, tiny_model: Path) -> None:
    assert isinstance(pipe.read(), p.Hello)
    pipe.send(p.Load(id=1, path=str(tiny_model), threads=1), generate(2, HELLO))
    first = pipe.read_until(p.Finished)
    assert isinstance(first, p.Finished)
    assert first.perf_prompt == first.evaluated == first.prompt_tokens
    assert first.perf_decode == first.output_tokens - 1, "the last token is sampled and need not be evaluated"
    pipe.send(generate(3, p.Turn("user", "Count these tokens, please. And these too."), tokens=10))
    second = pipe.read_until(p.Finished)
    assert isinstance(second, p.Finished)
    assert second.reused > 0
    assert second.perf_prompt == second.evaluated == second.prompt_tokens - second.reused
    assert second.perf_decode == 9
    assert pipe.close() == 0


def test_the_end_of_its_input_ends_a_child_in_mid_answer(pipe: Pipe, tiny_model: Path) -> None:
    pipe.send(p.Load(id=1, path=str(tiny_model), threads=1), generate(2, HELLO, tokens=2000))
    pipe.read_until(p.Delta)
    assert pipe.close() == 0


def test_requests_without_a_model_and_unreadable_lines_are_survived(pipe: Pipe, tiny_model: Path) -> None:
    assert pipe.process.stdin is not None
    pipe.process.stdin.write(b"nonsense\n{}\n\n")
    pipe.send(p.CountText(id=1, text="hello"), p.Stop(id=99))
    failed = pipe.read_until(p.Failed)
    assert isinstance(failed, p.Failed)
    assert failed.kind == "not_loaded"
    pipe.send(p.Load(id=2, path=str(tiny_model), threads=1), p.CountText(id=3, text="hello"))
    assert isinstance(pipe.read_until(p.Counted), p.Counted)


def test_a_request_stopped_while_it_waits_generates_nothing(pipe: Pipe, tiny_model: Path) -> None:
    pipe.send(p.Load(id=1, path=str(tiny_model), threads=1))
    pipe.read_until(p.Loaded)
    pipe.send(generate(2, HELLO, tokens=500), generate(3, HELLO), p.Stop(id=3), generate(4, HELLO))
    ends = [pipe.read_until(p.Finished) for _ in range(3)]
    reasons = [(end.id, end.reason, end.output_tokens) for end in ends if isinstance(end, p.Finished)]
    assert reasons == [(2, "length", 500), (3, "stopped", 0), (4, "length", 20)]
