"""Compare: the scripted local source beside a real HTTP server, the choices, the statistics, the export."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback
from tests.support.random_model import PRESETS, write_random_model
from tests.support.scripted_source import Says, ScriptedSource

from pennyweight.cloud.errors import PermitError
from pennyweight.cloud.gate import EgressGate
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.comparison import Comparison, Side
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.errors import EngineError, InputError, StoreError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.engine.process import LocalEngine
from pennyweight.engine.state import EngineOptions
from pennyweight.keys import KeyStore
from pennyweight.meter.equivalent import DEFAULT_RATIO
from pennyweight.models import Shelf
from pennyweight.power import PowerMeter
from pennyweight.services.ask import AskService
from pennyweight.services.budgets import BudgetService
from pennyweight.services.calibration import TokenCalibration
from pennyweight.services.compare import CompareService
from pennyweight.services.comparison import (
    Choice,
    CompareDone,
    CompareEvent,
    CompareStarted,
    SideDelta,
    SideDone,
    SideFailed,
    Target,
)
from pennyweight.services.draft import Draft
from pennyweight.services.egress import EgressService
from pennyweight.services.escalate import EscalateService
from pennyweight.services.escalation import History, HistoryChoice
from pennyweight.services.keys import KeysService
from pennyweight.services.meter import MeterService
from pennyweight.services.models import ModelService
from pennyweight.services.previewing import Previewer
from pennyweight.services.providers import Providers
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store

MODEL = "gpt-4o-2024-05-13"
CLOUD = Target("openai", MODEL)
LOCAL = Target("local")


class Table:
    """The services around a scripted local source and a provider on loopback."""

    def __init__(self, folder: Path, server: Loopback) -> None:
        write_random_model(folder / "tiny.gguf", PRESETS["tiny"])
        self.server = server
        self.store = Store.open(folder / "pennyweight.db")
        self.local = ScriptedSource()
        settings, places = SettingsService(self.store), list[object]()
        shelf = Shelf(load=lambda: places, save=places.append, starter=folder / "tiny.gguf")
        self.engine = LocalEngine(locate=shelf.locate, state_dir=folder, options=lambda _: EngineOptions())
        self.power = PowerMeter(first_rest_seconds=0)
        models, recipes = ModelService(shelf, self.engine, settings), RecipeBook()
        ask = AskService(
            store=self.store, source=self.local, power=self.power, settings=settings, models=models, recipes=recipes
        )
        gate = EgressGate()
        self.calibration = TokenCalibration(self.store, self.local)
        desk = Providers(self.store, gate, lambda: KeyStore(find=lambda: None), self.local, self.calibration)
        keys = KeysService(self.store, desk, EgressService(self.store, gate))
        keys.set_address("openai", f"{server.url}/v1")
        keys.set("openai", "sk-proj-" + "a" * 30)
        budgets = BudgetService(self.store)
        self.escalate = EscalateService(
            ask.parts, Previewer(self.store, recipes, desk, budgets, lambda: "tiny"), models
        )
        self.compare = CompareService(ask.parts, self.escalate, budgets, models)
        self.meter = MeterService(
            store=self.store,
            settings=settings,
            power=self.power,
            models=models,
            engine=self.engine,
            calibration=self.calibration,
        )

    def close(self) -> None:
        self.engine.close()
        self.power.close()
        self.store.close()

    def run(self, *targets: Target, text: str = "Which is it?", **more: object) -> list[CompareEvent]:
        draft = Draft(text=text, task=Task.ASK)
        previews = self.compare.previews(draft, targets)
        return list(self.compare.run(draft, targets, Cancel(), previews=previews, **more))  # type: ignore[arg-type]

    def answers(self, *texts: str) -> None:
        for text in texts:
            usage = {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25}
            delta = {"type": "response.output_text.delta", "delta": text}
            self.server.say(
                sse(
                    delta,
                    {"type": "response.completed", "response": {"status": "completed", "usage": usage}},
                    names=True,
                )
            )


@pytest.fixture
def bench_table(tmp_path: Path, server: Loopback) -> Iterator[Table]:
    made = Table(tmp_path, server)
    yield made
    made.close()


def result_of(events: list[CompareEvent]) -> Comparison:
    last = events[-1]
    assert isinstance(last, CompareDone)
    return last.comparison


def test_both_sides_stream_and_each_has_its_cost(bench_table: Table) -> None:
    bench_table.answers("From far.")
    bench_table.local.script = [Says("From here.")]
    events = bench_table.run(LOCAL, CLOUD)
    assert isinstance(events[0], CompareStarted)
    assert {event.position for event in events if isinstance(event, SideDelta)} == {0, 1}
    assert sum(isinstance(event, SideDone) for event in events) == 2
    local, cloud = result_of(events).sides
    assert (local.text, cloud.text) == ("From here.", "From far.")
    assert (cloud.cost_nano, cloud.input_total, cloud.output_total) == (175_000, 20, 5)
    assert local.cost_nano is not None
    assert local.joules is not None
    assert cloud.joules is None
    assert local.first_token_seconds is not None
    assert cloud.first_token_seconds is not None
    rows = {row.message_id: row for row in bench_table.store.ledger.recent(9)}
    assert {rows[local.id].source, rows[cloud.id].source} == {"local", "openai"}


def test_the_sides_run_at_the_same_time(bench_table: Table) -> None:
    both = threading.Barrier(2, timeout=20)

    def meet(word: int) -> None:
        del word
        both.wait()

    usage = {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25}
    end = {"type": "response.completed", "response": {"status": "completed", "usage": usage}}
    bench_table.server.say(both.wait, sse({"type": "response.output_text.delta", "delta": "Far."}, end, names=True))
    bench_table.local.script = [Says("Here.", before_word=meet)]
    found = result_of(bench_table.run(LOCAL, CLOUD))
    assert [side.state for side in found.sides] == [MessageState.COMPLETE] * 2


def test_a_blind_order_follows_its_seed(bench_table: Table) -> None:
    orders = set()
    for seed in range(6):
        bench_table.answers("Far.")
        found = result_of(bench_table.run(LOCAL, CLOUD, blind=True, seed=seed))
        orders.add(tuple(side.source for side in found.sides))
        bench_table.answers("Far.")
        again = result_of(bench_table.run(LOCAL, CLOUD, blind=True, seed=seed))
        assert [side.source for side in again.sides] == [side.source for side in found.sides]
        assert found.blind
    assert orders == {("local", "openai"), ("openai", "local")}


def test_one_side_that_fails_does_not_end_the_other(bench_table: Table) -> None:
    bench_table.answers("Far.")
    bench_table.local.script = [Says("Ha", fails=EngineError("It broke."))]
    events = bench_table.run(LOCAL, CLOUD)
    assert any(isinstance(event, SideFailed) and event.position == 0 for event in events)
    local, cloud = result_of(events).sides
    assert (local.state, cloud.state) == (MessageState.FAILED, MessageState.COMPLETE)


def test_an_answer_that_cannot_be_saved_while_it_is_written_runs_to_its_end(
    bench_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = bench_table.store.comparisons.set_side
    failed: list[int] = []

    def full(comparison_id: str, position: int, side: Side) -> None:
        if side.state is MessageState.STREAMING:
            failed.append(position)
            raise StoreError("The disk is full.")
        save(comparison_id, position, side)

    monkeypatch.setattr(bench_table.store.comparisons, "set_side", full)
    bench_table.answers("From far.")
    bench_table.local.script = [Says("From here.")]
    events = bench_table.run(LOCAL, CLOUD)
    assert sorted(failed) == [0, 1]
    assert sum(isinstance(event, SideDone) for event in events) == 2
    local, cloud = result_of(events).sides
    assert (local.text, local.state) == ("From here.", MessageState.COMPLETE)
    assert (cloud.text, cloud.state, cloud.cost_nano) == ("From far.", MessageState.COMPLETE, 175_000)


def test_a_row_that_cannot_be_written_is_told_and_held_back_until_it_is(
    bench_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = bench_table.store.ledger.add

    def full(entries: Sequence[LedgerEntry]) -> int:
        if entries[0].source == "openai":
            raise StoreError("The disk is full.")
        return add(entries)

    monkeypatch.setattr(bench_table.store.ledger, "add", full)
    bench_table.answers("From far.")
    bench_table.local.script = [Says("From here.")]
    events = bench_table.run(LOCAL, CLOUD)
    assert [event.error.what for event in events if isinstance(event, SideFailed)] == ["The disk is full."]
    local, cloud = result_of(events).sides
    assert local.state is MessageState.COMPLETE
    assert (cloud.text, cloud.cost_nano) == ("From far.", 175_000)
    assert cloud.note == "What it has used is not in the books yet. The disk is full."
    assert bench_table.store.running.unbooked(())["openai"] >= 175_000


def test_an_answer_that_cannot_be_saved_at_its_end_is_shown_and_the_next_side_goes_on(
    bench_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = bench_table.store.comparisons.set_side

    def full(comparison_id: str, position: int, side: Side) -> None:
        if position == 0:
            raise StoreError("The disk is full.")
        save(comparison_id, position, side)

    monkeypatch.setattr(bench_table.store.comparisons, "set_side", full)
    bench_table.local.script = [Says("One."), Says("Two.")]
    events = bench_table.run(LOCAL, LOCAL)
    assert [event.position for event in events if isinstance(event, SideFailed)] == [0]
    first, second = result_of(events).sides
    assert (first.text, first.note) == ("One.", "This answer is not saved. The disk is full.")
    assert (second.text, second.state) == ("Two.", MessageState.COMPLETE)


def test_without_the_previews_nothing_is_sent_or_stored(bench_table: Table) -> None:
    with pytest.raises(PermitError):
        list(bench_table.compare.run(Draft(text="Hi", task=Task.ASK), [LOCAL, CLOUD], Cancel()))
    with pytest.raises(InputError):
        list(bench_table.compare.run(Draft(text="Hi", task=Task.ASK), [LOCAL], Cancel()))
    assert bench_table.compare.history() == []
    assert bench_table.server.asked == []


def test_two_local_models_answer_one_after_the_other(bench_table: Table) -> None:
    bench_table.local.script = [Says("One."), Says("Two.")]
    found = result_of(bench_table.run(LOCAL, LOCAL))
    assert [side.text for side in found.sides] == ["One.", "Two."]


def test_the_chat_goes_on_with_the_winner_and_with_the_other_as_a_branch(bench_table: Table) -> None:
    bench_table.answers("Far.")
    found = result_of(bench_table.run(LOCAL, CLOUD))
    chat = bench_table.compare.continue_with(found.id, 1)
    assert [m.text for m in bench_table.store.conversations.path_to(str(chat.leaf_id))] == ["Which is it?", "Far."]
    again = bench_table.compare.continue_with(found.id, 0)
    assert again.id == chat.id
    assert bench_table.store.conversations.siblings(str(again.leaf_id)) == [found.sides[1].id, found.sides[0].id]
    assert bench_table.store.ledger.totals(conversation_id=chat.id).billed_nano == 175_000


def test_statistics_match_a_table_made_by_hand(bench_table: Table) -> None:
    """Ten comparisons: eight times local will do (two of them both), once the cloud alone, once neither."""
    choices = [Choice.LEFT] * 6 + [Choice.BOTH] * 2 + [Choice.RIGHT, Choice.NEITHER]
    local_costs = 0
    for choice in choices:
        bench_table.answers("Far.")
        found = result_of(bench_table.run(LOCAL, CLOUD))
        local_costs += found.sides[0].cost_nano or 0
        assert bench_table.compare.choose(found.id, choice, "a note").note == "a note"
    (row,) = bench_table.compare.statistics()
    assert (row.task, row.kind, row.first, row.second) == (
        "ask",
        "mixed",
        f"local/{found.sides[0].model}",
        f"openai/{MODEL}",
    )
    assert (row.compared, row.good_enough, row.share) == (10, 8, 0.8)
    assert (row.low, row.high) == pytest.approx((0.490, 0.943), abs=0.001)
    assert row.advice == ""  # 49 % to 94 % holds one half
    assert row.more == 1  # 9 of 11: 52 % to 95 %
    assert row.first_per_kept == local_costs // 8
    assert row.second_per_kept == 10 * 175_000 // 3
    for _ in range(2):
        bench_table.answers("Far.")
        found = result_of(bench_table.run(LOCAL, CLOUD))
        bench_table.compare.choose(found.id, Choice.LEFT)
    assert bench_table.compare.statistics()[0].advice == "stay local"
    said = bench_table.compare.advice(Task.ASK)
    assert said is not None
    assert said.compared == 12
    assert bench_table.compare.advice(Task.DRAFT) is None


def test_preferences_are_exported_as_pairs(bench_table: Table, tmp_path: Path) -> None:
    for choice in (Choice.LEFT, Choice.BOTH, Choice.NEITHER):
        bench_table.answers("Far.")
        bench_table.local.script = [Says("Here.")]
        found = result_of(bench_table.run(LOCAL, CLOUD))
        bench_table.compare.choose(found.id, choice)
    bench_table.compare.edit(found.id, "My own words.")
    path = tmp_path / "preferences.jsonl"
    assert bench_table.compare.export_preferences(path) == 3
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(row["chosen"], row["rejected"], row["edited"]) for row in rows] == [
        ("Here.", "Far.", None),
        ("My own words.", "Here.", "My own words."),
        ("My own words.", "Far.", "My own words."),
    ]
    assert {row["prompt"] for row in rows} == {"Which is it?"}


def test_a_file_of_prompts_becomes_a_table(bench_table: Table, tmp_path: Path) -> None:
    path = tmp_path / "prompts.txt"
    path.write_text('First one\n\n{"prompt": "Second"}\n')
    prompts = bench_table.compare.read_prompts(path)
    assert prompts == ["First one", "Second"]
    items = bench_table.compare.plan_batch(prompts, Task.ASK, [LOCAL, CLOUD])
    bench_table.answers("A.", "B.")
    done = [
        event.comparison
        for event in bench_table.compare.run_batch(items, [LOCAL, CLOUD], Cancel())
        if isinstance(event, CompareDone)
    ]
    assert [(each.prompt, each.sides[1].text) for each in done] == [("First one", "A."), ("Second", "B.")]
    assert len({each.batch for each in done}) == 1


def test_escalations_teach_the_ratio_of_the_tokenizers(bench_table: Table) -> None:
    bench_table.local.load("tiny", Cancel(), lambda _: None)
    text = "word " * 60
    for _ in range(3):
        bench_table.answers("Far.")
        preview = bench_table.escalate.preview(Draft(text=text, task=Task.ASK), "openai", MODEL)
        list(bench_table.escalate.send(preview, Cancel()))
    found = bench_table.calibration.of("openai")
    counted = bench_table.local.count_prompt_tokens(preview.request.turns, "tiny")
    assert found.samples == 3
    assert found.input.expected == pytest.approx(20 / counted)
    assert bench_table.escalate.preview(Draft(text=text, task=Task.ASK), "openai", MODEL).input_tokens == 20


def test_the_equivalent_bill_says_from_when_on_it_is_calibrated(bench_table: Table) -> None:
    bench_table.meter.set_reference(f"openai/{MODEL}")

    def compare() -> tuple[str, int]:
        bench_table.answers("Far.")
        result_of(bench_table.run(LOCAL, CLOUD, text="word " * 60))
        found = bench_table.meter.totals("today")
        return found.calibrated, found.samples

    assert bench_table.meter.totals("today").calibrated == "no"
    assert compare() == ("no", 0)
    before = bench_table.meter.totals("today")
    assert before.ratio == DEFAULT_RATIO
    assert compare() == ("no", 0)
    assert compare() == ("next", 3)
    three = bench_table.meter.totals("today").totals.equivalent_nano
    assert compare() == ("part", 4)
    found = bench_table.meter.totals("today")
    counted = bench_table.local.count_prompt_tokens(bench_table.local.requests[-1].turns, "tiny")
    assert found.ratio.expected == pytest.approx(20 / counted)
    assert found.totals.equivalent_nano - three < three // 3, "fewer tokens than the estimate took"


def test_what_was_said_before_is_summarized_here(bench_table: Table) -> None:
    bench_table.answers("Far.", "Further.")
    found = result_of(bench_table.run(LOCAL, CLOUD))
    chat = bench_table.compare.continue_with(found.id, 1)
    follow = Draft(text="And then?", task=Task.ASK, conversation_id=chat.id)
    bench_table.local.script = [Says("part"), Says("They asked which; the answer was: far.")]
    said = bench_table.escalate.summarize(follow, Cancel())
    assert said == "They asked which; the answer was: far."
    assert "Far." in bench_table.local.requests[-2].turns[-1].text
    choice = HistoryChoice(kind=History.SUMMARY, summary=said)
    preview = bench_table.escalate.preview(follow, "openai", MODEL, history=choice)
    assert said in preview.body.decode()
    assert "Which is it?" not in preview.body.decode()
    booked = [row for row in bench_table.store.ledger.recent(9) if row.note.startswith("A summary of the chat")]
    assert {row.conversation_id for row in booked} == {chat.id}
