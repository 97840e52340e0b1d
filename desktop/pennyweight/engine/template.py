"""Chat templates: the model's own Jinja text, rendered in a sandbox with a time limit.

Contents are never rendered into the text directly. Each is replaced by a random mark, and the rendering is cut at the
marks, so that what the template wrote and what a person wrote stay apart until they are tokens.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pennyweight.domain.answer import Role
from pennyweight.engine.protocol import Turn
from pennyweight.engine.watchdog import TookTooLongError, call_with_limit, growth_limit

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LONGEST_REPEAT = 1_000_000
MOST_MEMORY = 1 << 30
LONGEST_FRAME = 200_000
LONGEST_FRAME_OF_A_TURN = 2_000
"""Letters that a template may add by itself: some write pages about tools, none a book."""

T = TypeVar("T")


class BadTemplateError(Exception):
    """The template is broken, hangs, or loses what was said. The text is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a rendered prompt: template text, or what a person or a model said (`role` is then set)."""

    text: str
    role: Role | None = None


class _GenerationTag(Extension):
    """`{% generation %}…{% endgeneration %}` marks answers for training; here it means its body."""

    tags = {"generation"}  # noqa: RUF012  Jinja's own attribute, declared as a set there

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return list(parser.parse_statements(("name:endgeneration",), drop_needle=True))


class _Sandbox(ImmutableSandboxedEnvironment):
    """No side effects, no attribute tricks, and no expression that alone fills the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and not (abs(left) < 1_000_000 and abs(right) < 64):
            raise SecurityError("power too large")
        if operator == "*":
            sizes = [len(side) for side in (left, right) if hasattr(side, "__len__")]
            factors = [side for side in (left, right) if isinstance(side, int)]
            if sizes and factors and sizes[0] * factors[0] > LONGEST_REPEAT:
                raise SecurityError("repetition too long")
        return super().call_binop(context, operator, left, right)


def _raise_exception(message: object = "") -> None:
    raise TemplateError(str(message))


def _tojson(value: Any, ensure_ascii: bool = False, indent: int | None = None, **_options: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)


def _environment() -> _Sandbox:
    environment = _Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _GenerationTag])
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    return environment


class ChatTemplate:
    """One model's template. Raises BadTemplateError when the text is no template, or no conversation comes out of it.

    `tokens` gives `bos_token` and `eos_token`. `system_role` tells if the template takes a system turn; if it does not,
    system text is put in front of the first user turn.
    """

    def __init__(self, source: str, tokens: Mapping[str, str], *, limit_seconds: float = 2.0) -> None:
        self._limit = limit_seconds
        self._tokens = dict(tokens)
        self._template = self._within_limit(lambda: _environment().from_string(source))
        talk = (Turn("system", "s"), Turn("user", "u"), Turn("assistant", "a"), Turn("user", "v"))
        self.system_role = True
        try:
            self._render(talk[:2])
        except BadTemplateError:
            self.system_role = False
        self.example = self.render(talk)
        """A short talk in which every role has its turn: what the template writes around contents."""

    def render(self, turns: Sequence[Turn]) -> list[Part]:
        """The prompt that asks for the next answer, in pieces. Raises BadTemplateError."""
        problem: BadTemplateError | None = None
        for attempt in self._variants(turns):
            try:
                return self._render(attempt)
            except BadTemplateError as error:
                problem = problem or error
        raise problem or BadTemplateError("There is nothing to render.")

    def _variants(self, turns: Sequence[Turn]) -> list[tuple[Turn, ...]]:
        """The turns as they are, then in shapes that stricter templates take."""
        folded = fold_system(turns)
        shapes = [tuple(turns), folded] if self.system_role else [folded]
        shapes += [merge_neighbours(shape) for shape in shapes]
        return list(dict.fromkeys(shapes))

    def _render(self, turns: Sequence[Turn]) -> list[Part]:
        key = secrets.token_hex(12)
        messages = [
            {"role": turn.role, "content": f"{_PAD}{_mark(key, index)}{_PAD}" if turn.text else ""}
            for index, turn in enumerate(turns)
        ]
        text = self._within_limit(
            lambda: self._template.render(
                messages=messages, add_generation_prompt=True, tools=None, documents=None, **self._tokens
            )
        )
        if len(text) > LONGEST_FRAME + LONGEST_FRAME_OF_A_TURN * len(turns):
            raise BadTemplateError("The model's chat template writes far more than the conversation has.")
        return _cut(text, key, turns)

    def _within_limit(self, action: Callable[[], T]) -> T:
        try:
            with growth_limit(MOST_MEMORY):
                return call_with_limit(action, self._limit)
        except TookTooLongError:
            raise BadTemplateError("The model's chat template does not come to an end.") from None
        except MemoryError:
            raise BadTemplateError("The model's chat template needs too much memory.") from None
        except Exception as error:  # a template is foreign code: whatever it raises means that it is broken
            raise BadTemplateError(f"The model's chat template is broken: {_one_line(error)}") from error


_PAD = "\t \t"
"""Around each mark: a template that trims contents loses it, and then we trim too."""


def _mark(key: str, index: int) -> str:
    return f"PW{key}N{index}E"


def _cut(text: str, key: str, turns: Sequence[Turn]) -> list[Part]:
    """Cut rendered text at the marks. Raises BadTemplateError if a content is missing."""
    parts: list[Part] = []
    seen: set[int] = set()
    position = 0
    for match in re.finditer(f"({_PAD})?PW{key}N(\\d+)E({_PAD})?", text):
        turn = turns[int(match[2])]
        seen.add(int(match[2]))
        content = turn.text if match[1] else turn.text.lstrip()
        content = content if match[3] else content.rstrip()
        parts.append(Part(text[position : match.start()]))
        parts.append(Part(content, turn.role))
        position = match.end()
    parts.append(Part(text[position:]))
    if any(turn.text and index not in seen for index, turn in enumerate(turns)):
        raise BadTemplateError("The model's chat template leaves out a part of the conversation.")
    return [part for part in parts if part.text]


def fold_system(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Without system turns: their text goes in front of the first user turn."""
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    others = [turn for turn in turns if turn.role != "system"]
    if not system:
        return tuple(others)
    for index, turn in enumerate(others):
        if turn.role == "user":
            others[index] = Turn("user", f"{system}\n\n{turn.text}" if turn.text else system)
            return tuple(others)
    return (Turn("user", system), *others)


def merge_neighbours(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Turns of the same role in a row become one, and an answer at the very start gets an empty question."""
    merged: list[Turn] = []
    for turn in turns:
        if merged and merged[-1].role == turn.role:
            merged[-1] = Turn(turn.role, f"{merged[-1].text}\n\n{turn.text}")
        else:
            merged.append(turn)
    first = next((index for index, turn in enumerate(merged) if turn.role != "system"), None)
    if first is not None and merged[first].role == "assistant":
        merged.insert(first, Turn("user", ""))
    return tuple(merged)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
