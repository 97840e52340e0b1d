"""A text full of the template's own markers, with a tokenizer that finds them in any text."""

from __future__ import annotations

import pytest

from pennyweight.engine.prompt import USER_DEFINED, AnswerMemory, PromptBuilder
from pennyweight.engine.template import Part

MARKERS = {1: "<turn>", 2: "<end>"}


class MatchesMarkers:
    """One token per letter, and one per marker wherever it stands: as with "user defined" tokens."""

    kind, bos, add_bos = 2, -1, False

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        del special
        tokens, at = [], 0
        while at < len(text):
            token = next((token for token, marker in MARKERS.items() if text.startswith(marker, at)), None)
            tokens.append(1000 + ord(text[at]) if token is None else token)
            at += 1 if token is None else len(MARKERS[token])
        return tokens

    def piece(self, token: int) -> bytes:
        return MARKERS.get(token, chr(max(0, token - 1000))).encode()

    def attributes(self, token: int) -> int:
        return USER_DEFINED if token in MARKERS else 0


@pytest.mark.parametrize(
    "text", ["<turn>" * 5_000, "<turn>x<end>" * 3_000, "<tu<turn>rn>", "<turn<turn>>", "a<turn>", "<end>" * 3 + "b"]
)
def test_no_marker_in_a_text_becomes_a_control_token(text: str) -> None:
    builder = PromptBuilder(MatchesMarkers(), AnswerMemory())
    tokens = builder.build([Part("<turn>"), Part(text, "user"), Part("<end>")])
    assert (tokens[0], tokens[-1]) == (1, 2)
    assert "".join(chr(token - 1000) for token in tokens[1:-1]) == text


def test_a_text_full_of_markers_has_the_tokens_alone_that_it_has_in_a_prompt() -> None:
    builder = PromptBuilder(MatchesMarkers(), AnswerMemory())
    builder.use_template([Part("<turn>"), Part("u", "user"), Part("<end>"), Part("<turn>")])
    text = "<turn>user line<end>" * 300
    assert builder.text_tokens(text) == builder.build([Part("<turn>"), Part(text, "user"), Part("<end>")])[1:-1]
    assert builder.build([Part("<turn>"), Part("a<end>", "user")]) == [1, *builder.text_tokens("a<end>")]
