"""Before sending: how many tokens, what stays behind, how long, and what it would cost here and in the cloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pennyweight.domain.conversation import Message, Task
from pennyweight.domain.errors import KnownError
from pennyweight.domain.model import ModelInfo
from pennyweight.domain.recipe import Recipe
from pennyweight.meter.projection import project
from pennyweight.services.answering import Parts, too_long
from pennyweight.services.context_plan import ContextPlan, plan_context
from pennyweight.services.draft import AskPlan, Basis
from pennyweight.services.local_speed import local_speed
from pennyweight.services.long_answer import LongSummary
from pennyweight.services.tokens import Counter, least_tokens, sampled
from pennyweight.services.turns import groups, request_of

_ENOUGH_ANSWERS = 3
_ROUND_FROM = 20


def problem_plan(problem: str, instead: Task | None = None) -> AskPlan:
    """A plan for what cannot be sent, or only with the task `instead`."""
    return AskPlan(
        input_tokens=0,
        resent_tokens=0,
        expected_output=0,
        seconds=None,
        local_nano=None,
        local_low=None,
        local_high=None,
        equivalent_nano=None,
        equivalent_low=None,
        equivalent_high=None,
        reference_name="",
        problem=problem,
        instead=instead,
    )


def _about(parts: int) -> str:
    """In round numbers: where a text can be cut is known once it is cut."""
    return f"about {parts if parts < _ROUND_FROM else round(parts, -1):,}"


@dataclass(frozen=True, slots=True)
class _Load:
    """Tokens of all calls together."""

    input_tokens: int
    resent: int
    output: int


class Planner:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def plan(self, path: Sequence[Message], model: ModelInfo) -> AskPlan:
        """`path` ends with the message that would be sent."""
        context = self._parts.settings.get().context_length
        try:
            return self._with(path, model, self._parts.counters.quick(model, context))
        except KnownError:  # the engine went away while counting
            return self._with(path, model, self._parts.counters.estimated(model, context))

    def _with(self, path: Sequence[Message], model: ModelInfo, counter: Counter) -> AskPlan:
        recipe = self._parts.recipes[path[-1].task]
        found = groups(path, {each.task: each for each in self._parts.recipes})
        if least_tokens(found[-1].text) > counter.window:
            counter = sampled(counter, found[-1].text)  # nobody waits for an exact count of a book
        context = plan_context(recipe.system, found, counter, max_output=recipe.sampling.max_output_tokens)
        expected = self._expected_output(recipe, model)
        if not context.overflow:
            load = _Load(context.input_tokens, context.resent_tokens, min(expected, context.max_output))
            return self._priced(model, counter, load, context)
        long = LongSummary(recipe, request_of(path[-1], recipe), counter)
        if recipe.task is not Task.SUMMARIZE or not long.possible:
            takes = recipe.task is not Task.SUMMARIZE and self._summary(path[-1], counter).possible
            sentence = too_long(context, counter.window, recipe.task).sentence
            return problem_plan(sentence, Task.SUMMARIZE if takes else None)
        shape = long.shape()
        around = (shape.calls - shape.parts) * expected + shape.calls * 60
        load = _Load(context.input_tokens + around, 0, shape.calls * expected)
        sentence = f"Longer than the model can read at once: {_about(shape.parts)} parts, then all of them together."
        return self._priced(model, counter, load, context, shape.parts, sentence)

    def _summary(self, message: Message, counter: Counter) -> LongSummary:
        """The same message, were it sent to be summarized."""
        recipe = self._parts.recipes[Task.SUMMARIZE]
        return LongSummary(recipe, request_of(replace(message, task=Task.SUMMARIZE), recipe), counter)

    def _expected_output(self, recipe: Recipe, model: ModelInfo) -> int:
        stats = self._parts.store.ledger.output_stats(recipe.task.value, model.id)
        return round(stats.median) if stats.count >= _ENOUGH_ANSWERS else recipe.expected_output_tokens

    def _priced(
        self,
        model: ModelInfo,
        counter: Counter,
        load: _Load,
        context: ContextPlan,
        parts: int = 1,
        parts_sentence: str = "",
    ) -> AskPlan:
        settings = self._parts.settings.get()
        speed = local_speed(model, self._parts.store.ledger.speed_stats(model.id))
        projected = project(
            input_tokens=load.input_tokens,
            expected_output=load.output,
            at=datetime.now(UTC),
            reused_tokens=load.resent if counter.exact else 0,
            resent_tokens=load.resent,
            prefill_tps=speed.prefill_tps,
            decode_tps=speed.decode_tps,
            watts=speed.watts,
            measured=speed.measured,
            energy_source=speed.energy_source,
            usd_per_kwh=settings.usd_per_kwh,
            hardware=settings.hardware,
            reference=settings.reference,
        )
        basis: Basis = "measured" if speed.measured else "estimated"
        return AskPlan(
            input_tokens=load.input_tokens,
            resent_tokens=load.resent,
            expected_output=load.output,
            seconds=projected.seconds,
            local_nano=projected.local_nano,
            local_low=projected.local_low_nano,
            local_high=projected.local_high_nano,
            equivalent_nano=projected.equivalent_nano,
            equivalent_low=projected.equivalent_low_nano,
            equivalent_high=projected.equivalent_high_nano,
            reference_name=projected.reference_name,
            left_out=context.left_out if parts == 1 else (),
            left_out_sentence=context.left_out_sentence if parts == 1 else "",
            parts=parts,
            parts_sentence=parts_sentence,
            basis=basis,
            counted=counter.exact and not parts_sentence,
        )
