"""Adding answers that are still being written to the totals of what is committed, without asking the store again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pennyweight.domain.ledger import LedgerTotals, TokenTotals
from pennyweight.services.events import AnswerDone, AnswerFailed, AnswerStarted, AskEvent, Live


def fold(totals: LedgerTotals, lives: Iterable[Live]) -> LedgerTotals:
    """`totals` plus the running figures of each answer. Always fold from the committed totals: nothing is kept."""
    for live in lives:
        totals = _add(totals, live)
    return totals


class LiveAnswers:
    """The answers being written and those just committed that the last totals do not hold yet."""

    def __init__(self) -> None:
        self._conversations: dict[str, str] = {}
        self._lives: dict[str, Live] = {}
        self._settled: set[str] = set()

    def take(self, event: AskEvent) -> bool:
        """Note one event; True if an answer was committed, so that the totals are to be asked for anew."""
        match event:
            case AnswerStarted(message=message):
                self._conversations[message.id] = message.conversation_id
            case Live():
                if event.message_id not in self._settled:
                    self._lives[event.message_id] = event
            case AnswerDone(message=message) | AnswerFailed(message=message):
                self._settled.add(message.id)
                return True
            case _:
                pass
        return False

    def settled(self) -> frozenset[str]:
        """Answers that totals asked for from now on will hold: hand it to `forget` when those have come."""
        return frozenset(self._settled)

    def writing(self) -> frozenset[str]:
        """Answers that are not committed as a whole; rows of their parts may be. Totals are to be asked for without
        them, and hold them otherwise."""
        return frozenset(self._conversations) - self._settled

    def settle(self) -> bool:
        """Nothing is being written any more, however it ended; True if totals are to be asked for anew."""
        broken = self.writing()
        self._settled |= broken
        return bool(broken)

    def forget(self, message_ids: Iterable[str]) -> None:
        for message_id in message_ids:
            self._lives.pop(message_id, None)
            self._conversations.pop(message_id, None)
            self._settled.discard(message_id)

    def shown(self, conversation_id: str | None, everywhere: bool) -> list[Live]:
        """The running figures that belong to the period shown: of one chat, or of all."""
        return [
            live for key, live in self._lives.items() if everywhere or self._conversations.get(key) == conversation_id
        ]

    def running(self) -> Live | None:
        """The answer that is being written now."""
        return next((live for key, live in self._lives.items() if key not in self._settled), None)

    def uncommitted_joules(self) -> float | None:
        """Joules of the answer that the totals do not hold yet; None if there is none."""
        return next((live.joules for live in reversed(self._lives.values()) if not in_cloud(live)), None)


def in_cloud(live: Live) -> bool:
    """True for an answer that is written elsewhere: nothing here is read for it."""
    return live.billed_nano is not None or (live.local_nano is None and not live.energy_source)


def _add(totals: LedgerTotals, live: Live) -> LedgerTotals:
    if in_cloud(live):
        return replace(
            totals,
            answers=totals.answers + 1,
            cloud=_add_tokens(totals.cloud, live),
            billed_nano=totals.billed_nano + (live.billed_nano or 0),
            seconds=totals.seconds + live.seconds,
        )
    sources = totals.energy_sources
    if live.energy_source and live.energy_source not in sources:
        sources = (*sources, live.energy_source)
    expected = live.equivalent_nano
    return replace(
        totals,
        answers=totals.answers + 1,
        local=_add_tokens(totals.local, live),
        electric_nano=totals.electric_nano + (live.local_nano or 0),
        electric_low_nano=totals.electric_low_nano + (live.low or 0),
        electric_high_nano=totals.electric_high_nano + (live.high or 0),
        hardware_nano=totals.hardware_nano + (live.hardware_nano or 0),
        equivalent_nano=totals.equivalent_nano + (expected or 0),
        equivalent_low_nano=totals.equivalent_low_nano + (expected or 0),
        equivalent_high_nano=totals.equivalent_high_nano + (expected or 0),
        energy_joules=totals.energy_joules + live.joules,
        seconds=totals.seconds + live.seconds,
        energy_sources=sources,
    )


def _add_tokens(tokens: TokenTotals, live: Live) -> TokenTotals:
    return replace(
        tokens,
        input_total=tokens.input_total + live.input_total,
        resent=tokens.resent + live.resent,
        reused=tokens.reused + live.reused,
        output_total=tokens.output_total + live.output_total,
        reasoning=tokens.reasoning + live.reasoning,
    )
