"""One answer: evaluate what is new of the prompt, then sample and decode token by token."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Literal

import llama_cpp.llama_cpp as lib

from pennyweight.engine.protocol import Delta, Finished, Generate, Prompt, Reply
from pennyweight.engine.reasoning import opened_by
from pennyweight.engine.repetition import goes_in_circles
from pennyweight.engine.worker.faults import inject_fault
from pennyweight.engine.worker.model import ABORTED, Model, RequestError
from pennyweight.engine.worker.native import CONTROL, AbortSwitch
from pennyweight.engine.worker.output import Output
from pennyweight.engine.worker.sampling import Sampler

Reason = Literal["end", "length", "stop_text", "repeating", "stopped"]
_LOOK_EVERY = 16
"""Tokens between two looks for repetition."""


class Answer:
    """Runs one `Generate` request. `serve` is called between steps, so that counts are answered meanwhile."""

    def __init__(
        self,
        model: Model,
        request: Generate,
        send: Callable[[Reply], None],
        serve: Callable[[], None],
        abort: AbortSwitch,
    ) -> None:
        self._model = model
        self._request = request
        self._send = send
        self._serve = serve
        self._abort = abort
        self._started = time.monotonic()
        self._first_token: float | None = None
        self._evaluated = 0
        self._generated: list[int] = []

    def run(self) -> Finished:
        """Raises RequestError, before anything was generated if the prompt does not fit."""
        prompt, prompt_end = self._model.prompt_tokens(self._request.turns)
        room = self._model.context_window - len(prompt)
        if room < 1:
            raise RequestError(
                "overflow",
                f"This needs {len(prompt):,} tokens, and the model's context window has "
                f"{self._model.context_window:,}.",
                needed=len(prompt),
                available=self._model.context_window,
            )
        if not prompt:
            raise RequestError("decode", "There is nothing to answer.")
        self._output = Output(self._send_text, self._request.stop, opened_by(prompt_end))
        self._model.perf()
        prefill_from = time.monotonic()
        reused = self._model.keep_prefix(prompt)
        completed = self._evaluate(prompt, reused)
        prefilled = time.monotonic()
        try:
            reason: Reason = self._generate(min(room, self._request.max_output_tokens)) if completed else "stopped"
        finally:
            self._output.finish()  # also what was written before a failure
        self._remember()
        perf_prompt, perf_decode = self._model.perf()
        return Finished(
            id=self._request.id,
            reason=reason,
            prompt_tokens=len(prompt),
            reused=reused,
            evaluated=self._evaluated,
            output_tokens=self._output.tokens,
            reasoning_tokens=self._output.reasoning_tokens,
            prefill_seconds=prefilled - prefill_from,
            decode_seconds=time.monotonic() - prefilled,
            first_token_seconds=self._first_token,
            perf_prompt=perf_prompt,
            perf_decode=perf_decode,
        )

    def _evaluate(self, prompt: list[int], reused: int) -> bool:
        """Evaluate the prompt behind its first `reused` tokens. False if it was stopped."""
        position = reused
        while position < len(prompt):
            self._serve()
            if self._abort.is_set:
                return False
            # Sent only when a batch is begun: whoever counts takes the first of these for the start of the work.
            self._send(Prompt(id=self._request.id, evaluated=self._evaluated, reused=reused, total=len(prompt)))
            inject_fault("first_answer", when=self._model.extra_buffers)
            batch = prompt[position : position + self._model.batch_size]
            status = self._model.decode(batch)
            if status == ABORTED:
                return False
            self._check(status)
            position += len(batch)
            self._evaluated += len(batch)
        self._send(Prompt(id=self._request.id, evaluated=self._evaluated, reused=reused, total=len(prompt)))
        return True

    def _generate(self, limit: int) -> Reason:
        """Sample until an end token, a stop string, the limit or a stop."""
        model, abort, output, generated = self._model, self._abort, self._output, self._generated
        vocabulary, context, held = model.vocabulary, model.context, model.held
        sampler = Sampler(self._request, vocabulary.size, self._model.recommended_temperature)
        circles = self._request.stop_repeating
        next_token = (ctypes.c_int32 * 1)()
        batch = lib.llama_batch_get_one(next_token, 1)
        try:
            while len(generated) < limit:
                if abort.is_set:
                    return "stopped"
                token = sampler.sample(context)
                if self._first_token is None:
                    self._first_token = time.monotonic() - self._started
                if vocabulary.is_end(token):
                    return "end"
                generated.append(token)
                output.add(vocabulary.piece(token), control=bool(vocabulary.attributes(token) & CONTROL))
                if output.stopped:
                    return "stop_text"
                if circles and len(generated) % _LOOK_EVERY == 0 and goes_in_circles(generated):
                    return "repeating"
                self._serve()
                if len(generated) == limit:
                    break
                next_token[0] = token
                status = lib.llama_decode(context, batch)
                if status == ABORTED:
                    model.restore()
                    return "stopped"
                self._check(status)
                held.append(token)
            return "length"
        finally:
            sampler.close()

    def _check(self, status: int) -> None:
        if status != 0:
            self._model.forget()
            raise RequestError("decode", f"The engine could not evaluate the text (status {status}).")

    def _remember(self) -> None:
        """Keep the answer's token ids, where they say exactly the answer's text."""
        tokens = self._generated[self._output.answer_from :]
        said = b"".join(self._model.vocabulary.piece(token) for token in tokens).decode("utf-8", "replace")
        if tokens and said.strip() == self._output.text.strip():
            self._model.answers.remember(said, tokens)

    def _send_text(self, text: str, reasoning: bool, tokens: int) -> None:
        reasoned = self._output.reasoning_tokens
        self._send(Delta(id=self._request.id, text=text, reasoning=reasoning, tokens=tokens, reasoning_tokens=reasoned))
