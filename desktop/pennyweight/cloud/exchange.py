"""One request through the gate: connect, try again where that is safe, hand out bytes, hang up when told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import httpx

from pennyweight.cloud import errors as e
from pennyweight.cloud import failures
from pennyweight.cloud.gate import EgressGate, Outgoing, Passage
from pennyweight.cloud.limits import RateLimits, RetryPolicy, rate_limits
from pennyweight.cloud.network import PASSAGE, Network
from pennyweight.domain.cancel import Cancel

_MOST_ERROR_BYTES = 64 * 1024
_REDIRECTS = range(300, 400)


_BEFORE_SENDING = (e.ProxyFailedError, e.TlsError, e.ConnectionFailedError)


class HungUpError(Exception):
    """The person stopped it, or the lock went on."""


class _Line:
    """The sockets of a request, so that another thread can end a read that blocks."""

    def __init__(self, sending: Callable[[bool], None]) -> None:
        self._sending = sending
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.hung_up = False
        self.sent = False
        """True once the whole request is with the server, which may bill it from then on."""

    def trace(self, name: str, info: Mapping[str, object]) -> None:
        """Called by the HTTP library at each step of a connection."""
        if name.endswith("connect_tcp.complete"):
            self._add(info.get("return_value"))
        elif name.endswith("start_tls.started"):
            self.sent = False  # what went before was for a proxy: the request itself goes through TLS
        elif name.endswith("send_request_headers.started"):
            if getattr(info.get("request"), "method", b"") != b"CONNECT":  # that one is for a proxy
                self._sending(True)
        elif name.endswith("send_request_body.complete"):
            self.sent = True

    def not_billed(self) -> None:
        self.sent = False
        self._sending(False)

    def hang_up(self) -> None:
        with self._lock:
            self.hung_up = True
            for held in self._sockets:
                _shut(held)

    def release(self) -> None:
        with self._lock:
            for held in self._sockets:
                held.close()
            self._sockets.clear()

    def _add(self, stream: object) -> None:
        info = getattr(stream, "get_extra_info", None)
        connected = info("socket") if info else None
        if not isinstance(connected, socket.socket):
            return
        # a duplicate stays valid when TLS takes the original over
        held = connected.dup()
        with self._lock:
            self._sockets.append(held)
            if self.hung_up:
                _shut(held)


def _shut(held: socket.socket) -> None:
    with suppress(OSError):  # already closed by the other side
        held.shutdown(socket.SHUT_RDWR)


class Exchange:
    """Use as a context: leaving it closes the connection. `open` first, then `chunks`."""

    def __init__(
        self,
        network: Network,
        gate: EgressGate,
        passage: Passage,
        outgoing: Outgoing,
        context: failures.Context,
        sending: Callable[[bool], None],
    ) -> None:
        """`sending` is told True before each try leaves, and False once that is known to cost nothing."""
        self._network = network
        self._passage = passage
        self._outgoing = outgoing
        self._context = context
        self._line = _Line(sending)
        self._client: httpx.Client | None = None
        self._response: httpx.Response | None = None
        self._take_back = [gate.on_offline(self._line.hang_up)]
        self.limits = RateLimits()

    @property
    def sent(self) -> bool:
        """True if the server has the request and did not turn it down."""
        return self._line.sent

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        for take_back in self._take_back:
            take_back()
        self._close()
        self._passage.close()

    def open(self, headers: Mapping[str, str], cancel: Cancel, retry: RetryPolicy) -> httpx.Response:
        """An answer of status 200, its body unread. A CloudError, or HungUpError."""
        self._take_back.append(cancel.on_cancel(self._line.hang_up))
        attempt = 1
        while True:
            self.check()
            told, failure = self._try(headers)
            if failure is None and self._response is not None:
                return self._response
            self._close()
            if failure is None:
                raise RuntimeError("neither an answer nor a failure")
            attempt += 1
            wait = retry.wait_before(attempt, failure, told)
            if wait is None:
                raise failure
            if cancel.wait(wait):
                raise HungUpError

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives, decompressed. A CloudError, or HungUpError."""
        response = self._response
        if response is None:
            raise RuntimeError("open comes first")
        failure: e.CloudError | None = None
        try:
            for chunk in response.iter_bytes():
                self.check()
                yield chunk
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            failure = failures.from_transport(self._context, error)
        self.check()
        if failure is not None:
            raise failure  # outside the handler: nothing that holds the request hangs on to it

    def check(self) -> None:
        """HungUpError once somebody stopped it: what has already arrived is not worked through."""
        if self._line.hung_up:
            raise HungUpError

    def not_billed(self) -> None:
        """What answered was not the provider, or turned the request down."""
        self._line.not_billed()

    def _try(self, headers: Mapping[str, str]) -> tuple[Mapping[str, str], e.CloudError | None]:
        """The headers of what came, and why it is no answer (None if it is one)."""
        self._client = self._network.client(self._outgoing.url)
        self._line.sent = False
        extensions = {PASSAGE: self._passage, "trace": self._line.trace}
        failure: e.CloudError | None = None
        try:
            request = self._client.build_request(
                self._outgoing.method,
                self._outgoing.url,
                headers=dict(headers),
                content=self._outgoing.body or None,
                extensions=extensions,
            )
            response = self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            proxied = self._network.proxy_for(self._outgoing.url) is not None
            failure = failures.from_transport(self._context, error, proxied=proxied)
        if isinstance(failure, _BEFORE_SENDING):
            self.not_billed()  # a proxy that refuses has got a request too, but not this one
        if failure is None:
            self._response = response
            if response.status_code != httpx.codes.OK:
                self.not_billed()
        self.check()
        if failure is not None:
            return {}, failure
        self.limits = rate_limits(response.headers)
        accepted = response.status_code == httpx.codes.OK
        return response.headers, None if accepted else self._turned_down(response)

    def _turned_down(self, response: httpx.Response) -> e.CloudError:
        if response.status_code in _REDIRECTS:
            return self._redirect(response)
        return failures.from_status(self._context, response.status_code, response.headers, self.beginning())

    def _redirect(self, response: httpx.Response) -> e.RedirectError:
        here = httpx.URL(self._outgoing.url)
        try:
            there = here.join(response.headers.get("location", ""))
        except httpx.InvalidURL:
            there = here
        elsewhere = (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port)
        host = self._context.detail(there.host)
        where = f"another place{f' ({host})' if host else ''}" if elsewhere else "another page of the same server"
        return e.RedirectError(
            f"{self._context.provider} points to {where}.",
            kept="Neither your key nor your text was sent there.",
            advice="If the provider has moved, change its address in the settings.",
            provider=self._context.provider,
            status=response.status_code,
        )

    def beginning(self) -> bytes:
        """The beginning of the body, as far as it comes."""
        body = b""
        if self._response is None:
            return body
        with suppress(httpx.HTTPError, httpx.StreamError, ValueError):  # an error page cut short still has its status
            for chunk in self._response.iter_bytes():
                body += chunk
                if len(body) >= _MOST_ERROR_BYTES:
                    break
        return body[:_MOST_ERROR_BYTES]

    def read_all(self, most_bytes: int) -> bytes:
        """The whole body. GarbledStreamError if it is larger than that."""
        body = bytearray()
        for chunk in self.chunks():
            body += chunk
            if len(body) > most_bytes:
                raise failures.garbled(self._context)
        return bytes(body)

    def _close(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None
        if self._client is not None:
            self._client.close()
            self._client = None
        self._line.release()
