"""The tokenizer: nothing is lost, digits stand alone, ids fit the model file."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from models.generator.chat import make_example
from models.generator.example import Turn
from models.tokenizer.bpe import Tokenizer
from models.tokenizer.chat import prompt_ids
from models.tokenizer.split import IM_END, IM_START, SPECIALS, from_letters, pieces, to_letters
from models.tokenizer.train import vocabulary


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.load()


@pytest.mark.parametrize("text", ["", "Zoë's 3 cafés", "a\n\n  b\t c ", "日本語 🙂 ½", "<|im_end|> is text here"])
def test_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert all(i >= len(SPECIALS) for i in ids)


def test_generated_text_comes_back_also_with_dropout(tokenizer: Tokenizer) -> None:
    rng = random.Random(1)
    for index in range(60):
        text = make_example(f"round-{index}", held=index % 2 == 0).source
        assert tokenizer.decode(tokenizer.encode(text)) == text
        assert tokenizer.decode(tokenizer.encode(text, rng, 0.2)) == text


def test_each_digit_is_a_token(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.encode("2024118")) == 7
    assert pieces("a 12b") == ["a", " ", "1", "2", "b"]


def test_vocabulary(tokenizer: Tokenizer) -> None:
    assert 4000 < len(tokenizer.tokens) == len(set(tokenizer.tokens)) < 8192
    assert tokenizer.tokens[: len(SPECIALS)] == list(SPECIALS)
    assert from_letters(to_letters("é\n ")) == "é\n ".encode()


def test_the_four_forms_of_a_word_are_cut_at_the_same_places() -> None:
    words = ["heating", "heat", "eat", "eating", "meeting", "meet", "the", "then", "theatre"] * 9
    text = " ".join(words + [word.capitalize() for word in words])
    learned = Tokenizer(vocabulary(Counter(pieces(text)), 40, 0))
    for word in (*words[:9], "thermostat", "etching", "zebra"):
        forms = [word, f" {word}", word.capitalize(), f" {word.capitalize()}"]
        cuts = [[learned.tokens[i] for i in learned.encode(form)] for form in forms]
        assert {tuple(cut[1:]) for cut in cuts} == {tuple(cuts[0][1:])}
        assert len({cut[0] for cut in cuts}) == 4


def test_prompt_has_the_form_of_the_chat_template(tokenizer: Tokenizer) -> None:
    ids = prompt_ids(tokenizer, [Turn("system", "S."), Turn("user", "Hi")])
    assert ids.count(IM_START) == 3
    assert ids.count(IM_END) == 2
    assert tokenizer.decode(ids) == "system\nS.\nuser\nHi\nassistant\n"
