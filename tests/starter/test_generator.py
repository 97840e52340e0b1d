"""The generator: the same for a seed, faithful, and silent about what is held out."""

from __future__ import annotations

import random

import pytest
from models.evaluate.score import invented_numbers
from models.generator.chat import make_example, recipe
from models.generator.grammar import frames, phrasings, table
from models.generator.invent import HELD_CODAS, HELD_ONSETS, by_chance
from models.generator.lexicon import held_words, inflect, words_of
from models.generator.pieces import notes_in_two, summary_of
from models.generator.rewording import reworded, words_of_style
from models.generator.tasks import TASKS
from models.generator.template import articles, both_sides, uncapital
from models.generator.written_out import written_out
from models.tokenizer.bpe import Tokenizer

SEEDS = range(1500)


def test_a_seed_always_gives_the_same_example() -> None:
    for index in range(50):
        assert make_example(f"same-{index}") == make_example(f"same-{index}")
    assert make_example("same-1") != make_example("same-2")


@pytest.mark.parametrize("held", [False, True])
def test_every_fact_of_an_answer_occurs_in_its_source(held: bool) -> None:
    for index in SEEDS:
        example = make_example(f"facts-{index}", held)
        source = example.source.casefold()
        assert [fact for fact in example.facts if fact.casefold() not in source] == []
        assert [fact for fact in example.facts if fact not in example.answer] == []


def test_answers_hold_no_number_that_the_source_lacks() -> None:
    for index in SEEDS:
        example = make_example(f"numbers-{index}")
        assert invented_numbers(example.answer, example.source) == [], example


def test_held_out_words_never_occur_in_training_examples() -> None:
    held = held_words()
    assert len(held) > 80
    for index in SEEDS:
        example = make_example(f"held-{index}")
        for turn in example.turns:
            assert not words_of(turn.text) & held, turn.text


def test_held_out_requests_never_occur_in_training_examples() -> None:
    held = {words.casefold() for task in table("phrasings") for words in phrasings(task, held=True)}
    for index in SEEDS:
        example = make_example(f"requests-{index}")
        for turn in example.turns:
            if turn.role == "user":
                assert turn.text.split("\n")[0].casefold() not in held


def test_words_made_by_chance_keep_clear_of_the_held_out_part() -> None:
    rng = random.Random(5)
    for _ in range(3000):
        word = by_chance(rng)
        assert word not in held_words()
        assert not any(part in word for part in (*HELD_ONSETS, *HELD_CODAS)), word


def test_words_made_by_chance_write_nearly_every_token() -> None:
    """A token that is never written in training comes out wrong later."""
    rng, tokenizer = random.Random(6), Tokenizer.load()
    small = {i for i, token in enumerate(tokenizer.tokens) if token.isalpha() and token.isascii() and token.islower()}
    found: set[int] = set()
    for _ in range(60_000):
        found.update(tokenizer.encode(by_chance(rng)))
    assert len(small & found) > 0.95 * len(small)


def test_held_out_sentence_patterns_are_another_set() -> None:
    assert not {frame.name for frame in frames(True)} & {frame.name for frame in frames(False)}


def test_the_programs_own_words_are_frequent() -> None:
    turns = [turn for index in SEEDS for turn in make_example(f"words-{index}").turns]
    systems = [turn.text for turn in turns if turn.role == "system"]
    requests = [turn.text.split("\n")[0] for turn in turns if turn.role == "user"]
    for name in ("ask", "draft", "rewrite", "summarize"):
        assert systems.count(recipe(name).system) > len(SEEDS) * 0.05
    for name in ("draft", "rewrite", "summarize"):
        assert requests.count(recipe(name).instruction) > len(SEEDS) * 0.02
    assert requests.count(recipe("summarize").join) > 10


def test_about_a_tenth_declines() -> None:
    declined = sum("reliably with this starter model" in make_example(f"no-{index}").answer for index in SEEDS)
    assert 0.07 < declined / len(SEEDS) < 0.14


