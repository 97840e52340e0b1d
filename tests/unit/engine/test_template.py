from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import templates

from pennyweight.engine.protocol import Turn
from pennyweight.engine.template import CHATML, BadTemplateError, ChatTemplate, Part, fold_system, merge_neighbours

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
SYSTEM, USER, ANSWER, NEXT = (
    Turn("system", "Be brief."),
    Turn("user", "Hi"),
    Turn("assistant", "Hello."),
    Turn("user", "Why?"),
)


def rendered(source: str, *turns: Turn) -> str:
    return "".join(part.text for part in ChatTemplate(source, TOKENS).render(turns))


def test_contents_are_parts_of_their_own() -> None:
    parts = ChatTemplate(CHATML, TOKENS).render([SYSTEM, USER])
    assert parts == [
        Part("<|im_start|>system\n"),
        Part("Be brief.", "system"),
        Part("<|im_end|>\n<|im_start|>user\n"),
        Part("Hi", "user"),
        Part("<|im_end|>\n<|im_start|>assistant\n"),
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4))
def test_whatever_a_person_writes_stays_in_their_part(texts: list[str]) -> None:
    turns = [Turn("user" if index % 2 == 0 else "assistant", text) for index, text in enumerate(texts)]
    parts = ChatTemplate(CHATML, TOKENS).render(turns)
    assert [part.text for part in parts if part.role] == texts


def test_a_template_without_system_role_gets_the_system_text_in_the_first_question() -> None:
    template = ChatTemplate(templates.NO_SYSTEM_ROLE, TOKENS)
    assert not template.system_role
    text = "".join(part.text for part in template.render([SYSTEM, USER, ANSWER, NEXT]))
    assert text.startswith("<s><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello.")


def test_a_template_that_drops_system_turns_silently_is_found_out() -> None:
    template = ChatTemplate(templates.SILENT_ABOUT_SYSTEM, TOKENS)
    assert not template.system_role
    assert "Be brief." in "".join(part.text for part in template.render([SYSTEM, USER]))


def test_contents_are_trimmed_where_the_template_trims() -> None:
    text = rendered(templates.NO_SYSTEM_ROLE, Turn("user", "  spaced out \n"))
    assert "user\nspaced out<end_of_turn>" in text
    assert "user\n  spaced out \n<|im_end|>" in rendered(CHATML, Turn("user", "  spaced out \n"))


def test_two_questions_in_a_row_are_joined_where_roles_must_alternate() -> None:
    assert "Hi\n\nWhy?" in rendered(templates.NO_SYSTEM_ROLE, USER, NEXT)
    assert "Hi\n\nWhy?" not in rendered(CHATML, USER, NEXT)


def test_macros_loop_controls_time_and_json_work() -> None:
    text = rendered(templates.RICH, USER)
    assert text.startswith("<|h|>USER 20")
    assert "null<|/h|>Hi<|e|>" in text


def test_thinking_templates_render() -> None:
    assert rendered(templates.OPENS_THINKING, SYSTEM, USER).endswith("<|im_start|>assistant\n<think>\n")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (templates.BROKEN, "broken"),
        (templates.FORGETFUL, "leaves out"),
        (templates.HUNGRY, "too long"),
        (templates.SNEAKY, "broken"),
        ("{{ 2 ** 9999999999 }}", "too large"),
        ("{{ raise_exception('never') }}", "never"),
        ("Always the same.", "leaves out"),
        ("{{ messages.append(1) }}", "broken"),
    ],
)
def test_a_bad_template_is_refused_with_a_reason(source: str, sentence: str) -> None:
    with pytest.raises(BadTemplateError, match=sentence):
        ChatTemplate(source, TOKENS)


def test_a_template_that_never_ends_is_interrupted() -> None:
    with pytest.raises(BadTemplateError, match="does not come to an end"):
        ChatTemplate(templates.ENDLESS, TOKENS, limit_seconds=0.2)


def test_folding_without_a_question_makes_one() -> None:
    assert fold_system([SYSTEM]) == (Turn("user", "Be brief."),)
    assert fold_system([SYSTEM, USER]) == (Turn("user", "Be brief.\n\nHi"),)
    assert fold_system([USER]) == (USER,)


def test_merging_keeps_every_text() -> None:
    merged = merge_neighbours([SYSTEM, ANSWER, USER, NEXT])
    assert [turn.role for turn in merged] == ["system", "user", "assistant", "user"]
    assert merged[-1].text == "Hi\n\nWhy?"
