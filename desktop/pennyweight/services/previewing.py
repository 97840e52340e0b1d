"""Making a preview: which messages go along, what is kept back, the exact bytes, and the price."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pennyweight.cloud.facts import OWN_SERVER
from pennyweight.cloud.gate import EgressState
from pennyweight.domain.answer import AnswerRequest, ChatTurn, Sampling
from pennyweight.domain.conversation import Message
from pennyweight.domain.errors import InputError
from pennyweight.domain.recipe import Recipe
from pennyweight.meter import prices
from pennyweight.meter.budget import BudgetState, Fit, StreamCost, stream_cost
from pennyweight.meter.money import format_usd
from pennyweight.services.budgets import BudgetService, BudgetView
from pennyweight.services.draft import Draft, Place
from pennyweight.services.escalation import (
    History,
    HistoryChoice,
    HistoryOption,
    Preview,
    PriceRange,
    RedactionChoice,
)
from pennyweight.services.messages import question_of
from pennyweight.services.providers import Providers
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.redaction import Redactor
from pennyweight.services.request_price import most_input, price_range
from pennyweight.services.turns import as_turns, groups
from pennyweight.store import Store

if TYPE_CHECKING:
    from pennyweight.cloud.source import CloudSource

_THINKS = re.compile(r"reason|think|\br1\b|gemini-(2\.5|[3-9])|qwq|magistral|grok-[34]|gpt-oss", re.IGNORECASE)
_LIMIT, _LIMIT_THINKING = 4096, 16_384
"""Output tokens to ask for: reasoning counts as output, so a model that thinks needs room for it."""
_SMALLEST_ANSWER = 16
_WAYS_OUT = "Raise the budget in the settings, or send less."
_SUMMARY_TOKENS = 150
_SUMMARY_HEAD = "What was said before, in short:"


@dataclass(frozen=True, slots=True)
class Previewer:
    store: Store
    recipes: RecipeBook
    desk: Providers
    budgets: BudgetService
    local_model: Callable[[], str]
    """Id of the local model, "" without one."""

    def make(
        self,
        question: Draft | str,
        provider: str,
        model: str,
        history: HistoryChoice,
        redaction: RedactionChoice,
        words: tuple[str, ...],
    ) -> Preview:
        """InputError for a question or a provider that there is not."""
        facts = self.desk.get(provider)
        if not model.strip():
            raise InputError(f"Name a model of {facts.name}.", kept="Nothing was sent.")
        path, asked = self.path_of(question)
        source = self.desk.source(provider)
        recipe = self.recipes[path[-1].task]
        turns = self._turns(path, recipe, history)
        redactor = Redactor(words=words, kinds=redaction.kinds, keep=redaction.keep)
        hidden_turns = _hidden(redactor, turns)
        limit = _output_limit(source, model, recipe)
        tokens = source.count_prompt_tokens(hidden_turns, model)
        cost = self._price(recipe, provider, model, tokens, limit)
        budget = self.budgets.tightest(provider)
        most = most_input(tokens, self.desk.calibration.of(provider))
        most_cost = _cost_of(provider, model, most)
        with self.budgets.watch(provider, most_cost) as watch:
            allowed = watch.output_limit(limit)
        request = AnswerRequest(
            turns=hidden_turns,
            model=model,
            sampling=_sampling(recipe, max(1, allowed), question.seed if isinstance(question, Draft) else None),
        )
        prepared = source.prepare(request)
        chosen = self._messages(path, history)
        window = source.context_window(model)
        known = prices.find(f"{provider}/{model}")
        preview = Preview(
            provider=provider,
            provider_name=facts.name,
            model=model,
            model_name=known.name if known else model,
            url=prepared.outgoing.url,
            body=prepared.outgoing.body,
            body_text=prepared.text,
            encrypted=prepared.encrypted,
            local=prepared.outgoing.is_local,
            messages=len(chosen),
            files=tuple(file.name for message in chosen for file in message.attachments),
            input_tokens=tokens,
            most_input_tokens=most,
            max_output_tokens=request.sampling.max_output_tokens,
            hidden=tuple(redactor.table),
            price=cost,
            history=history,
            history_options=self._options(path, recipe, history, source, model, limit),
            path=tuple(path),
            budget=budget,
            fit=_fit(budget, cost),
            warning=_warning(budget, cost),
            problem="",
            question=asked,
            request=request,
            redactor=redactor,
            prepared=prepared,
            source=source,
        )
        problem = self._problem(preview, window)
        if not problem and budget is not None:
            left = self.budgets.left(provider)
            prompt = None if most_cost is None else most_cost.nano(0)
            room = Room(budget, budget.left_nano if left is None else left, allowed, prompt)
            over = budget_problem(preview, room)
            return replace(preview, problem=over, over_budget=bool(over))
        return replace(preview, problem=problem)

    def path_of(self, question: Draft | str) -> tuple[list[Message], Draft | str]:
        """The branch with the person's message last, and the draft or that message's id."""
        conversations = self.store.conversations
        if isinstance(question, str):
            message = conversations.get_message(question)
            question_id = message.id if message.role == "user" else message.parent_id
            if question_id is None:
                raise InputError("There is no question to this answer.")
            return conversations.path_to(question_id), question_id
        if not question.text.strip() and not question.attachments:
            raise InputError("There is nothing to send.")
        parent = None
        if question.conversation_id is not None:
            placed = isinstance(question.parent_id, Place)
            parent = conversations.get(question.conversation_id).leaf_id if placed else str(question.parent_id or "")
        path = conversations.path_to(parent) if parent else []
        return [*path, question_of(question, question.conversation_id or "", parent or None)], question

    def _messages(self, path: Sequence[Message], history: HistoryChoice) -> list[Message]:
        last = path[-1]
        if history.kind is History.ALL:
            return list(path)
        if history.kind is History.CHOSEN:
            return [message for message in path if message.id in history.message_ids or message is last]
        return [last]

    def _turns(self, path: Sequence[Message], recipe: Recipe, history: HistoryChoice) -> tuple[ChatTurn, ...]:
        found = groups(self._messages(path, history), {each.task: each for each in self.recipes})
        if not found:
            raise InputError("There is nothing to send.")
        system = recipe.system
        if history.kind is History.SUMMARY and history.summary.strip():
            system = f"{system}\n\n{_SUMMARY_HEAD}\n{history.summary.strip()}".strip()
        return as_turns(system, found)

    def _price(self, recipe: Recipe, provider: str, model: str, tokens: int, limit: int) -> PriceRange:
        found = self.desk.calibration.of(provider)
        return price_range(self.store, recipe, found, provider, model, tokens, limit, self.local_model())

    def _options(
        self,
        path: Sequence[Message],
        recipe: Recipe,
        chosen: HistoryChoice,
        source: CloudSource,
        model: str,
        limit: int,
    ) -> tuple[HistoryOption, ...]:
        """Every way that makes a difference here. A summary that is not made yet is priced at its expected length."""
        ways = [HistoryChoice()]
        if len(path) > 1:
            summary = chosen.summary or "word " * _SUMMARY_TOKENS
            ways = [
                HistoryChoice(),
                replace(chosen, kind=History.CHOSEN),
                HistoryChoice(kind=History.SUMMARY, summary=summary),
                HistoryChoice(kind=History.ALL),
            ]
        options = []
        for way in ways:
            tokens = source.count_prompt_tokens(self._turns(path, recipe, way), model)
            options.append(
                HistoryOption(
                    kind=way.kind,
                    messages=len(self._messages(path, way)),
                    input_tokens=tokens,
                    price=self._price(recipe, source.provider.id, model, tokens, limit),
                )
            )
        return tuple(options)

    def _problem(self, preview: Preview, window: int) -> str:
        gate = self.desk.gate
        if not preview.local and gate.state() is EgressState.OFFLINE:
            return "The program is offline, so nothing can be sent. Take the lock off to use the cloud."
        if preview.input_tokens >= window:
            over = preview.input_tokens - window
            return f"This is about {over:,} tokens more than {preview.model} takes. Send less of the history."
        return ""


@dataclass(frozen=True, slots=True)
class Room:
    """What a budget leaves for a request."""

    budget: BudgetView
    left_nano: int
    """What running answers have cost is off already."""
    output_tokens: int
    """That it pays for, should the prompt come to the high edge of its estimate."""
    most_prompt_nano: int | None
    """That edge; None without a price."""


def budget_problem(preview: Preview, room: Room) -> str:
    """Why the budget does not let it through; empty if it does.

    A prompt that may use up all that is left is refused too: the stream would be stopped at its first word, after the
    prompt was billed. It only could, though, and the sentence says so.
    """
    budget = room.budget
    if preview.provider == OWN_SERVER and preview.price.low_nano is None:
        return ""
    if budget.state is BudgetState.REACHED:
        return f"{budget.sentence} Raise it in the settings, or answer locally."
    if preview.price.low_nano is None:
        return "This model has no price in the table, so the budget could not be kept. Choose another model."
    left = f"{format_usd(room.left_nano)} left of the budget for {budget.month}"
    if preview.price.low_nano > room.left_nano:
        return f"It would cost more than the {left}. {_WAYS_OUT}"
    if room.output_tokens < _SMALLEST_ANSWER:
        prompt = f"its prompt alone may come to {format_usd(room.most_prompt_nano)}"
        return f"It could cost more than the {left}: {prompt}. {_WAYS_OUT}"
    return ""


def _hidden(redactor: Redactor, turns: tuple[ChatTurn, ...]) -> tuple[ChatTurn, ...]:
    texts = redactor.hide_all([turn.text for turn in turns])
    return tuple(ChatTurn(turn.role, text) for turn, text in zip(turns, texts, strict=True))


def _output_limit(source: CloudSource, model: str, recipe: Recipe) -> int:
    thinks = not source.provider.samples(model) or _THINKS.search(model) is not None
    return max(recipe.sampling.max_output_tokens, _LIMIT_THINKING if thinks else _LIMIT)


def _sampling(recipe: Recipe, limit: int, seed: int | None) -> Sampling:
    return replace(recipe.sampling, max_output_tokens=limit, seed=seed)


def _cost_of(provider: str, model: str, tokens: int) -> StreamCost | None:
    return stream_cost(provider, model, tokens, datetime.now(UTC))


def _fit(budget: BudgetView | None, cost: PriceRange) -> Fit | None:
    if budget is None or cost.low_nano is None or cost.high_nano is None:
        return None
    return budget.standing.fit(cost.low_nano, max(cost.low_nano, cost.high_nano))


def _warning(budget: BudgetView | None, cost: PriceRange) -> str:
    if cost.expected_nano is None:
        return "The price of this model is not known here; what it costs cannot be told."
    if budget is None:
        return ""
    if budget.standing.after(cost.expected_nano).state is not BudgetState.OK and budget.state is BudgetState.OK:
        return f"After this, less than a fifth of the budget for {budget.month} is left."
    if _fit(budget, cost) is Fit.MAY_EXCEED:
        return "A long answer may reach the budget; it is then stopped there."
    return budget.sentence
