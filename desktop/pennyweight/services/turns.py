"""From stored messages to the turns that are sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pennyweight.domain.answer import ChatTurn, Role
from pennyweight.domain.conversation import Message, Task
from pennyweight.domain.recipe import Recipe

_SHORT_REQUEST = 240
"""Characters; a first paragraph up to this long may be the person's own instruction."""
_FOLLOW_UP = 400
"""Characters; in a running chat a text up to this long is an instruction, a longer one is new material."""
_ASKING_WORDS = frozenset({
    "please", "can", "could", "would", "make", "write", "draft", "summarize", "summarise", "shorten", "rewrite",
    "reword", "rephrase", "translate", "turn", "give", "list", "explain", "describe", "compose", "reply", "answer",
    "create", "put", "keep", "use", "tell", "what", "who", "when", "where", "why", "how", "fix", "improve",
    "simplify", "condense", "polish", "correct", "change", "add", "remove", "title", "subject", "bullet", "email",
    "e-mail",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """What the person wants (`instruction`) and the text it is about (`material`, may be empty)."""

    instruction: str
    material: str


def request_of(message: Message, recipe: Recipe) -> Request:
    """Take a person's message apart; the recipe's own instruction stands in where they gave only a text."""
    files = "\n\n".join(f"[{file.name}]\n{file.text.strip()}" for file in message.attachments)
    text = message.text.strip()
    if files:
        return Request(text or recipe.default_instruction, files)
    if message.task is Task.ASK or (message.parent_id is not None and len(text) <= _FOLLOW_UP):
        return Request(text, "")
    head, _, rest = text.partition("\n\n")
    if rest.strip() and _asks(head):
        return Request(head.strip(), rest.strip())
    first_line, _, more = text.partition("\n")
    if more.strip() and first_line.rstrip().endswith(":") and _asks(first_line):
        return Request(first_line.strip(), more.strip())
    if not rest and len(text) <= _SHORT_REQUEST and _asks(text):
        return Request(text, "")
    return Request(recipe.default_instruction, text)


def user_text(message: Message, recipe: Recipe) -> str:
    """The text of the user turn, always the same for the same message: the KV prefix depends on it."""
    return _whole(request_of(message, recipe))


def _whole(request: Request) -> str:
    return f"{request.instruction}\n\n{request.material}" if request.material else request.instruction


def _without_material(request: Request) -> str:
    """The wish alone, and that there was a text; empty where there was none."""
    if not request.material:
        return ""
    return f"{request.instruction}\n\n[A text of {len(request.material.split()):,} words, not repeated here.]"


def _asks(text: str) -> bool:
    words = text.strip().lower().split()
    return bool(words) and len(text) <= _SHORT_REQUEST and words[0].strip(",.:;!?") in _ASKING_WORDS


@dataclass(frozen=True, slots=True)
class Group:
    """One turn and the messages it was made of."""

    role: Role
    text: str
    messages: tuple[Message, ...]
    short: str = ""
    """The turn without the text that it is about, for a text that fits into no prompt; empty if there is none."""


def groups(path: Sequence[Message], recipes: dict[Task, Recipe]) -> list[Group]:
    """The branch as alternating turns: empty answers fall away, and neighbours of one role become one turn."""
    found: list[Group] = []
    for message in path:
        if message.role == "user":
            request = request_of(message, recipes[message.task])
            text, short = _whole(request), _without_material(request)
        else:
            text, short = message.text.strip(), ""
        if not text:
            continue
        if found and found[-1].role == message.role:
            last = found.pop()
            both = f"{last.short or last.text}\n\n{short or text}" if last.short or short else ""
            found.append(Group(last.role, f"{last.text}\n\n{text}", (*last.messages, message), both))
        elif found or message.role == "user":
            found.append(Group(message.role, text, (message,), short))
    return found


def as_turns(system: str, chosen: Iterable[Group]) -> tuple[ChatTurn, ...]:
    head = (ChatTurn("system", system),) if system else ()
    return (*head, *(ChatTurn(group.role, group.text) for group in chosen))
