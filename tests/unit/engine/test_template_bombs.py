"""Templates that want all the memory, or write a book: refused, and quickly."""

from __future__ import annotations

import sys

import pytest

from pennyweight.engine.protocol import Turn
from pennyweight.engine.template import BadTemplateError, ChatTemplate
from pennyweight.engine.watchdog import growth_limit

TALK = "{% for m in messages %}{{ m.content }}{% endfor %}"
DOUBLING = (
    "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}" + TALK
)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit of memory")
@pytest.mark.parametrize(
    "source", [DOUBLING, "{{ 'a' | center(9000000000) }}" + TALK, "{{ '%9000000000d' % 1 }}" + TALK]
)
def test_a_template_cannot_fill_the_memory(source: str) -> None:
    with pytest.raises(BadTemplateError, match="too much memory"):
        ChatTemplate(source, {}, limit_seconds=20)


@pytest.mark.parametrize(
    "source", ["a" * 300_000 + TALK, "{% for i in range(999) %}{{ 'a' * 999 }}{% endfor %}" + TALK]
)
def test_a_template_that_writes_a_book_is_refused(source: str) -> None:
    with pytest.raises(BadTemplateError, match="far more than the conversation"):
        ChatTemplate(source, {})


def test_long_contents_are_not_the_templates_doing() -> None:
    parts = ChatTemplate(TALK, {}).render([Turn("user", "a" * 1_000_000)])
    assert sum(len(part.text) for part in parts) == 1_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit of memory")
def test_the_limit_of_memory_is_taken_back() -> None:
    with growth_limit(1 << 28), pytest.raises(MemoryError):
        bytearray(1 << 30)
    assert len(bytearray(1 << 29)) == 1 << 29
