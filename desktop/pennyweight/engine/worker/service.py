"""The child's main loop: requests in, replies out."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections import deque

import llama_cpp.llama_cpp as lib

from pennyweight.engine.protocol import (
    Counted,
    CountPrompt,
    CountText,
    Failed,
    Generate,
    Hello,
    Load,
    Loaded,
    Loading,
    ProtocolError,
    Reply,
    Request,
    SelfTest,
    Stop,
    Tokenize,
    Tokens,
    decode_request,
    encode,
)
from pennyweight.engine.worker.generate import Answer
from pennyweight.engine.worker.model import Model, RequestError
from pennyweight.engine.worker.native import CONTROL, AbortSwitch, EngineLog, build_name


class Inbox:
    """Requests in the order they came. `Stop` does not queue: it sets the abort switch, or drops what still waits."""

    def __init__(self, abort: AbortSwitch) -> None:
        self._abort = abort
        self._waiting: deque[Request] = deque()
        self._arrived = threading.Condition()
        self._current = -1
        self._stopped: set[int] = set()

    def start(self) -> None:
        threading.Thread(target=self._read, name="pennyweight-inbox", daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            try:
                request = decode_request(line)
            except ProtocolError as error:
                os.write(2, f"unreadable request: {error}\n".encode())
                continue
            with self._arrived:
                if isinstance(request, Stop):
                    self._on_stop(request.id)
                else:
                    self._waiting.append(request)
                    self._arrived.notify()
        os._exit(0)

    def _on_stop(self, request_id: int) -> None:
        if request_id == self._current:
            self._abort.set()
        elif any(request.id == request_id for request in self._waiting):
            self._stopped.add(request_id)

    def next(self) -> Request:
        """Wait for the next request and make it the current one."""
        with self._arrived:
            while not self._waiting:
                self._arrived.wait()
            request = self._waiting.popleft()
            self._current = request.id
            self._abort.clear()
            if request.id in self._stopped:
                self._stopped.discard(request.id)
                self._abort.set()
            return request

    def done(self) -> None:
        with self._arrived:
            self._current = -1
            self._abort.clear()

    def take_counts(self) -> list[Request]:
        """Requests that can be served in the middle of an answer."""
        if not self._waiting:
            return []
        with self._arrived:
            counts: list[Request] = [
                request for request in self._waiting if isinstance(request, CountPrompt | CountText | Tokenize)
            ]
            self._waiting = deque(request for request in self._waiting if request not in counts)
            return counts


class Service:
    """Serves one program over `output` (a file descriptor)."""

    def __init__(self, output: int) -> None:
        self._output = output
        self._log = EngineLog()
        self._abort = AbortSwitch()
        self._inbox = Inbox(self._abort)
        self._model: Model | None = None

    def run(self) -> None:
        self._inbox.start()
        lib.llama_backend_init()
        self._send(Hello(pid=os.getpid(), build=build_name(), gpu=lib.llama_supports_gpu_offload()))
        while True:
            request = self._inbox.next()
            self._serve(request)
            self._inbox.done()

    def _serve(self, request: Request) -> None:
        try:
            self._handle(request)
        except RequestError as error:
            failed = Failed(
                id=request.id, kind=error.kind, message=str(error), needed=error.needed, available=error.available
            )
            self._send(failed)
        except Exception as error:  # noqa: BLE001  told to the program, with the trace in the log
            traceback.print_exc()
            self._send(Failed(id=request.id, kind="bug", message=f"The engine failed: {error!r}"))

    def _handle(self, request: Request) -> None:
        if isinstance(request, Load):
            self._load(request)
            return
        model = self._model
        if model is None:
            raise RequestError("not_loaded", "No model is loaded.")
        if isinstance(request, Generate):
            self._send(Answer(model, request, self._send, self._serve_counts, self._abort).run())
        elif isinstance(request, CountPrompt):
            tokens, _end = model.prompt_tokens(request.turns)
            self._send(Counted(id=request.id, tokens=len(tokens)))
        elif isinstance(request, CountText):
            self._send(Counted(id=request.id, tokens=len(model.prompts.text_tokens(request.text))))
        elif isinstance(request, Tokenize):
            tokens, _end = model.prompt_tokens(request.turns)
            control = [at for at, token in enumerate(tokens) if model.vocabulary.attributes(token) & CONTROL]
            self._send(Tokens(id=request.id, ids=tuple(tokens), control=tuple(control)))

    def _serve_counts(self) -> None:
        for request in self._inbox.take_counts():
            self._serve(request)

    def _load(self, request: Load) -> None:
        if self._model is not None:
            self._model.close()
            self._model = None
        self._log.quiet = False
        last = -1.0

        def progress(fraction: float) -> None:
            nonlocal last
            if fraction - last >= 0.01 or fraction >= 1:
                last = fraction
                self._send(Loading(id=request.id, fraction=fraction))

        model = Model(request, self._log, self._abort, progress)
        self._log.quiet = True
        try:
            self._send(SelfTest(id=request.id))
            model.self_test()
        except BaseException:
            model.close()
            raise
        self._model = model
        self._send(
            Loaded(
                id=request.id,
                name=model.name,
                architecture=model.architecture,
                parameters=model.parameters,
                size_bytes=model.size_bytes,
                trained_context=model.trained_context,
                context_window=model.context_window,
                has_template=model.has_template,
                template_problem=model.template_problem,
                system_role=model.template.system_role,
                seconds=model.seconds,
            )
        )

    def _send(self, reply: Reply) -> None:
        line = memoryview(encode(reply))
        while line:
            line = line[os.write(self._output, line) :]
