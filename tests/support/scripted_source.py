"""An answer source that says what it is told to: for the tests of what happens around an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pennyweight.domain.answer import (
    AnswerEvent,
    AnswerRequest,
    ChatTurn,
    Finished,
    PromptProgress,
    StopReason,
    TextDelta,
    Timing,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.engine.state import AnswerBrokenError, LoadedModel


@dataclass(frozen=True)
class Says:
    """One scripted answer. `fails` ends it in the middle; `stop_at` is called before that word (to cancel, say)."""

    text: str = "All good."
    fails: KnownError | None = None
    in_prompt: KnownError | None = None
    """Raised while the first batch of the prompt is read."""
    broken: str = ""
    before_word: Callable[[int], None] = lambda _: None
    reason: StopReason = StopReason.END


@dataclass
class ScriptedSource:
    """Implements what the services need of the local engine. One token is one word."""

    window: int = 400
    script: list[Says] = field(default_factory=list)
    requests: list[AnswerRequest] = field(default_factory=list)
    load_error: KnownError | None = None
    loaded: LoadedModel | None = None
    counted: list[str] = field(default_factory=list)
    """Every text and turn whose tokens were asked for."""

    def process_id(self) -> int | None:
        return None

    def load(self, model_id: str, cancel: Cancel, on_progress: Callable[[float], None]) -> LoadedModel:
        if self.load_error is not None:
            raise self.load_error
        on_progress(0.5)
        self.loaded = LoadedModel(
            id=model_id, name=model_id, architecture="llama", parameters=1, size_bytes=1,
            context_window=self.window, trained_context=self.window, has_template=True, template_problem="",
            system_role=True, self_tested=True, extra_buffers=True, quirk="", threads=1, gpu=False, seconds=0.0,
        )  # fmt: skip
        return self.loaded

    def count_text_tokens(self, text: str, model: str, *, may_load: bool = True) -> int:
        self.counted.append(text)
        return len(text.split())

    def count_prompt_tokens(self, turns: Sequence[ChatTurn], model: str, *, may_load: bool = True) -> int:
        self.counted += [turn.text for turn in turns]
        return sum(len(turn.text.split()) + 4 for turn in turns) + 2

    def context_window(self, model: str) -> int:
        return self.window

    def stream(self, request: AnswerRequest, cancel: Cancel) -> Iterator[AnswerEvent]:
        self.requests.append(request)
        says = self.script.pop(0) if self.script else Says()
        total = self.count_prompt_tokens(request.turns, request.model)
        if not cancel.cancelled:
            yield PromptProgress(0, 0, total)
        if says.in_prompt is not None:
            raise says.in_prompt
        if not cancel.cancelled:
            yield PromptProgress(total, 0, total)
        words = says.text.split(" ")
        written, reason = 0, says.reason
        for index, word in enumerate(words):
            says.before_word(index)
            if cancel.cancelled:
                reason = StopReason.STOPPED
                break
            written = index + 1
            yield TextDelta(word if index == 0 else f" {word}", written)
        if says.fails is not None:
            raise says.fails
        at = datetime.now(UTC)
        state = UsageState.PARTIAL if says.broken else UsageState.REPORTED
        usage = UsageRecord(input_total=total, output_total=written, at=at, usage_state=state)
        timing = Timing(
            started_at=at, first_token_seconds=0.1, prefill_seconds=0.1, decode_seconds=0.5, total_seconds=0.6
        )
        finished = Finished(reason=reason, usage=usage, timing=timing, prompt_evaluated=total if written else 0)
        if says.broken:
            raise AnswerBrokenError(says.broken, finished=finished, kept="What it had written is kept.")
        yield finished
