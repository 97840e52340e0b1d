"""What all wire formats share: pieces of an answer, the outcome of a stream, careful reading of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from pennyweight.cloud.wire.sse import SseEvent
from pennyweight.domain.answer import ChatTurn, StopReason

JsonObject = dict[str, object]
EMPTY: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text of the answer, or of the reasoning before it."""

    text: str
    reasoning: bool = False


@dataclass(slots=True)
class Outcome:
    """What a stream has told so far. `usage` is as the provider writes it, ready for `meter.usage.normalize`."""

    usage: JsonObject | None = None
    usage_final: bool = False
    """False while `usage` is an early count that later events would have replaced."""
    service_tier: str | None = None
    stop: StopReason | None = None
    """Why the model ended; None until it says so."""
    ended: bool = False
    """True once nothing more is to come."""
    refused: bool = False
    """True if the provider's rules ended it."""


class Decoder(Protocol):
    """Turns the events of one stream into pieces; `outcome` is up to date after each."""

    outcome: Outcome

    def feed(self, event: SseEvent) -> Iterator[Piece]:
        """ProviderSaidError if the stream carries a failure; GarbledError if the event cannot be read."""
        ...


class GarbledError(ValueError):
    """An event that is not what the wire format allows."""


class ProviderSaidError(Exception):
    """A failure told inside a stream. The words are the provider's: classify and scrub before showing."""

    def __init__(self, *, code: str = "", kind: str = "", message: str = "", status: int | None = None) -> None:
        super().__init__("the provider reported a failure inside the stream")
        self.code = code
        self.kind = kind
        self.message = message
        self.status = status

    @classmethod
    def of(cls, error: object) -> ProviderSaidError:
        """From an error in any of the shapes in use: a text, or an object with code, type, status, message."""
        if not isinstance(error, dict):
            return cls(message=error if isinstance(error, str) else "")
        code = error.get("code")
        inner = error.get("error")
        if isinstance(inner, dict) and "message" not in error:
            return cls.of(inner)
        status = code if isinstance(code, int) and not isinstance(code, bool) else None
        return cls(
            code=text_of(error, "code"),
            kind=text_of(error, "type") or text_of(error, "status"),
            message=text_of(error, "message"),
            status=status if status is None or 400 <= status < 600 else None,
        )


def read_object(text: str | bytes) -> JsonObject:
    """The JSON object in `text`, fractions as Decimal. GarbledError if it is not one."""
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise GarbledError("not JSON") from None
    if not isinstance(found, dict):
        raise GarbledError("not a JSON object")
    return found


def object_of(holder: object, name: str) -> Mapping[str, object]:
    """The object under `name`, an empty one if there is none."""
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else EMPTY


def list_of(holder: object, name: str) -> list[object]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, list) else []


def text_of(holder: object, name: str) -> str:
    """The text under `name`, empty if there is none or it is something else."""
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, str) else ""


def usage_of(holder: object, name: str = "usage") -> JsonObject | None:
    """The usage object under `name`, None if absent, null or empty."""
    found = object_of(holder, name)
    return dict(found) if found else None


def split_system(turns: tuple[ChatTurn, ...]) -> tuple[str, list[ChatTurn]]:
    """The system texts joined by blank lines, and the other turns with neighbours of one role joined."""
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system" and turn.text)
    rest: list[ChatTurn] = []
    for turn in turns:
        if turn.role == "system":
            continue
        if rest and rest[-1].role == turn.role:
            rest[-1] = ChatTurn(turn.role, f"{rest[-1].text}\n\n{turn.text}")
        else:
            rest.append(turn)
    return system, rest
