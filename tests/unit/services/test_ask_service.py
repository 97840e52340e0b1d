"""The way of one answer, and everything that can go wrong on it."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from tests.support.scripted_source import Says

from pennyweight.domain.answer import StopReason
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Attachment, MessageState, Task
from pennyweight.domain.errors import EngineError, InputError
from pennyweight.domain.usage import UsageState
from pennyweight.services.ask import Draft
from pennyweight.services.events import (
    AnswerDone,
    AnswerFailed,
    AnswerStarted,
    AskEvent,
    Delta,
    Live,
    Status,
    UserMessageSaved,
)

Bench = Any


def words(count: int, word: str = "word") -> str:
    return " ".join(f"{word}{number}" for number in range(count))


def test_an_answer_is_committed_with_its_ledger_row_and_its_line(bench: Bench) -> None:
    events = bench.run("How are you?", Says("I am well."))
    assert [type(event) for event in events[:2]] == [UserMessageSaved, AnswerStarted]
    assert "".join(event.text for event in events if isinstance(event, Delta)) == "I am well."
    assert any(isinstance(event, Live) for event in events)
    done = events[-1]
    assert isinstance(done, AnswerDone)
    assert bench.conversations.message(done.message.id).text == "I am well."
    assert done.message.state is MessageState.COMPLETE
    (row,) = bench.store.ledger.for_message(done.message.id)
    assert done.line is not None
    assert (row.usage.output_total, done.line.output_total) == (3, 3)
    assert row.local is not None
    assert row.local.electric_nano == done.line.local_nano
    assert done.line.equivalent_nano
    assert bench.meter.line(done.message.id) == done.line


def test_the_persons_message_is_in_the_database_before_anything_else(bench: Bench) -> None:
    stream = bench.ask.ask(Draft(text="Keep this", task=Task.ASK), Cancel())
    saved = next(stream)
    assert isinstance(saved, UserMessageSaved)
    assert bench.conversations.message(saved.message.id).text == "Keep this"
    assert bench.source.requests == []
    stream.close()


def test_a_stopped_answer_keeps_its_text_and_is_billed(bench: Bench) -> None:
    cancel = Cancel()

    def stop(index: int) -> None:
        if index == 2:
            cancel.cancel()

    bench.source.script = [Says("one two three four", before_word=stop)]
    events = list(bench.ask.ask(Draft(text="Count", task=Task.ASK), cancel))
    done = events[-1]
    assert isinstance(done, AnswerDone)
    assert (done.message.text, done.message.state) == ("one two", MessageState.STOPPED)
    (row,) = bench.store.ledger.for_message(done.message.id)
    assert (row.stop_reason, row.usage.output_total) == (StopReason.STOPPED, 2)


def test_stopping_before_anything_ran_costs_nothing(bench: Bench) -> None:
    cancel = Cancel()
    cancel.cancel()
    done = list(bench.ask.ask(Draft(text="Count", task=Task.ASK), cancel))[-1]
    assert isinstance(done, AnswerDone)
    assert (done.message.state, done.line) == (MessageState.STOPPED, None)
    assert bench.store.ledger.totals().calls == 0


def test_answering_again_what_was_never_sent_is_not_re_sent(bench: Bench) -> None:
    cancel = Cancel()
    cancel.cancel()
    stopped = list(bench.ask.ask(Draft(text="Count to ten", task=Task.ASK), cancel))[-1]
    for expected in (False, True):  # the second time it was sent
        done = list(bench.ask.regenerate(stopped.message.id, Cancel()))[-1]
        assert isinstance(done, AnswerDone)
        (row,) = bench.store.ledger.for_message(done.message.id)
        assert bool(row.resent) is expected
        stopped = done


def test_work_that_broke_off_while_the_prompt_was_read_is_in_the_ledger(bench: Bench) -> None:
    failed = bench.run("Count", Says("never", in_prompt=EngineError("The engine was ended by the system.")))[-1]
    assert isinstance(failed, AnswerFailed)
    (row,) = bench.store.ledger.for_message(failed.message.id)
    assert row.usage.usage_state is UsageState.ESTIMATED
    assert row.usage.input_total > 0
    assert (row.usage.output_total, row.prompt_evaluated, row.stop_reason) == (0, 0, StopReason.FAILED)


def test_an_engine_that_dies_leaves_the_partial_text_and_the_next_answer_works(bench: Bench) -> None:
    failed = bench.run("Count", Says("one two", broken="The engine was ended by the system."))[-1]
    assert isinstance(failed, AnswerFailed)
    assert (failed.message.text, failed.message.state) == ("one two", MessageState.FAILED)
    assert failed.message.note.startswith("The engine was ended by the system.")
    (row,) = bench.store.ledger.for_message(failed.message.id)
    assert (row.usage.usage_state, row.usage.output_total) == (UsageState.PARTIAL, 2)
    assert row.usage.input_total > 0
    again = bench.run("Go on", Says("three"), conversation_id=failed.message.conversation_id)[-1]
    assert isinstance(again, AnswerDone)
    assert again.message.text == "three"


def test_a_failure_without_counts_is_estimated_and_never_free(bench: Bench) -> None:
    failed = bench.run("Count", Says("one two", fails=EngineError("It broke.")))[-1]
    assert isinstance(failed, AnswerFailed)
    (row,) = bench.store.ledger.for_message(failed.message.id)
    assert row.usage.usage_state is UsageState.ESTIMATED
    assert row.usage.input_total > 0
    assert row.usage.output_total > 0
    assert row.equivalent is not None
    assert row.equivalent.expected_nano


def test_a_model_that_does_not_load_costs_nothing_and_the_question_is_kept(bench: Bench) -> None:
    bench.source.load_error = EngineError("The model file is damaged.")
    events = bench.run("Hello")
    failed = events[-1]
    assert isinstance(failed, AnswerFailed)
    assert (failed.line, failed.message.note) == (None, "The model file is damaged.")
    assert bench.conversations.messages(failed.message.conversation_id)[0].text == "Hello"


def test_leaving_the_loop_ends_the_answer_as_stopped(bench: Bench) -> None:
    bench.source.script = [Says(words(50))]
    stream = bench.ask.ask(Draft(text="Go", task=Task.ASK), Cancel())
    for event in stream:
        if isinstance(event, Delta):
            break
    stream.close()
    (summary,) = bench.conversations.list()
    last = bench.conversations.messages(summary.id)[-1]
    assert (last.state, last.text) == (MessageState.STOPPED, "word0")
    assert len(bench.store.ledger.for_message(last.id)) == 1
    assert bench.run("Again", Says("fine"))[-1].message.text == "fine"


def test_partial_text_reaches_the_store_while_the_answer_is_written(bench: Bench) -> None:
    bench.source.script = [Says("first second")]
    for event in bench.ask.ask(Draft(text="Go", task=Task.ASK), Cancel()):
        if isinstance(event, Delta) and event.text == "first":
            stored = bench.conversations.message(event.message_id)
            assert (stored.text, stored.state) == ("first", MessageState.STREAMING)


def test_regenerating_makes_a_sibling_with_the_same_question(bench: Bench) -> None:
    first = bench.run("Hi", Says("one"))[-1].message
    bench.source.script = [Says("two")]
    second = list(bench.ask.regenerate(first.id, Cancel()))[-1].message
    assert second.parent_id == first.parent_id
    assert bench.conversations.branch_position(second.id) == (2, 2)
    assert bench.source.requests[0].turns == bench.source.requests[1].turns
    assert bench.conversations.switch_branch(second.id, -1).leaf_id == first.id
    (row,) = bench.store.ledger.for_message(second.id)
    assert row.resent == row.usage.input_total


def test_editing_makes_a_sibling_of_the_question_and_keeps_its_files(bench: Bench) -> None:
    file = Attachment(name="a.txt", text="The harbour opens on Monday.", size_bytes=5, sha256="0")
    question = bench.run("What?", Says("one"), attachments=(file,))[0].message
    bench.source.script = [Says("two")]
    events = list(bench.ask.edit(question.id, "When?", Cancel()))
    edited = events[0].message
    assert (edited.parent_id, edited.attachments) == (None, (file,))
    assert bench.conversations.branch_position(edited.id) == (2, 2)
    assert "When?" in bench.source.requests[-1].turns[-1].text


def test_the_history_goes_along_and_is_counted_as_resent(bench: Bench) -> None:
    first = bench.run("The first question", Says("The first answer"))[-1].message
    second = bench.run("And then?", Says("Fine"), conversation_id=first.conversation_id)[-1]
    turns = bench.source.requests[-1].turns
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user"]
    assert turns[2].text == "The first answer"
    assert 0 < second.line.resent < second.line.input_total


def test_a_newest_turn_that_cannot_fit_is_told_before_anything_is_sent(bench: Bench) -> None:
    text = words(600)
    bench.source.load("pennyweight-starter", Cancel(), lambda _: None)
    plan = bench.ask.plan(Draft(text=text, task=Task.REWRITE))
    assert "too long" in plan.problem
    assert "Summarize" in plan.problem
    failed = bench.run(text, task=Task.REWRITE)[-1]
    assert isinstance(failed, AnswerFailed)
    assert failed.line is None
    assert bench.source.requests == []


@pytest.mark.parametrize("loaded", [True, False])
def test_some_megabytes_are_told_as_too_long_without_being_counted(bench: Bench, loaded: bool) -> None:
    text = "Every word of it was written down. " * 150_000
    file = Attachment(name="book.txt", text=text, size_bytes=len(text), sha256="1")
    if loaded:
        bench.source.load("pennyweight-starter", Cancel(), lambda _: None)
    plan = bench.ask.plan(Draft(text="What is it about?", task=Task.ASK, attachments=(file,)))
    told = re.search(r"about ([\d,]+) tokens too long", plan.problem)
    assert told is not None
    if loaded:  # a word is a token there, and some stretches of the text were counted
        assert int(told[1].replace(",", "")) == pytest.approx(7 * 150_000, rel=0.02)
    assert "use Summarize" in plan.problem
    assert plan.instead is Task.SUMMARIZE
    failed = bench.run("What is it about?", attachments=(file,))[-1]
    assert isinstance(failed, AnswerFailed)
    assert "tokens too long" in failed.message.note
    summary = bench.ask.plan(Draft(text="", task=Task.SUMMARIZE, attachments=(file,)))
    assert summary.problem == ""
    assert summary.parts > 100
    assert max(map(len, bench.source.counted), default=0) < 10_000


@pytest.mark.parametrize("loaded", [True, False])
def test_the_estimate_of_a_long_summary_grows_with_the_text_past_any_length(bench: Bench, loaded: bool) -> None:
    """Past sixteen bytes for each token of the window the text is not counted any more; it is still all read."""
    if loaded:
        bench.source.load("pennyweight-starter", Cancel(), lambda _: None)
    plans = [
        bench.ask.plan(Draft(text="word " * (words_of_text * 100), task=Task.SUMMARIZE))
        for words_of_text in (14, 15, 16, 17, 18, 30, 60, 120, 240, 480)
    ]
    for shorter, longer in itertools.pairwise(plans):
        assert longer.input_tokens > shorter.input_tokens
        assert longer.equivalent_nano > shorter.equivalent_nano
        assert longer.local_nano > shorter.local_nano
        assert longer.seconds > shorter.seconds
    assert plans[-1].input_tokens / plans[-2].input_tokens == pytest.approx(2, abs=0.1)


def test_a_long_text_is_summarized_in_parts_with_one_ledger_entry_each(bench: Bench) -> None:
    text = "\n\n".join(words(60, f"p{number}x") for number in range(30))
    bench.source.script = [Says(f"Summary {number}.") for number in range(40)]
    events = list(bench.ask.ask(Draft(text=text, task=Task.SUMMARIZE), Cancel()))
    done = events[-1]
    assert isinstance(done, AnswerDone)
    assert done.line is not None
    rows = bench.store.ledger.for_message(done.message.id)
    told = [event.text for event in events if isinstance(event, Status) and "part " in event.text]
    parts = sum(row.kind == "part" for row in rows)
    assert told == [f"Summarizing part {number} of {parts}" for number in range(1, parts + 1)]
    meanwhile = [event.meanwhile for event in events if isinstance(event, Status) and "part " in event.text]
    assert [bool(text) for text in meanwhile] == [False] + [True] * (parts - 1)
    assert parts > 5
    assert rows[-1].kind == "join"
    assert done.line.calls == len(rows) == len(bench.source.requests)
    assert done.line.input_total == sum(row.usage.input_total for row in rows)
    assert done.line.local_nano == sum(row.local.electric_nano for row in rows if row.local is not None)
    shown = "".join(event.text for event in events if isinstance(event, Delta))
    assert done.message.text == shown == f"Summary {len(rows) - 1}."
    for request in bench.source.requests:
        assert bench.source.count_prompt_tokens(request.turns, "") + request.sampling.max_output_tokens <= 400


@pytest.mark.parametrize("loaded", [True, False])
def test_parts_are_told_as_about_so_many_before_and_counted_once_the_text_is_cut(bench: Bench, loaded: bool) -> None:
    if loaded:
        bench.source.load("pennyweight-starter", Cancel(), lambda _: None)
    text = "\n\n".join(words(170, f"p{number}x") for number in range(120))  # paragraphs that leave room in each part
    draft = Draft(text=text, task=Task.SUMMARIZE)
    plan = bench.ask.plan(draft)
    assert not plan.counted
    assert plan.parts > 20
    assert f"about {round(plan.parts, -1)} parts" in plan.parts_sentence
    bench.source.script = [Says(f"Summary {number}.") for number in range(500)]
    events = list(bench.ask.ask(draft, Cancel()))
    told = [event.text for event in events if isinstance(event, Status)]
    counts = [found for text in told if (found := re.fullmatch(r"Summarizing part (\d+) of (\d+)", text))]
    real = int(counts[0].group(2))
    assert told.index("Cutting the text into parts…") < told.index(counts[0].group())
    assert [int(found.group(1)) for found in counts] == list(range(1, real + 1))
    assert real != plan.parts


def test_answering_again_goes_on_where_a_long_summary_was_stopped(bench: Bench) -> None:
    cancel = Cancel()

    def stop(index: int) -> None:
        cancel.cancel()

    first, second = Says("First part."), Says("Second part.")
    bench.source.script = [first, second, Says("Third", before_word=stop)]
    draft = Draft(text=words(3000), task=Task.SUMMARIZE)
    stopped = list(bench.ask.ask(draft, cancel))[-1]
    bench.source.requests.clear()
    bench.source.script = [Says(f"Part {number}.") for number in range(3, 90)]
    events = list(bench.ask.regenerate(stopped.message.id, Cancel()))
    told = [event.text for event in events if isinstance(event, Status) and "part " in event.text]
    assert told[0].startswith("Summarizing part 3 of ")
    joined = "\n".join(turn.text for request in bench.source.requests for turn in request.turns)
    assert "First part." in joined
    assert "Second part." in joined
    bench.source.requests.clear()
    bench.source.script = []
    again = list(bench.ask.regenerate(events[-1].message.id, Cancel()))  # a whole one is made anew
    told = [event.text for event in again if isinstance(event, Status) and "part " in event.text]
    assert told[0].startswith("Summarizing part 1 of ")


def test_a_follow_up_to_a_long_summary_is_about_the_summary(bench: Bench) -> None:
    done = bench.run(words(3000), *[Says("Boats were counted.")] * 90, task=Task.SUMMARIZE)[-1]
    assert isinstance(done, AnswerDone)
    bench.source.script = []
    draft = Draft(
        text="Shorter.", task=Task.SUMMARIZE, conversation_id=done.message.conversation_id, parent_id=done.message.id
    )
    assert "its answer is" in bench.ask.plan(draft).left_out_sentence
    again = list(bench.ask.ask(draft, Cancel()))[-1]
    assert isinstance(again, AnswerDone)
    sent = [turn.text for turn in bench.source.requests[-1].turns]
    assert "Boats were counted." in sent
    assert not any("word2999" in text for text in sent)


def test_a_model_that_writes_no_summary_of_the_first_parts_fails_and_does_not_go_on(bench: Bench) -> None:
    events = bench.run(words(3000), *[Says("")] * 90, task=Task.SUMMARIZE)
    failed = events[-1]
    assert isinstance(failed, AnswerFailed)
    assert "no summary of the first 3 of" in failed.error.sentence
    assert "thought" not in failed.error.sentence
    assert len(bench.source.requests) == 3
    assert len(bench.store.ledger.for_message(failed.message.id)) == 3


def test_a_summary_says_how_many_parts_it_leaves_out(bench: Bench) -> None:
    events = bench.run(words(3000), Says("First."), Says(""), Says("Third."), Says(""), task=Task.SUMMARIZE)
    done = events[-1]
    assert isinstance(done, AnswerDone)
    parts = sum(row.kind == "part" for row in bench.store.ledger.for_message(done.message.id))
    assert f"The model wrote nothing about 2 of {parts} parts." in done.message.note


def test_stopping_inside_a_part_keeps_the_summaries_so_far(bench: Bench) -> None:
    cancel = Cancel()
    text = "\n\n".join(words(60, f"p{number}x") for number in range(30))

    def stop_at_the_second_word(index: int) -> None:
        if index:
            cancel.cancel()

    bench.source.script = [Says("First."), Says("Second part", before_word=stop_at_the_second_word)]
    done = list(bench.ask.ask(Draft(text=text, task=Task.SUMMARIZE), cancel))[-1]
    assert isinstance(done, AnswerDone)
    assert done.message.state is MessageState.STOPPED
    heading, *summaries = done.message.text.split("\n\n")
    assert re.fullmatch(r"\*\*Summaries of 1 of \d+ parts, and the beginning of the next\*\*", heading)
    assert summaries == ["First.", "Second"]
    assert done.message.note.startswith("Stopped. These are summaries of parts")
    assert len(bench.store.ledger.for_message(done.message.id)) == 2


@pytest.mark.parametrize(
    ("part", "words_of_it", "heading"),
    [
        (1, 1, "The beginning of the summary of part 1 of {total}"),
        (3, 0, "Summaries of 2 of {total} parts"),
        (3, 1, "Summaries of 2 of {total} parts, and the beginning of the next"),
        (-1, 0, "Summaries of {before_last} of {total} parts"),
        (-1, 1, "Summaries of {before_last} of {total} parts, and the beginning of the next"),
    ],
)
def test_a_part_in_which_a_long_summary_was_stopped_is_not_counted(
    bench: Bench, part: int, words_of_it: int, heading: str
) -> None:
    text = "\n\n".join(words(60, f"p{number}x") for number in range(10))
    bench.source.script = [Says("All.") for _ in range(40)]
    list(bench.ask.ask(Draft(text=text, task=Task.SUMMARIZE), Cancel()))
    total = sum(row.kind == "part" for row in bench.store.ledger.recent(100))
    cancel, stop_in = Cancel(), part % (total + 1)

    def stop(index: int) -> None:
        if index == words_of_it:
            cancel.cancel()

    bench.source.script = [Says("Whole.")] * (stop_in - 1) + [Says("Half a part", before_word=stop)]
    done = list(bench.ask.ask(Draft(text=text, task=Task.SUMMARIZE), cancel))[-1]
    assert isinstance(done, AnswerDone)
    first, *summaries = done.message.text.split("\n\n")
    assert first == f"**{heading.format(total=total, before_last=total - 1)}**"
    assert summaries == ["Whole."] * (stop_in - 1) + ["Half"] * words_of_it


def test_stopping_before_the_first_word_of_the_whole_keeps_the_part_summaries(bench: Bench) -> None:
    cancel = Cancel()
    text = "\n\n".join(words(60, f"p{number}x") for number in range(8))
    bench.source.script = [Says("A part.") for _ in range(40)]
    done: list[AskEvent] = []
    for event in bench.ask.ask(Draft(text=text, task=Task.SUMMARIZE), cancel):
        if isinstance(event, Status) and event.text == "Putting the parts together…":
            cancel.cancel()
        done.append(event)
    end = done[-1]
    assert isinstance(end, AnswerDone)
    assert end.message.state is MessageState.STOPPED
    assert end.message.text.startswith("**Summaries of all ")
    assert "A part." in end.message.text
    assert "not the answer" in end.message.note


def test_what_the_answer_invented_is_noted(bench: Bench) -> None:
    text = "The hall costs 450 euros, says Priya, and it opens in May."
    done = bench.run(text, Says("The hall costs 540 euros, says Petra."), task=Task.SUMMARIZE)[-1]
    assert done.message.note == "Not found in your text: 540, Petra."
    assert bench.run(text, Says("Priya says 540."), task=Task.ASK)[-1].message.note == ""


def test_a_draft_that_cannot_be_sent_changes_nothing(bench: Bench) -> None:
    with pytest.raises(InputError, match="previewed before it is sent"):
        bench.run("Hi", source="openai")
    with pytest.raises(InputError, match="nothing to send"):
        bench.run("  ")
    assert bench.conversations.list() == []


def test_the_plan_estimates_without_a_model_and_counts_with_one(bench: Bench) -> None:
    draft = Draft(text="How many boats are in the harbour?", task=Task.ASK)
    before = bench.ask.plan(draft)
    assert (before.counted, before.basis, before.problem) == (False, "estimated", "")
    assert before.input_tokens > 0
    assert before.equivalent_nano
    bench.run("Hi", Says("one two three"))
    after = bench.ask.plan(draft)
    assert (after.counted, after.basis) == (True, "measured")
    assert after.seconds
    assert after.local_nano is not None
    assert after.left_out == ()


def test_titles_come_from_the_first_words_or_the_file(bench: Bench) -> None:
    file = Attachment(name="offsite-notes.txt", text="Notes.", size_bytes=5, sha256="0")
    bench.run("Three bullets please", Says("x"), task=Task.SUMMARIZE, attachments=(file,))
    bench.run("Reply to the landlord.\nMore", Says("x"))
    assert [row.title for row in bench.conversations.list()] == ["Reply to the landlord", "Offsite notes → summary"]
