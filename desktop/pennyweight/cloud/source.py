"""A provider as a source of answers: `domain.answer.AnswerSource`, behind the gate."""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pennyweight import __version__
from pennyweight.cloud import errors as e
from pennyweight.cloud import failures
from pennyweight.cloud.answering import Answering
from pennyweight.cloud.exchange import Exchange
from pennyweight.cloud.facts import Provider
from pennyweight.cloud.gate import NO_CLEARANCE, Clearance, EgressGate, Outgoing, Permit
from pennyweight.cloud.limits import RateLimits, RetryPolicy
from pennyweight.cloud.network import Network
from pennyweight.cloud.tally import RoughEstimate, Tally, TokenEstimate
from pennyweight.cloud.wire import WIRES
from pennyweight.domain.answer import AnswerEvent, AnswerRequest, ChatTurn
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.secret import MaskedText, Secret
from pennyweight.meter import prices

_USUAL_CONTEXT = 32_768
"""Assumed where neither the provider's list nor the price table knows better."""
KeyReader = Callable[[], Secret | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Exactly what a question would send, for looking at before the yes. The key is not in it."""

    provider: Provider
    model: str
    outgoing: Outgoing
    input_tokens: int
    """Estimate."""
    encrypted: bool
    """False if it would travel in the clear to another machine."""

    @property
    def text(self) -> str:
        """The body as a person can read it."""
        return json.dumps(json.loads(self.outgoing.body), indent=2, ensure_ascii=False)


class _LastSeen:
    """Shared by a source and its `cleared` copies."""

    def __init__(self) -> None:
        self.limits = RateLimits()


class CloudSource:
    """Answers of one provider. Use `cleared` to show something at the gate; safe to use from several threads.

    `key` is called once per request, after the gate has let it through.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        gate: EgressGate,
        key: KeyReader,
        network: Network | None = None,
        estimate: TokenEstimate | None = None,
        retry: RetryPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self._last = _LastSeen()
        self._gate = gate
        self._key = key
        self._network = network or Network()
        self._estimate = estimate or RoughEstimate()
        self._retry = retry or RetryPolicy()
        self._clock = clock
        self._clearance = NO_CLEARANCE
        self._sending: Callable[[bool], None] = lambda _: None

    @property
    def limits(self) -> RateLimits:
        """From the headers of the last answer of this source or of one it was `cleared` from."""
        return self._last.limits

    def cleared(self, permit: Permit | None = None, *, conversation_id: str | None = None) -> CloudSource:
        """The same source with a permit for one request, or on behalf of a conversation."""
        other = copy.copy(self)
        other._clearance = Clearance(permit, conversation_id)
        return other

    def telling(self, sending: Callable[[bool], None]) -> CloudSource:
        """The same source; `sending` is told True just before a request leaves, and False once it is known that the
        provider turned it down or never got it. What it raises keeps the request from leaving.
        """
        other = copy.copy(self)
        other._sending = sending
        return other

    def prepare(self, request: AnswerRequest) -> Prepared:
        """What `stream` would send for this request: the same bytes. Sends nothing."""
        body = WIRES[self.provider.wire].body(request, self.provider)
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        outgoing = outgoing_to("POST", self.provider.address(request.model), text)
        return Prepared(
            provider=self.provider,
            model=request.model,
            outgoing=outgoing,
            input_tokens=self.count_prompt_tokens(request.turns, request.model),
            encrypted=outgoing.is_local or outgoing.url.startswith("https:"),
        )

    def stream(self, request: AnswerRequest, cancel: Cancel) -> Iterator[AnswerEvent]:
        """The events of one answer.

        Raises a CloudError. Where the server had the request by then, its `finished` says what may have been billed.
        """
        prepared = self.prepare(request)
        at = datetime.now(UTC)
        tally = Tally(self.provider.id, request.model, self._estimate, prepared.input_tokens, at)
        answering = Answering(WIRES[self.provider.wire].decoder(), tally, at, self._clock)
        prompt = tuple(turn.text for turn in request.turns)
        with self.exchange(prepared.outgoing, model=request.model, prompt=prompt) as opened:
            try:
                yield from answering.events(opened.exchange, opened.context, opened.headers, cancel, self._retry)
            finally:
                self._last.limits = opened.exchange.limits

    def count_prompt_tokens(self, turns: tuple[ChatTurn, ...], model: str) -> int:
        """An estimate: only the provider knows."""
        return self._estimate.prompt(turns, model)

    def context_window(self, model: str) -> int:
        """From the price table; a cautious guess for a model it does not know."""
        found = prices.find(f"{self.provider.id}/{model}")
        return found.context if found is not None and found.context else _USUAL_CONTEXT

    def exchange(self, outgoing: Outgoing, *, model: str = "", prompt: tuple[str, ...] = ()) -> Opened:
        """Ask the gate, then read the key. A CloudError, and nothing is sent."""
        facts = self.provider.key
        passage = self._gate.enter(outgoing, self._clearance)
        secret = self._key()
        if facts.needed and not secret:
            raise e.NoKeyError(
                f"There is no key for {self.provider.name}.",
                kept="Nothing was sent.",
                advice="Add one in the settings, or answer locally.",
                provider=self.provider.name,
            )
        headers = {
            "accept-encoding": "gzip",
            "user-agent": f"Pennyweight/{__version__}",
            **self.provider.headers,
            **self._key_header(secret, outgoing),
        }
        context = failures.Context(self.provider.name, model, secret, prompt)
        exchange = Exchange(self._network, self._gate, passage, outgoing, context, self._sending)
        return Opened(exchange, context, headers)

    def _key_header(self, secret: Secret | None, outgoing: Outgoing) -> dict[str, str]:
        if not secret:
            return {}
        name = self.provider.name
        if not re.fullmatch(r"[\x21-\x7e]{1,4096}", secret.reveal()):
            raise e.UnusableKeyError(
                f"The key for {name} holds a space or another character that no key has.",
                kept="Nothing was sent.",
                advice="Paste it again.",
                provider=name,
            )
        if not (outgoing.is_local or outgoing.url.startswith("https:")):
            raise e.PlainHttpError(
                f"The address of {name} is not encrypted, so the key was not sent.",
                kept="Nothing was sent.",
                advice="Use an address that starts with https.",
                provider=name,
            )
        return {self.provider.key.header: MaskedText(self.provider.key.prefix + secret.reveal())}


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """An exchange that the gate let through, with its headers. A context like the exchange itself."""

    exchange: Exchange
    context: failures.Context
    headers: dict[str, str]

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *error: object) -> None:
        self.exchange.__exit__(*error)


def outgoing_to(method: str, address: str, body: bytes = b"") -> Outgoing:
    """The request in the very spelling in which it will be sent."""
    import httpx

    try:
        return Outgoing(method, str(httpx.URL(address)), body)
    except httpx.InvalidURL:
        pass
    raise e.SetupError("That is not an address.", kept="Nothing was sent.", advice="It must look like https://host/v1.")
