"""Compare: one prompt to several models, side by side; the person's choices; what they say after a while."""

from __future__ import annotations

import json
import queue
import random
import secrets
import threading
import uuid
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pennyweight.cloud.errors import PermitError
from pennyweight.domain.answer import StopReason
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Conversation, Message, MessageState, Task
from pennyweight.domain.errors import InputError, StoreError
from pennyweight.meter import prices
from pennyweight.services.answering import Parts
from pennyweight.services.budgets import BudgetService
from pennyweight.services.compare_batch import BatchItem, read_prompts, table_csv
from pennyweight.services.compare_sides import Answerer, CloudAnswerer, LocalAnswerer, SideRun
from pennyweight.services.compare_statistics import preferences, statistics
from pennyweight.services.comparison import (
    Choice,
    CompareDone,
    CompareEvent,
    CompareStarted,
    Comparison,
    Earlier,
    Side,
    SideFailed,
    Statistics,
    Target,
)
from pennyweight.services.draft import Draft
from pennyweight.services.escalate import EscalateService
from pennyweight.services.escalation import Preview, RedactionChoice
from pennyweight.services.messages import question_of
from pennyweight.services.models import ModelService
from pennyweight.services.titles import title_for
from pennyweight.services.turns import user_text
from pennyweight.services.whole_file import write_whole
from pennyweight.store import MissingRowError

_EVERYTHING = RedactionChoice()
_Previews = list[Preview]
_Statistics = list[Statistics]


_Items = list[BatchItem]
_Texts = list[str]


