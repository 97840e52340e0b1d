"""Long runs of one kind of character, which the library's own tokenizers do not survive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import llama_cpp.llama_cpp as lib
import pytest
from tests.real.engine.conftest import MakeEngine, MakeModel
from tests.support.asking import end_of, request
from tests.support.random_model import SPECIALS, tiny

from pennyweight.domain.answer import ChatTurn, TextDelta
from pennyweight.domain.cancel import Cancel
from pennyweight.engine.slices import LONGEST
from pennyweight.engine.worker.native import EngineLog, Vocabulary

OpenVocabulary = Callable[[Path], Vocabulary]
STARTER = Path(__file__).parents[3] / "models" / "starter" / "pennyweight-starter.gguf"
FRAGILE = ("gpt-4o", "bloom")
"""Pre-tokenizers that recurse for each character of a word."""
ODD_WORDS = ("1,234.50", "don't", "(naïve)", "E=mc2", "漢字かな", "«да»", "  ")
OTHERS = ("default", "llama-bpe", "deepseek-llm", "falcon", "gpt-2", "qwen2", "tekken", "kimi-k2", "exaone-moe")


@pytest.fixture
def open_vocabulary(library_log: EngineLog) -> Iterator[OpenVocabulary]:
    """Vocabularies in this very process, to compare with what the library says without us."""
    models: list[int] = []

    def open_file(path: Path) -> Vocabulary:
        params = lib.llama_model_default_params()
        params.vocab_only = True
        model = lib.llama_model_load_from_file(str(path).encode(), params)
        assert model
        models.append(model)
        return Vocabulary(model)

    yield open_file
    for model in models:
        lib.llama_model_free(model)


def of_kind(make_model: MakeModel, kind: str) -> Path:
    return make_model(f"pre-{kind}", tiny(metadata={"tokenizer.ggml.pre": kind}))


def prose(size: int, between: str = " ") -> str:
    """Ordinary text of several scripts, in one line where `between` is a space."""
    random = Random(5)
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    said: list[str] = []
    while sum(map(len, said)) < size:
        words = ["".join(random.choices(alphabet, k=random.randint(1, 11))) for _ in range(random.randint(3, 14))]
        words[random.randrange(len(words))] = random.choice(ODD_WORDS)
        said.append(" ".join(words).capitalize() + random.choice([".", "?", "!", ":", ".)", '."']))
    return between.join(said)


@pytest.mark.parametrize("kind", FRAGILE)
def test_a_long_run_of_anything_is_counted_and_the_child_lives(
    make_engine: MakeEngine, make_model: MakeModel, kind: str
) -> None:
    path = of_kind(make_model, kind)
    engine = make_engine()
    assert engine.count_text_tokens("Hello", path.stem) > 0
    pid = engine.process_id()
    for run in "a= _1漢\n!":
        assert engine.count_text_tokens(run * 60_000, path.stem) == 60_000 * len(run.encode())
    assert engine.count_text_tokens("//\n" * 40_000, path.stem) == 120_000
    assert engine.process_id() == pid


def test_an_answer_survives_the_count_of_a_long_run(make_engine: MakeEngine, make_model: MakeModel) -> None:
    path = of_kind(make_model, "gpt-4o")
    engine = make_engine()
    counted = 0
    events = []
    for event in engine.stream(request("Hello", model=path.stem, max_output_tokens=300), Cancel()):
        events.append(event)
        if isinstance(event, TextDelta) and not counted:
            counted = engine.count_text_tokens("=" * 60_000, path.stem)
    assert counted == 60_000
    assert end_of(events).usage.output_total == 300


def test_a_long_run_in_a_question_costs_what_it_costs_alone(make_engine: MakeEngine, make_model: MakeModel) -> None:
    path = of_kind(make_model, "gpt-4o")
    engine = make_engine()
    empty = engine.count_prompt_tokens((ChatTurn("user", ""),), path.stem)
    alone = engine.count_text_tokens("=" * 60_000, path.stem)
    assert engine.count_prompt_tokens((ChatTurn("user", "=" * 60_000),), path.stem) == empty + alone


@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
@pytest.mark.parametrize("kind", ["starter", *FRAGILE, *OTHERS])
def test_ordinary_text_has_the_tokens_that_the_library_gives_it(
    make_model: MakeModel, open_vocabulary: OpenVocabulary, kind: str, between: str
) -> None:
    vocabulary = open_vocabulary(STARTER if kind == "starter" else of_kind(make_model, kind))
    text = prose(12 * LONGEST, between)
    assert vocabulary.tokenize(text, special=False) == vocabulary.tokenize_whole(text, special=False)


@pytest.mark.parametrize("kind", ["starter", *OTHERS])
def test_a_run_in_one_line_has_the_tokens_that_the_library_gives_it(
    make_model: MakeModel, open_vocabulary: OpenVocabulary, kind: str
) -> None:
    vocabulary = open_vocabulary(STARTER if kind == "starter" else of_kind(make_model, kind))
    for run in ("=" * 10_000, "-" * 10_000, " " * 10_000, "ab" * 5_000, "1" * 9_999, "0123456789abcdef" * 600):
        text = f"Before\n{run}\nafter"
        assert vocabulary.tokenize(text, special=False) == vocabulary.tokenize_whole(text, special=False), run[:8]


def test_a_sentencepiece_vocabulary_is_asked_in_one_piece(
    make_model: MakeModel, open_vocabulary: OpenVocabulary
) -> None:
    vocabulary = open_vocabulary(make_model("sp-runs", tiny(sentencepiece=True)))
    text = prose(3 * LONGEST)
    assert vocabulary.tokenize(text, special=False) == vocabulary.tokenize_whole(text, special=False)


def test_control_tokens_of_a_template_are_never_cut(make_model: MakeModel, open_vocabulary: OpenVocabulary) -> None:
    vocabulary = open_vocabulary(of_kind(make_model, "gpt-4o"))
    text = "".join(SPECIALS) * 1_000
    ids = vocabulary.tokenize(text, special=True)
    assert ids == [1024 - 3, 1024 - 2, 1024 - 1] * 1_000
    assert all(token < 1024 - 3 for token in vocabulary.tokenize(text, special=False))
