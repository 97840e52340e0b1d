"""What of a chat is sent, and that the start of the prompt stays the same for several turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.answer import Role
from pennyweight.domain.conversation import Attachment, Message, Task
from pennyweight.services.context_plan import ContextPlan, plan_context
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.tokens import EstimatedCounter, least_tokens
from pennyweight.services.turns import Group, groups, request_of, user_text

RECIPES = {recipe.task: recipe for recipe in RecipeBook()}


def message(
    number: int, role: Role, text: str, task: Task = Task.ASK, attachments: tuple[Attachment, ...] = ()
) -> Message:
    return Message(
        id=str(number), conversation_id="c", parent_id=str(number - 1) if number else None, role=role, text=text,
        created_at=datetime(2026, 11, 1, tzinfo=UTC), task=task, attachments=attachments,
    )  # fmt: skip


def chat(sizes: list[int]) -> list[Group]:
    """Turns of so many tokens, the person's first; the last is the person's too."""
    path = [message(i, "assistant" if i % 2 else "user", "x" * 4 * size) for i, size in enumerate(sizes)]
    return groups(path, RECIPES)


def plan(found: list[Group], window: int = 1000) -> ContextPlan:
    return plan_context("Be brief.", found, EstimatedCounter(window, 4.0), max_output=200)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=25).filter(lambda sizes: len(sizes) % 2 == 1))
def test_system_prompt_and_newest_turn_always_go_along_and_the_answer_has_room(sizes: list[int]) -> None:
    found = chat(sizes)
    made = plan(found)
    assert made.turns[0].role == "system"
    assert made.turns[-1].text == found[-1].text
    assert made.overflow == 0
    assert made.input_tokens + made.max_output <= 1000
    assert made.max_output == 200
    kept = len(made.turns) - 1
    assert kept + len(made.left_out) == len(sizes)
    assert made.turns[1].role == "user"
    assert 0 <= made.resent_tokens <= made.input_tokens


def test_old_turns_go_in_big_steps() -> None:
    sizes = [40] * 101
    firsts = []
    for end in range(1, len(sizes) + 1, 2):
        firsts.append(plan(chat(sizes[:end])).turns[1].text + str(len(plan(chat(sizes[:end])).left_out)))
    changes = sum(one != other for one, other in pairwise(firsts))
    assert changes <= 12


def test_what_is_left_out_is_told() -> None:
    assert plan(chat([10])).left_out_sentence == ""
    made = plan(chat([300, 300, 300, 300, 100]))
    assert [left.id for left in made.left_out] == ["0", "1", "2", "3"][: len(made.left_out)]
    assert "oldest messages" in made.left_out_sentence


def test_an_earlier_text_that_fits_into_no_prompt_falls_away_and_its_answer_stays() -> None:
    """As after a summary in parts: "Shorter, please" is about the summary."""
    file = Attachment(name="minutes.txt", text="word " * 3000, size_bytes=15_000, sha256="")
    path = [
        message(0, "user", "Summarize this.", Task.SUMMARIZE, (file,)),
        message(1, "assistant", "The harbour opens on 4 May."),
        message(2, "user", "Shorter, please.", Task.SUMMARIZE),
    ]
    made = plan(groups(path, RECIPES))
    assert [turn.text for turn in made.turns[1:]] == [
        "Summarize this.\n\n[A text of 3,001 words, not repeated here.]",
        "The harbour opens on 4 May.",
        "Shorter, please.",
    ]
    assert made.left_out == ()
    assert "is not sent again, its answer is" in made.left_out_sentence
    small = replace(path[0], attachments=(replace(file, text="word " * 30),))
    whole = plan(groups([small, *path[1:]], RECIPES))
    assert "word word" in whole.turns[1].text
    assert whole.left_out_sentence == ""


def test_a_newest_turn_that_is_too_long_is_an_overflow() -> None:
    assert plan(chat([10, 10, 2000])).overflow > 1000


@given(st.lists(st.sampled_from(["word", "Straßenbahnhaltestelle", "    ", "\n\n", "a", "学习", "1,024.5"])))
def test_the_lower_bound_is_below_every_estimate(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert least_tokens(text) <= EstimatedCounter(1000, 9.0).text(text)


def test_empty_answers_fall_away_and_turns_alternate() -> None:
    path = [message(0, "user", "one"), message(1, "assistant", ""), message(2, "user", "two")]
    (group,) = groups(path, RECIPES)
    assert group.text == "one\n\ntwo"
    assert group.messages == (path[0], path[2])


def test_a_file_is_named_and_follows_the_wish_or_the_recipes_own_words() -> None:
    file = Attachment(name="notes.txt", text="\nThe text.\n", size_bytes=3, sha256="0")
    own = message(0, "user", "Three bullets.", Task.SUMMARIZE, attachments=(file,))
    recipe = RECIPES[Task.SUMMARIZE]
    assert user_text(own, recipe) == "Three bullets.\n\n[notes.txt]\nThe text."
    bare = message(0, "user", "", Task.SUMMARIZE, attachments=(file,))
    assert request_of(bare, recipe).instruction == recipe.default_instruction


def test_a_pasted_text_gets_the_recipes_words_unless_it_brings_its_own() -> None:
    recipe = RECIPES[Task.REWRITE]
    pasted = message(0, "user", "The hall is open. It costs nothing.", Task.REWRITE)
    assert request_of(pasted, recipe).material == pasted.text
    asked = message(0, "user", "Make it politer:\n\nThe hall is closed.", Task.REWRITE)
    assert request_of(asked, recipe) == type(request_of(asked, recipe))("Make it politer:", "The hall is closed.")
    follow_up = message(4, "user", "Shorter. No names.", Task.REWRITE)
    assert user_text(follow_up, recipe) == "Shorter. No names."
    question = message(0, "user", "The hall?", Task.ASK)
    assert user_text(question, RECIPES[Task.ASK]) == "The hall?"