class CompareService:
    """All calls block: use a worker thread."""

    def __init__(self, parts: Parts, escalate: EscalateService, budgets: BudgetService, models: ModelService) -> None:
        self._parts = parts
        self._store = parts.store
        self._escalate = escalate
        self._budgets = budgets
        self._models = models

    def previews(
        self, draft: Draft, targets: Sequence[Target], *, redaction: RedactionChoice = _EVERYTHING
    ) -> _Previews:
        """One preview per cloud target, in their order: what would leave this computer. Sends nothing."""
        alone = _alone(draft)
        return [
            self._escalate.preview(alone, target.source, target.model or "", redaction=redaction)
            for target in targets
            if target.source != "local"
        ]

    def run(
        self,
        draft: Draft,
        targets: Sequence[Target],
        cancel: Cancel,
        *,
        previews: Sequence[Preview] = (),
        blind: bool = False,
        seed: int | None = None,
        batch: str = "",
    ) -> Iterator[CompareEvent]:
        """All sides at once (local models one after the other). `previews` are the yes to each cloud request.

        Before anything is sent or stored: InputError for fewer than two sides or a preview with a problem, PermitError
        without a preview, OfflineError while the lock is on. Later failures end one side only.
        """
        if len(targets) < 2:
            raise InputError("A comparison needs at least two sides.")
        seed = secrets.randbits(32) if seed is None else seed
        order = list(targets)
        if blind:
            random.Random(seed).shuffle(order)  # noqa: S311 - no secret
        comparison = _comparison(_alone(draft), self._sides(order), blind, seed, batch)
        question = replace(question_of(draft, comparison.conversation_id, None), id=comparison.id)
        inner = Cancel()
        told: queue.SimpleQueue[CompareEvent | None] = queue.SimpleQueue()
        runs = self._runs(comparison, order, list(previews), question, inner, told.put)
        self._store.comparisons.add(comparison)
        yield CompareStarted(comparison)
        forget = cancel.on_cancel(inner.cancel)
        bugs: list[BaseException] = []
        unsaved: dict[int, Side] = {}
        threads = [
            threading.Thread(
                target=self._work, args=(lane, comparison.id, told, bugs, unsaved), name="pennyweight-compare"
            )
            for lane in runs
        ]
        try:
            for thread in threads:
                thread.start()
            left = len(threads)
            while left:
                event = told.get()
                if event is None:
                    left -= 1
                else:
                    yield event
        finally:
            inner.cancel()
            forget()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
        if bugs:
            raise bugs[0]
        self._learn([run.answerer for lane in runs for run in lane], comparison.task)
        found = self.get(comparison.id)
        sides = tuple(unsaved.get(position, side) for position, side in enumerate(found.sides))
        yield CompareDone(replace(found, sides=sides))

    def _work(
        self,
        lane: Sequence[SideRun],
        comparison_id: str,
        told: queue.SimpleQueue[CompareEvent | None],
        bugs: list[BaseException],
        unsaved: dict[int, Side],
    ) -> None:
        try:
            for run in lane:
                side = run.run()
                try:
                    self._store.comparisons.set_side(comparison_id, run.position, side)
                except StoreError as error:  # shown as long as the comparison is; the next side goes on
                    note = " ".join(part for part in (side.note, "This answer is not saved.", error.sentence) if part)
                    unsaved[run.position] = replace(side, note=note)
                    told.put(SideFailed(run.position, unsaved[run.position], error))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            bugs.append(error)
        finally:
            told.put(None)

    def _learn(self, answerers: Sequence[Answerer], task: Task) -> None:
        """The same prompt was counted here and by the providers."""
        here = [each.call.result for each in answerers if isinstance(each, LocalAnswerer) and each.call is not None]
        whole = [result.usage.output_total for result in here if result is not None and result.reason is StopReason.END]
        for each in answerers:
            if isinstance(each, CloudAnswerer) and each.call is not None:
                self._escalate.learn(each.preview, each.call.result, task, whole[0] if whole else None)

    def _runs(
        self,
        comparison: Comparison,
        targets: Sequence[Target],
        previews: list[Preview],
        question: Message,
        cancel: Cancel,
        tell: Callable[[CompareEvent], None],
    ) -> list[list[SideRun]]:
        """Lanes that run at the same time: one for all local models, one for each cloud model. Takes the permits."""
        keep = partial(self._store.comparisons.set_side, comparison.id)
        local: list[SideRun] = []
        lanes: list[list[SideRun]] = []
        for position, target in enumerate(targets):
            side = comparison.sides[position]
            if target.source == "local":
                model = self._models.resolve(side.model)
                answerer = LocalAnswerer(self._parts, model, question, side, cancel)
                local.append(SideRun(self._parts, position, side, answerer, tell, partial(keep, position)))
                continue
            preview = _preview_for(target, previews)
            self._escalate.check(preview)
            permit = self._escalate.permit(preview)
            source = preview.source.cleared(permit)
            cloud = CloudAnswerer(self._store, preview, source, self._budgets, question, side, cancel)
            lanes.append([SideRun(self._parts, position, side, cloud, tell, partial(keep, position))])
        return [lane for lane in (local, *lanes) if lane]

    def _sides(self, targets: Sequence[Target]) -> tuple[Side, ...]:
        sides = []
        for target in targets:
            model = target.model or ""
            name = model
            if target.source == "local":
                info = self._models.resolve(target.model)
                model, name = info.id, info.name
            elif (known := prices.find(f"{target.source}/{model}")) is not None:
                name = known.name
            sides.append(Side(id=uuid.uuid4().hex, source=target.source, model=model, model_name=name))
        return tuple(sides)

    # -- a file of prompts

    def read_prompts(self, path: Path) -> _Texts:
        """The prompts of a text, Markdown, CSV or JSON-lines file. InputError for another file."""
        return read_prompts(path)

    def plan_batch(
        self,
        prompts: Sequence[str | Draft],
        task: Task,
        targets: Sequence[Target],
        *,
        redaction: RedactionChoice = _EVERYTHING,
    ) -> _Items:
        """What running all of these would send. The sum of their prices is the price of the batch."""
        drafts = [Draft(text=prompt, task=task) if isinstance(prompt, str) else prompt for prompt in prompts]
        return [BatchItem(draft, tuple(self.previews(draft, targets, redaction=redaction))) for draft in drafts]

    def export_batch(self, batch: str, path: Path) -> int:
        """The table of a batch as CSV; returns how many prompts. InputError if it cannot be written."""
        found = self._store.comparisons.of_batch(batch)
        write_whole(path, table_csv(found))
        return len(found)

    def run_batch(
        self, items: Sequence[BatchItem], targets: Sequence[Target], cancel: Cancel, *, blind: bool = False
    ) -> Generator[CompareEvent, None, None]:
        """One comparison after the other; calling this is the yes to all of them. A budget that runs out ends it."""
        batch = uuid.uuid4().hex
        for item in items:
            if cancel.cancelled:
                return
            yield from self.run(item.draft, targets, cancel, previews=item.previews, blind=blind, batch=batch)

    # -- choices

    def choose(
        self, comparison_id: str, choice: Choice, note: str = "", *, kept: Collection[int] | None = None
    ) -> Comparison:
        """Note which answers are good enough; a later choice replaces an earlier one.

        LEFT is the first side, RIGHT the last. With more than two sides `kept` may name positions.
        """
        sides = len(self.get(comparison_id).sides)
        by_choice = {
            Choice.LEFT: (0,),
            Choice.RIGHT: (sides - 1,),
            Choice.BOTH: tuple(range(sides)),
            Choice.NEITHER: (),
        }
        positions = by_choice[choice] if kept is None else tuple(sorted(set(kept)))
        self._store.comparisons.choose(comparison_id, choice, positions, note, datetime.now(UTC))
        return self.get(comparison_id)

    def edit(self, comparison_id: str, text: str) -> Comparison:
        """Keep the person's own wording of the winner, for the preference export."""
        self._store.comparisons.edit(comparison_id, text)
        return self.get(comparison_id)

    def continue_with(self, comparison_id: str, position: int) -> Conversation:
        """The chat goes on with this side: a conversation with the prompt and this answer (another side: a branch)."""
        comparison = self.get(comparison_id)
        if not 0 <= position < len(comparison.sides):
            raise InputError("There is no such side.")
        side = comparison.sides[position]
        if not side.text:
            raise InputError("There is no answer to go on with.")
        conversations = self._store.conversations
        try:
            conversations.get(comparison.conversation_id)
        except MissingRowError:
            question = _question(comparison)
            conversations.create(title_for(question), conversation_id=comparison.conversation_id)
            conversations.add_message(question)
        if side.id not in self._children(comparison):
            conversations.add_message(_answer(comparison, side))
        conversations.set_leaf(comparison.conversation_id, side.id)
        return conversations.get(comparison.conversation_id)

    def _children(self, comparison: Comparison) -> list[str]:
        for side in comparison.sides:
            try:
                return self._store.conversations.siblings(side.id)
            except MissingRowError:
                continue
        return []

    def get(self, comparison_id: str) -> Comparison:
        """MissingRowError if there is none."""
        return self._store.comparisons.get(comparison_id)

    def history(self, limit: int = 100) -> Sequence[Earlier]:
        """Newest first; a batch is one line."""
        return self._store.comparisons.history(limit)

    def of_batch(self, batch: str) -> Sequence[Comparison]:
        """Those that were run together, in their order."""
        return self._store.comparisons.of_batch(batch)

    def delete(self, comparison_id: str) -> None:
        """The comparison and its choice; its cost stays in the ledger."""
        self._store.comparisons.delete(comparison_id)

    def choices(self) -> int:
        """How many comparisons have one."""
        return len(self._store.comparisons.chosen())

    def statistics(self) -> _Statistics:
        """Per task and pair of models, the most compared first."""
        return statistics(self._store.comparisons.chosen())

    def advice(self, task: Task) -> Statistics | None:
        """What the person's own choices say about this task and the chosen local model; None while they do not."""
        current = self._models.current()
        here = f"local/{current.id}" if current is not None else ""
        rows = (row for row in self.statistics() if row.task == task.value and row.kind == "mixed")
        return next((row for row in rows if row.advice and row.first == here), None)

    def export_preferences(self, path: Path) -> int:
        """JSON lines: prompt, chosen, rejected, edited. Returns how many. InputError if it cannot be written."""
        rows = [
            row
            for comparison in self._store.comparisons.chosen()
            for row in preferences(comparison, user_text(_question(comparison), self._parts.recipes[comparison.task]))
        ]
        write_whole(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return len(rows)


def _alone(draft: Draft) -> Draft:
    """Each side gets the prompt alone."""
    return replace(draft, conversation_id=None, parent_id=None)


def _comparison(draft: Draft, sides: tuple[Side, ...], blind: bool, seed: int, batch: str) -> Comparison:
    if not draft.text.strip() and not draft.attachments:
        raise InputError("There is nothing to send.")
    return Comparison(
        id=uuid.uuid4().hex,
        at=datetime.now(UTC),
        task=draft.task,
        prompt=draft.text,
        conversation_id=uuid.uuid4().hex,
        sides=sides,
        attachments=draft.attachments,
        blind=blind,
        seed=seed,
        batch=batch,
    )


def _preview_for(target: Target, previews: list[Preview]) -> Preview:
    """Takes it out of the list: a preview is good for one request."""
    for preview in previews:
        if preview.provider == target.source and preview.model == target.model:
            previews.remove(preview)
            return preview
    raise PermitError(
        f"Sending to {target.source} needs your yes.", kept="Nothing was sent.", advice="Look at it, then send it."
    )


def _question(comparison: Comparison) -> Message:
    return Message(
        id=comparison.id,
        conversation_id=comparison.conversation_id,
        parent_id=None,
        role="user",
        text=comparison.prompt,
        created_at=comparison.at,
        task=comparison.task,
        attachments=comparison.attachments,
    )


def _answer(comparison: Comparison, side: Side) -> Message:
    state = side.state if side.state is not MessageState.STREAMING else MessageState.INTERRUPTED
    return Message(
        id=side.id,
        conversation_id=comparison.conversation_id,
        parent_id=comparison.id,
        role="assistant",
        text=side.text,
        created_at=comparison.at,
        task=comparison.task,
        state=state,
        reasoning=side.reasoning,
        model=side.model_name,
        source=side.source,
        note=side.note,
    )
