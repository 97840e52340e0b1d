"""Merging what arrived between two repaints: a fast model sends more events than a window can show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pennyweight.services.comparison import CompareEvent, SideDelta, SideLive, SideStatus
from pennyweight.services.events import AskEvent, Delta, Live, Status

Event = AskEvent | CompareEvent


def coalesce(events: Iterable[Event]) -> list[Event]:
    """What a batch comes to: of an answer, or of answers side by side."""
    arrived = list(events)
    sides = [event for event in arrived if isinstance(event, CompareEvent)]
    return [*coalesce_sides(sides)] if sides else [*coalesce_answer([e for e in arrived if isinstance(e, AskEvent)])]


def coalesce_sides(events: Iterable[CompareEvent]) -> list[CompareEvent]:
    """Of each side the deltas joined and the last figures; what a side says in other ways comes after its text."""
    merged: list[CompareEvent] = []
    pieces: dict[int, list[SideDelta]] = {}
    lives: dict[int, SideLive | SideStatus] = {}

    def flush() -> None:
        for position, parts in pieces.items():
            text, reasoning = "".join(part.text for part in parts), "".join(part.reasoning for part in parts)
            merged.append(SideDelta(position, text, reasoning))
        merged.extend(lives.values())
        pieces.clear()
        lives.clear()

    for event in events:
        if isinstance(event, SideDelta):
            pieces.setdefault(event.position, []).append(event)
        elif isinstance(event, (SideLive, SideStatus)):
            lives[event.position] = event
        else:
            flush()
            merged.append(event)
    flush()
    return merged


def coalesce_answer(events: Iterable[AskEvent]) -> list[AskEvent]:
    """The same events with neighbouring deltas of one message joined and only the last `Live` and `Status` of a run.

    Everything else keeps its place: text never moves across a status, a finished part or another message's text.
    """
    merged: list[AskEvent] = []
    pieces: list[Delta] = []
    live: Live | None = None
    status: Status | None = None

    def flush() -> None:
        nonlocal live, status
        if pieces:
            merged.append(_join(pieces))
            pieces.clear()
        if status is not None:
            merged.append(status)
        if live is not None:
            merged.append(live)
        live = status = None

    for event in events:
        if isinstance(event, Delta):
            if status is not None or (pieces and pieces[0].message_id != event.message_id):
                flush()
            pieces.append(event)
        elif isinstance(event, Live):
            live = event
        elif isinstance(event, Status):
            status = event
        else:
            flush()
            merged.append(event)
    flush()
    return merged


def _join(pieces: list[Delta]) -> Delta:
    return replace(
        pieces[0],
        text="".join(piece.text for piece in pieces),
        reasoning="".join(piece.reasoning for piece in pieces),
    )
