"""The local engine as the rest of the program sees it: starts, watches, restarts and ends the child process."""

from __future__ import annotations

import itertools
import queue
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pennyweight.domain.answer import AnswerEvent, AnswerRequest, ChatTurn, StopReason
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import EngineError
from pennyweight.engine import protocol
from pennyweight.engine.causes import Phase, death, is_cpu_fault, start_failure
from pennyweight.engine.child import Child, Death, Mail, write_log
from pennyweight.engine.exchange import (
    ChildDiedError,
    Exchange,
    Stopwatch,
    await_mail,
    failure,
    hello,
    progress_events,
)
from pennyweight.engine.keeper import Keeper
from pennyweight.engine.quirks import Quirks
from pennyweight.engine.state import AnswerBrokenError, EngineOptions, EngineState, LoadedModel, LoadStoppedError
from pennyweight.engine.threads import physical_cores

__all__ = ["AnswerBrokenError", "EngineOptions", "EngineState", "LoadStoppedError", "LoadedModel", "LocalEngine"]

COUNT_SECONDS = 60.0
"""A count waits for the batch of a prompt that is being read; longer than this, the child is beyond hope."""
IDLE_COUNT_SECONDS = 5.0
COUNTED_BYTES_PER_SECOND = 50_000
"""Far below what any tokenizer does (millions), for a busy computer."""
NOT_RESPONDING = "The engine did not respond, so it was ended and is started again."
POLL_SECONDS = 0.05