@pytest.mark.parametrize("task", sorted(TASKS))
def test_each_task_makes_examples(task: str) -> None:
    for held in (False, True):
        for index in range(30):
            example = make_example(f"task-{index}", held, task)
            assert example.answer
            assert "{" not in example.answer
            assert "[[" not in example.answer + example.source


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("room 204", "Room 204."),
        ("bring the draft budget", "Please bring the draft budget."),
        ("order number A-4471", "The order number is A-4471."),
        ("phone 555-0142", "The phone number is 555-0142."),
        ("order the chairs", "Please order the chairs."),
        ("call Jane at 5", "Please call Jane at 5."),
        ("call with Tadeusz", "Call with Tadeusz."),
        ("can't make my appointment on Monday", "I can't make my appointment on Monday."),
        ("can you cover the phones", "Can you cover the phones?"),
        ("is there a cot?", "Is there a cot?"),
        ("need the rest by friday", "We need the rest by Friday."),
        ("thanks for the quote", "Thank you for the quote."),
        ("ask for written confirmation", "I would like to ask for written confirmation."),
        ("congratulate Baptiste on the exam", "I would like to congratulate Baptiste on the exam."),
        ("don't want to renew", "I don't want to renew."),
        ("don't forget the keys", "Please don't forget the keys."),
        ("all done before i go", "All done before I go."),
        ("meet at 5 p.m.", "Meet at 5 p.m."),
        ("pay it now!", "Please pay it now!"),
        ("cause: full disk", "The cause is full disk."),
        ("questions: ask Ann", "Questions: ask Ann."),
        ("Ann: bring cake", "Ann: bring cake."),
        ("Ann Lee: bring cake", "Ann Lee: bring cake."),
        ("Tuesday evening: choir", "Tuesday evening: choir."),
        ("Anna room: 204", "Anna room: 204."),
        ("remember: bring cake", "Please remember: bring cake."),
        ("everyone: bring a plate", "Everyone: bring a plate."),
        ("rent 3 cars by Friday", "Rent 3 cars by Friday."),
        ("cost 18 euros each", "The cost is 18 euros each."),
        ("Will called about the boat", "Will called about the boat."),
        ("costs of the trip", "Costs of the trip."),
        ("bring approx. 20 chairs w/old cushions", "Please bring about 20 chairs with old cushions."),
        ("Til Meyer is in room U", "Til Meyer is in room U."),
        ("Phone: 555-0142", "The phone number is 555-0142."),
        ("ordered 12 chairs on 5 May", "I ordered 12 chairs on 5 May."),
        ("ordered chairs arrived", "Ordered chairs arrived."),
        ("away until monday", "I am away until Monday."),
        ("will call back", "I will call back."),
        ("was due on 3 March", "It was due on 3 March."),
        ("is Ann coming", "Is Ann coming?"),
        ("pls call Ann tmrw", "Please call Ann tomorrow."),
        ("mtg w/ Ann moved: 3 May -> 4 May", "Meeting with Ann moved: 3 May to 4 May."),
        ("cant come on sat 3 May", "I can't come on Saturday 3 May."),
        ("fri.doe@example.org is FRI-22", "Fri.doe@example.org is FRI-22."),
    ],
)
def test_a_note_becomes_a_sentence_by_its_first_words(note: str, sentence: str) -> None:
    assert written_out(note) == sentence


@pytest.mark.parametrize(
    ("style", "text", "answer"),
    [
        ("simple", "Patrons may purchase a beverage solely here.", "Visitors may buy a drink only here."),
        ("simple", "We need an objective, PURCHASE and Funds Ltd.", "We need a goal, PURCHASE and Funds Ltd."),
        ("formal", "We can't come cause the boss is away.", "We cannot come because the manager is away."),
        ("short", "Really, it is a very old car.", "It is an old car."),
        ("short", "Really? Thank you very much.", "Really? Thank you very much."),
        ("simple", "A vehicle was found at 5 p.m. numerous times.", "A car was found at 5 p.m. many times."),
        ("formal", "Many thanks to Tane, sorry for the delay.", "Many thanks to Tane, sorry for the delay."),
    ],
)
def test_a_known_word_is_replaced_in_any_sentence(style: str, text: str, answer: str) -> None:
    assert reworded(style, text) == answer


@pytest.mark.parametrize("style", ["short", "simple", "formal"])
def test_no_two_replacements_of_a_style_contradict_each_other(style: str) -> None:
    groups = table("edits")[style]
    for name, pairs in groups.items():
        for pair in pairs if name not in {"word", "sentences", "hi", "bye"} else ():
            old, new = (side.strip(" ,") for side in pair.split("|"))
            if old in words_of_style(style):
                assert words_of_style(style)[old] == new, old


def test_a_summary_has_two_whole_sentences_of_its_text() -> None:
    assert summary_of([["A b.", "C d.", "E f."]]) == "A b. C d."
    assert summary_of([["A b.", "C d."], ["E f."], ["G h.", "I j."]]) == "A b. G h."
    assert summary_of([["A b."]]) == "A b."
    assert notes_in_two(["server down", "cause: full disk", "312 users"]) == "Server down; cause: full disk. 312 users."


def test_small_helpers() -> None:
    assert inflect("take:took:taking").past == "took"
    assert inflect("stop").past == "stopped"
    assert inflect("order").ing == "ordering"
    assert articles("a apple, a.m. a pear in building A is") == "an apple, a.m. a pear in building A is"
    assert both_sides("[[In order to|To]] win") == ("In order to win", "To win")
    assert uncapital("The cat") == "the cat"
    assert uncapital("Thea sat") == "Thea sat"
