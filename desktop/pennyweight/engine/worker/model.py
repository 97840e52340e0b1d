"""A loaded model with its context: the weights, the KV cache and what it holds, template and vocabulary."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import llama_cpp.llama_cpp as lib
import psutil

from pennyweight.engine import preflight
from pennyweight.engine.causes import load_failure
from pennyweight.engine.prompt import AnswerMemory, PromptBuilder
from pennyweight.engine.protocol import FailureKind, Load, Turn
from pennyweight.engine.template import CHATML, BadTemplateError, ChatTemplate
from pennyweight.engine.worker.faults import inject_fault
from pennyweight.engine.worker.native import AbortSwitch, EngineLog, Vocabulary, metadata, stated_number, token_array

_NOT_A_WRITER = "This model does not write text; it is made for another purpose."
ABORTED = 2
"""What `llama_decode` returns when the abort switch ended it."""


class RequestError(Exception):
    """A request that cannot be done; told to the program as `Failed`."""

    def __init__(self, kind: FailureKind, message: str, *, needed: int = 0, available: int = 0) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.needed = needed
        self.available = available


class Model:
    """Use only from the thread that made it. `close` frees everything; nothing may be called after it."""

    def __init__(self, request: Load, log: EngineLog, abort: AbortSwitch, on_progress: Callable[[float], None]) -> None:
        started = time.monotonic()
        self._abort = abort
        self._context: int | None = None
        self._model: int | None = self._load_weights(request, log, on_progress)
        try:
            self._describe(Path(request.path))
            self._context = self._make_context(request, log)
            self._memory = lib.llama_get_memory(self._context)
            if not self._memory:
                raise RequestError("unsupported", _NOT_A_WRITER)
        except BaseException:
            self.close()
            raise
        self.extra_buffers = request.extra_buffers
        self.held: list[int] = []
        """The token ids that the KV cache holds."""
        self.seconds = time.monotonic() - started

    # -- loading

    def _load_weights(self, request: Load, log: EngineLog, on_progress: Callable[[float], None]) -> int:
        path = Path(request.path)
        problem = preflight.file_problem(path)
        if problem:
            raise RequestError("file", problem)
        problem = preflight.weights_problem(preflight.total_size(path), psutil.virtual_memory().available)
        if problem and request.gpu_layers == 0:
            raise RequestError("memory", problem)

        def progress(fraction: float, _user_data: object) -> bool:
            on_progress(fraction)
            return not self._abort.is_set

        params = lib.llama_model_default_params()
        params.n_gpu_layers = request.gpu_layers
        params.use_extra_bufts = request.extra_buffers
        callback = lib.llama_progress_callback(progress)
        params.progress_callback = callback
        log.lines.clear()
        model = lib.llama_model_load_from_file(os.fsencode(path), params)
        if model:
            return int(model)
        if self._abort.is_set:
            raise RequestError("stopped", "Loading was stopped.")
        sentence, memory = load_failure(log.lines)
        raise RequestError("memory" if memory else "file", sentence)

    def _describe(self, path: Path) -> None:
        model = self._model
        assert model is not None
        writes = lib.llama_model_has_decoder(model) and not lib.llama_model_has_encoder(model)
        if not writes or lib.llama_model_is_diffusion(model):
            raise RequestError("unsupported", _NOT_A_WRITER)
        try:
            self.vocabulary = Vocabulary(model)
        except ValueError:
            raise RequestError("unsupported", "This file has no vocabulary, so it cannot answer.") from None
        if self.vocabulary.size <= 0 or self.vocabulary.kind == lib.LLAMA_VOCAB_TYPE_NONE:
            raise RequestError("unsupported", "This file has no vocabulary, so it cannot answer.")
        self.name = metadata(model, "general.name") or path.stem
        self.architecture = metadata(model, "general.architecture")
        self.recommended_temperature = stated_number(model, "general.sampling.temp")
        self.parameters = lib.llama_model_n_params(model)
        self.size_bytes = lib.llama_model_size(model)
        self.trained_context = lib.llama_model_n_ctx_train(model)
        self.window = lib.llama_model_n_swa(model)
        self.answers = AnswerMemory()
        self.prompts = PromptBuilder(self.vocabulary, self.answers)
        self._choose_template()

    def _choose_template(self) -> None:
        assert self._model is not None
        source = lib.llama_model_chat_template(self._model, None)
        tokens = {
            "bos_token": self.vocabulary.text(self.vocabulary.bos),
            "eos_token": self.vocabulary.text(self.vocabulary.eos),
        }
        self.has_template = source is not None
        self.template_problem = ""
        if source is not None:
            try:
                self._use_template(ChatTemplate(source.decode("utf-8", "replace"), tokens))
                return
            except BadTemplateError as error:
                self.template_problem = f"{error} A common one (ChatML) is used instead."
        else:
            self.template_problem = "The model has no chat template. A common one (ChatML) is used."
        self._use_template(ChatTemplate(CHATML, tokens))

    def _use_template(self, template: ChatTemplate) -> None:
        self.template = template
        self.prompts.use_template(template.example)

    def _make_context(self, request: Load, log: EngineLog) -> int:
        model = self._model
        assert model is not None
        per_token = preflight.kv_bytes_per_token(
            lib.llama_model_n_layer(model),
            lib.llama_model_n_embd(model),
            lib.llama_model_n_head(model),
            lib.llama_model_n_head_kv(model),
        )
        available = psutil.virtual_memory().available
        length = preflight.choose_context(request.context_length, self.trained_context, per_token, available)
        problem = preflight.context_problem(length, per_token, available)
        if problem:
            raise RequestError("memory", problem)
        params = lib.llama_context_default_params()
        params.n_ctx = length
        self.batch_size = self._batch_size(request.gpu_layers)
        params.n_batch = params.n_ubatch = self.batch_size
        params.n_threads = params.n_threads_batch = request.threads
        params.flash_attn_type = 1 if request.flash_attention else 0
        params.no_perf = False
        params.abort_callback = self._abort.callback
        params.abort_callback_data = self._abort.data
        log.lines.clear()
        context = lib.llama_init_from_model(model, params)
        if not context:
            sentence, memory = load_failure(log.lines)
            if memory:
                sentence = f"There is not enough free memory for a context window of {length:,} tokens."
            raise RequestError("memory" if memory else "unsupported", sentence)
        self.context_window = lib.llama_n_ctx(context)
        return int(context)

    def _batch_size(self, gpu_layers: int) -> int:
        """Prompt tokens evaluated at once: fewer for large models, so that progress is seen and counts are served.

        It depends on the model only, never on speed, so that the same question gives the same answer each time.
        """
        if gpu_layers:
            return 512
        billions = self.parameters / 1e9
        return 512 if billions < 0.2 else 256 if billions < 1 else 128 if billions < 4 else 64

    # -- use

    def self_test(self) -> None:
        """Two tokens at once, then one: the shapes that a build with unsuitable kernels dies on."""
        first = self.vocabulary.bos if self.vocabulary.bos >= 0 else 0
        inject_fault("extra_bufts", when=self.extra_buffers)
        inject_fault("always")
        for batch in ([first, 0], [0]):
            status = self.decode(batch)
            if status == ABORTED:
                raise RequestError("stopped", "Loading was stopped.")
            if status != 0:
                raise RequestError("decode", f"The engine's test after loading failed (status {status}).")
        lib.llama_synchronize(self.context)
        self.forget()

    def decode(self, tokens: list[int]) -> int:
        """Evaluate tokens behind those held. 0, or the library's status (2: stopped); what is held stays true."""
        array = token_array(tokens)  # the batch only points to it: it must live until the call is over
        status = lib.llama_decode(self._context, lib.llama_batch_get_one(array, len(tokens)))
        if status == 0:
            self.held += tokens
        else:
            self.restore()
        return int(status)

    def restore(self) -> None:
        """After a stopped evaluation: make the KV cache hold again what `held` says."""
        if not lib.llama_memory_seq_rm(self._memory, 0, len(self.held), -1):
            self.forget()

    def forget(self) -> None:
        """Empty the KV cache."""
        lib.llama_memory_clear(self._memory, True)
        self.held.clear()

    def keep_prefix(self, prompt: list[int]) -> int:
        """Cut the KV cache back to what it shares with `prompt`; the number of tokens that need no evaluation.

        At least one token of the prompt is left to evaluate: the next token is drawn from its result.
        """
        shared = 0
        limit = min(len(self.held), len(prompt) - 1)
        while shared < limit and self.held[shared] == prompt[shared]:
            shared += 1
        if shared == len(self.held):
            return shared
        if shared == 0 or not lib.llama_memory_seq_rm(self._memory, 0, shared, -1) or self._window_lost(shared):
            self.forget()
            return 0
        del self.held[shared:]
        return shared

    def _window_lost(self, shared: int) -> bool:
        """True if a sliding window has already dropped what the tokens behind `shared` would look back at."""
        oldest = int(lib.llama_memory_seq_pos_min(self._memory, 0))
        return bool(self.window > 0 and oldest > max(0, shared - self.window))

    def prompt_tokens(self, turns: tuple[Turn, ...]) -> tuple[list[int], str]:
        """Token ids of a conversation, template included, and the prompt's last piece of text.

        A template that fails on it is replaced by ChatML.
        """
        try:
            parts = self.template.render(turns)
        except BadTemplateError as error:
            self.template_problem = f"{error} A common one (ChatML) is used instead."
            self._use_template(ChatTemplate(CHATML, {}))
            parts = self.template.render(turns)
        return self.prompts.build(parts), parts[-1].text if parts else ""

    @property
    def context(self) -> int:
        assert self._context is not None
        return self._context

    def perf(self) -> tuple[int, int]:
        """Prompt and single tokens decoded since the last call, as the library counts them."""
        lib.llama_synchronize(self.context)
        data = lib.llama_perf_context(self.context)
        lib.llama_perf_context_reset(self.context)
        return int(data.n_p_eval), int(data.n_eval)

    def close(self) -> None:
        context, self._context = self._context, None
        model, self._model = self._model, None
        if context:
            lib.llama_free(context)
        if model:
            lib.llama_model_free(model)