class LocalEngine:
    """Answers on this computer; implements `domain.answer.AnswerSource`.

    Every call blocks and may be made from any thread; answers and loads take turns, counts are served in between.
    `locate` gives the file of a model id (it may raise a KnownError), `options` how to load it. `state_dir` keeps what
    was learned about this machine and the log of the last crash. `environment` is added to the child's.
    """

    def __init__(
        self,
        *,
        locate: Callable[[str], Path],
        state_dir: Path,
        options: Callable[[str], EngineOptions],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._locate = locate
        self._options = options
        self._environment = dict(environment or {})
        self._quirks = Quirks(state_dir / "engine-quirks.json")
        self._crash_log = state_dir / "engine-crash.log"
        self._ids = itertools.count(1)
        self._unanswered: dict[int, int] = {}
        self._turn = threading.Lock()
        self._child_lock = threading.Lock()
        self._closed = False
        self._child: Child | None = None
        self._build = ""
        self._gpu = False
        self._loaded: LoadedModel | None = None
        self._loaded_as: tuple[Path, EngineOptions] | None = None
        self._proven = False
        self._hurried = threading.Event()
        self._settling: threading.Thread | None = None
        self.trouble = ""
        """Why the program had to end the child the last time, as a sentence; "" once it works again."""
        self.on_state: list[Callable[[EngineState], None]] = []
        """Called with each new state, from the engine's own thread."""
        self._keeper = Keeper(self.on_state, self._idle_unload, self._found_dead)

    # -- what the program asks

    @property
    def state(self) -> EngineState:
        return self._keeper.state

    @property
    def loaded(self) -> LoadedModel | None:
        """The model in memory, None if there is none (or its process has died)."""
        child = self._child
        return self._loaded if child is not None and child.death is None else None

    def process_id(self) -> int | None:
        child = self._child
        return child.pid if child is not None else None

    def load(self, model_id: str, cancel: Cancel, on_progress: Callable[[float], None]) -> LoadedModel:
        """Load a model (progress in 0..1). Raises EngineError, or LoadStoppedError when cancelled."""
        if not self._take_turn(cancel):
            raise LoadStoppedError("Loading was stopped.")
        self._keeper.used()
        try:
            loading = self._loading(model_id, cancel)
            while True:
                try:
                    on_progress(next(loading))
                except StopIteration as done:
                    result: LoadedModel = done.value
                    return result
                except BaseException:
                    loading.close()
                    raise
        finally:
            self._end_turn()

    def stream(self, request: AnswerRequest, cancel: Cancel) -> Iterator[AnswerEvent]:
        """The events of one answer; loads the model first when needed.

        Raises ContextOverflowError before anything is generated, EngineError when the engine fails, and
        AnswerBrokenError (with what was counted) when it dies in mid-answer.
        """
        watch = Stopwatch(datetime.now(UTC), time.monotonic())
        if not self._take_turn(cancel):
            yield watch.nothing(StopReason.STOPPED)
            return
        exchange: list[Exchange] = []
        try:
            yield from self._answer(request, cancel, watch, exchange)
        finally:
            if exchange and exchange[-1].unsettled:
                self._settling = threading.Thread(
                    target=self._settle, args=(exchange[-1],), name="pennyweight-engine-settle", daemon=True
                )
                self._settling.start()
            else:
                self._end_turn()

    def count_prompt_tokens(self, turns: tuple[ChatTurn, ...], model: str, *, may_load: bool = True) -> int:
        """Tokens of these turns with the model's template around them.

        Loads the model when needed; EngineError instead unless it `may_load`.
        """
        wire = tuple(protocol.Turn(turn.role, turn.text) for turn in turns)
        return self._count(model, lambda number: protocol.CountPrompt(id=number, turns=wire), may_load)

    def count_text_tokens(self, text: str, model: str, *, may_load: bool = True) -> int:
        """Tokens of a bare text. Loads the model when needed; EngineError instead unless it `may_load`."""
        return self._count(model, lambda number: protocol.CountText(id=number, text=text), may_load)

    def context_window(self, model: str) -> int:
        """Tokens that prompt and answer share. Loads the model when needed."""
        return self._with_model(model)[1].context_window

    def prompt_token_ids(self, turns: tuple[ChatTurn, ...], model: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The exact prompt as token ids, and the positions of control tokens in it."""
        wire = tuple(protocol.Turn(turn.role, turn.text) for turn in turns)
        reply = self._ask(model, lambda number: protocol.Tokenize(id=number, turns=wire))
        if not isinstance(reply, protocol.Tokens):
            raise EngineError("The engine gave an answer that does not fit the question.")
        return reply.ids, reply.control

    def unload(self) -> None:
        """Free the model's memory: the child ends, and an answer in progress with it. Idempotent."""
        self._end_child("The model was unloaded.")
        self._keeper.set(EngineState.STOPPED)

    def close(self) -> None:
        """End the child and the engine's thread for good. Idempotent; later calls raise EngineError."""
        with self._child_lock:
            self._closed = True
        self._end_child("The engine was closed.")
        if self._settling is not None:
            self._settling.join()
        self._keeper.close()

    def hurry(self) -> None:
        """The program is about to end: counts that still wait for the child give up."""
        self._hurried.set()

    # -- answering

    def _settle(self, exchange: Exchange) -> None:
        """The turn of an answer that was given up goes on until the child has ended it too, or had to be killed."""
        try:
            child = exchange.child
            if not exchange.settle():
                self.trouble = self._report_death(child, child.death or Death(None, ()), Phase.ANSWERING)
            self._keeper.set(_state_after(child))
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        self._keeper.used()
        self._turn.release()

    def _answer(
        self, request: AnswerRequest, cancel: Cancel, watch: Stopwatch, exchanges: list[Exchange]
    ) -> Iterator[AnswerEvent]:
        seed = request.sampling.seed
        for attempt in (1, 2):
            try:
                loading = self._loading(request.model, cancel)
                loaded = yield from progress_events(loading)
            except LoadStoppedError:
                yield watch.nothing(StopReason.STOPPED)
                return
            child = self._child
            assert child is not None
            exchange = Exchange(child, next(self._ids), cancel, watch)
            exchanges.append(exchange)
            self._keeper.set(EngineState.BUSY)
            try:
                yield from exchange.run(request, secrets.randbits(32) if seed is None else seed)
                self._proven = True
                return
            except ChildDiedError as fault:
                cause = self._report_death(child, fault.death, Phase.ANSWERING)
                fault_of_build = loaded.extra_buffers and not self._proven and is_cpu_fault(fault.death.returncode)
                once_more = attempt == 1 and not exchange.has_text and (fault_of_build or not exchange.begun)
                if child.ended_because or not once_more:
                    raise exchange.broken(cause) from None
                if exchange.begun:
                    self._quirks.remember(self._build, cause)
            finally:
                if self.state is EngineState.BUSY and not exchange.unsettled:
                    self._keeper.set(_state_after(child))

    # -- loading

    def _loading(self, model_id: str, cancel: Cancel) -> Generator[float, None, LoadedModel]:
        """Yield the progress of loading; at once the result if the model is there already."""
        path = self._locate(model_id)
        options = self._options(model_id)
        loaded = self.loaded
        if loaded is not None and loaded.id == model_id and self._loaded_as == (path, options):
            return loaded
        self._keeper.set(EngineState.LOADING)
        outcome = EngineState.FAILED
        try:
            loaded = yield from self._load(model_id, path, options, cancel)
            self._keeper.idle_seconds = options.idle_unload_seconds
            self.trouble = ""
            outcome = EngineState.READY
        except (LoadStoppedError, GeneratorExit):
            self._end_child("Loading was stopped.", kill=True)
            outcome = EngineState.STOPPED
            raise
        finally:
            self._keeper.set(outcome)
        return loaded

    def _load(
        self, model_id: str, path: Path, options: EngineOptions, cancel: Cancel
    ) -> Generator[float, None, LoadedModel]:
        """Load, and once more without extra buffers if the fast kernels do not suit this CPU."""
        child = self._running_child(cancel)
        quirk = self._quirks.no_extra_buffers(self._build)
        extra = not options.memory_saver and not quirk
        reply = yield from self._load_once(child, path, options, extra, cancel)
        if isinstance(reply, Death):
            cause = death(reply.returncode, reply.log, self._phase)
            if not extra or not is_cpu_fault(reply.returncode):
                raise self._load_error(cause)
            extra, quirk = False, cause
            reply = yield from self._load_once(self._running_child(cancel), path, options, extra, cancel)
            if isinstance(reply, Death):
                raise self._load_error(death(reply.returncode, reply.log, self._phase))
            self._quirks.remember(self._build, cause)
        self._loaded_as = (path, options)
        self._proven = False
        self._loaded = LoadedModel(
            id=model_id,
            name=reply.name,
            architecture=reply.architecture,
            parameters=reply.parameters,
            size_bytes=reply.size_bytes,
            context_window=reply.context_window,
            trained_context=reply.trained_context,
            has_template=reply.has_template,
            template_problem=reply.template_problem,
            system_role=reply.system_role,
            self_tested=True,
            extra_buffers=extra,
            quirk=quirk,
            threads=options.threads or physical_cores(),
            gpu=self._gpu,
            seconds=reply.seconds,
        )
        return self._loaded

    def _load_once(
        self, child: Child, path: Path, options: EngineOptions, extra: bool, cancel: Cancel
    ) -> Generator[float, None, protocol.Loaded | Death]:
        self._phase = Phase.LOADING
        self._loaded = None
        request = protocol.Load(
            id=next(self._ids),
            path=str(path),
            context_length=options.context_length,
            threads=options.threads or physical_cores(),
            gpu_layers=(-1 if self._gpu else 0) if options.gpu_layers is None else options.gpu_layers,
            flash_attention=options.flash_attention,
            extra_buffers=extra,
        )
        box = child.mailbox(request.id)
        child.send(request)
        forget_cancel = cancel.on_cancel(lambda: child.send(protocol.Stop(id=request.id)))
        try:
            while True:
                mail = await_mail(child, box, cancel)
                if isinstance(mail, protocol.Loading):
                    yield min(max(mail.fraction, 0.0), 1.0)
                elif isinstance(mail, protocol.SelfTest):
                    self._phase = Phase.SELF_TEST
                elif isinstance(mail, protocol.Loaded):
                    return mail
                elif isinstance(mail, protocol.Failed):
                    raise failure(mail)
                elif isinstance(mail, Death):
                    self._report_death(child, mail, self._phase)
                    if cancel.cancelled:
                        raise LoadStoppedError("Loading was stopped.")
                    if child.ended_because:
                        raise EngineError(child.ended_because)
                    return mail
        finally:
            forget_cancel()
            child.forget(request.id)

    def _load_error(self, cause: str) -> EngineError:
        return EngineError(cause, advice="Try another model, or a smaller context window.")

    # -- the child

    def _running_child(self, cancel: Cancel) -> Child:
        """The child that is there, or a new one that has said hello. Raises EngineError, or LoadStoppedError."""
        child = self._child
        if child is not None and child.death is None:
            return child
        self._loaded = None
        self._phase = Phase.STARTING
        with self._child_lock:  # nobody may end it between its start and our knowing of it
            if self._closed:
                raise EngineError("The engine was closed.")
            try:
                child = Child(self._environment, on_death=self._keeper.child_died)
                child.start()
            except OSError as error:
                what, advice = start_failure(error)
                raise EngineError(what, advice=advice) from error
            self._child = child
        first = hello(child, cancel)
        if isinstance(first, Death):
            raise EngineError(self._report_death(child, first, Phase.STARTING))
        self._build = first.build
        self._gpu = first.gpu
        return child

    def _report_death(self, child: Child, mail: Death, phase: Phase) -> str:
        """Note that the child is gone; the cause as a sentence."""
        child.close()
        if self._child is child:
            self._child = None
            self._loaded = None
        if child.ended_because:
            return child.ended_because
        write_log(self._crash_log, mail)
        return death(mail.returncode, mail.log, phase)

    def _end_child(self, because: str, *, kill: bool = False, unless_asked: bool = False) -> bool:
        """False, and nothing is done, where counts are unanswered and `unless_asked`."""
        with self._child_lock:
            if unless_asked and self._unanswered:
                return False
            child, self._child = self._child, None
            self._loaded = None
        if child is not None:
            child.ended_because = because
            if kill or (self._settling is not None and self._settling.is_alive()):
                child.kill()  # it has not heeded a stop so far
            child.close()
        return True

    def _idle_unload(self) -> None:
        if not self._turn.acquire(blocking=False):
            self._keeper.used()  # a time without work begins anew; else the keeper would ask again at once
            return
        try:
            because = "The model was unloaded after a while without work."
            if self._keeper.overdue and self._end_child(because, unless_asked=True):
                self._keeper.set(EngineState.STOPPED)
            else:
                self._keeper.used()
        finally:
            self._turn.release()

    def _found_dead(self, child: Child) -> None:
        """A child died while nobody was waiting for it."""
        if self._turn.acquire(blocking=False):
            try:
                if self._child is child and child.death is not None:
                    self._report_death(child, child.death, Phase.IDLE)
                    self._keeper.set(EngineState.FAILED)
            finally:
                self._turn.release()

    # -- turns and counts

    def _take_turn(self, cancel: Cancel) -> bool:
        while not self._turn.acquire(timeout=0.05):
            if cancel.cancelled:
                return False
        return True

    def _reply(self, child: Child, box: queue.SimpleQueue[Mail], size_bytes: int) -> Mail:
        """Wait for a count; an idle child that does not even do that is frozen, and ended. `size_bytes`: of the
        question and of those before it, which the child answers first."""
        work = time.monotonic() + size_bytes / COUNTED_BYTES_PER_SECOND
        deadline, patience = work + COUNT_SECONDS, work + IDLE_COUNT_SECONDS
        while True:
            try:
                return box.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if self._hurried.is_set() or time.monotonic() > deadline:
                    raise EngineError("The engine does not respond.") from None
                if self.state is EngineState.READY and time.monotonic() > patience and not child.ended_because:
                    child.ended_because = self.trouble = NOT_RESPONDING
                    child.kill()
                    self._keeper.set(EngineState.STOPPED)

    def _with_model(self, model: str, may_load: bool = True) -> tuple[Child, LoadedModel]:
        child, loaded = self._child, self.loaded
        if child is not None and loaded is not None and loaded.id == model:
            return child, loaded
        if not may_load:
            raise EngineError("The model is not in memory any more.")
        loaded = self.load(model, Cancel(), lambda _fraction: None)
        child = self._child
        if child is None:
            raise EngineError("The model was unloaded.")
        return child, loaded

    def _count(self, model: str, make: Callable[[int], protocol.Request], may_load: bool) -> int:
        reply = self._ask(model, make, may_load)
        if not isinstance(reply, protocol.Counted):
            raise EngineError("The engine gave an answer that does not fit the question.")
        return reply.tokens

    def _ask(self, model: str, make: Callable[[int], protocol.Request], may_load: bool = True) -> protocol.Reply:
        """One question, one reply; also in the middle of an answer."""
        number = next(self._ids)
        question = make(number)
        with self._child_lock:  # from here on no time without work ends the child
            self._unanswered[number] = len(protocol.encode(question))
        try:
            child, loaded = self._with_model(model, may_load)
            box = child.mailbox(number)
            child.send(question)
            try:
                mail = self._reply(child, box, sum(tuple(self._unanswered.values())))
            finally:
                child.forget(number)
        finally:
            self._keeper.used()
            del self._unanswered[number]
        if isinstance(mail, Death):
            raise EngineError(child.ended_because or death(mail.returncode, mail.log, Phase.IDLE))
        if self._child is child and self._loaded is not loaded:  # it changes models: another one may have answered
            return self._ask(model, make, may_load)
        if isinstance(mail, protocol.Failed):
            raise failure(mail)
        return mail


def _state_after(child: Child) -> EngineState:
    if child.death is None:
        return EngineState.READY
    return EngineState.STOPPED if child.ended_because else EngineState.FAILED
