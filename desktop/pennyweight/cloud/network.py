"""How connections are made: certificates, proxies, time limits. Every request passes the gate here.

TLS is always verified. `SSL_CERT_FILE` and `SSL_CERT_DIR` are respected, as are `HTTPS_PROXY`, `HTTP_PROXY`,
`ALL_PROXY` and `NO_PROXY` (or the system's proxy settings); what is set in the program comes first.
"""

from __future__ import annotations

import ssl
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import httpx

from pennyweight.cloud.errors import ProxyFailedError, SetupError
from pennyweight.cloud.gate import Outgoing, Passage, is_loopback

PASSAGE = "pennyweight.passage"
DIRECT = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Time limits in seconds. `silence` is the longest wait for the next byte: reasoning can be quiet for minutes."""

    connect_timeout: float = 10.0
    silence: float = 300.0
    ca_file: Path | None = None
    """Certificates to trust in addition, PEM."""
    proxy: str | None = None
    """An address, `direct` for none, None for what the environment says."""


class GatedTransport(httpx.BaseTransport):
    """The only way out. A request without a passage does not get to a socket."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        passage = request.extensions.get(PASSAGE)
        if not isinstance(passage, Passage):
            raise RuntimeError("a request without a passage: every request enters through the gate")
        outgoing = Outgoing(request.method, str(request.url), request.content)
        if outgoing.host != request.url.raw_host.decode("ascii").lower():
            raise RuntimeError("the address is read in two ways")
        passage.check(outgoing)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class Network:
    """Makes one client per request, so that ending a request ends its connection."""

    def __init__(self, settings: NetworkSettings | None = None) -> None:
        self.settings = settings or NetworkSettings()
        self._tls: ssl.SSLContext | None = None

    def client(self, url: str) -> httpx.Client:
        """A client for one request to `url`; close it. SetupError or ProxyFailedError if the settings are unusable."""
        settings = self.settings
        timeout = httpx.Timeout(settings.silence, connect=settings.connect_timeout)
        transport = GatedTransport(self._transport(url))
        return httpx.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)

    def _transport(self, url: str) -> httpx.BaseTransport:
        proxy = self.proxy_for(url)
        try:
            return httpx.HTTPTransport(verify=self._context(), trust_env=False, proxy=proxy, retries=0)
        except (ImportError, ValueError):
            pass
        raise ProxyFailedError(
            "The proxy setting cannot be used.", kept="Nothing was sent.", advice="It must look like http://host:port."
        )

    def proxy_for(self, url: str) -> str | None:
        """The proxy for this address; never one for this computer itself."""
        parts = httpx.URL(url)
        if is_loopback(parts.host) or self.settings.proxy == DIRECT:
            return None
        if self.settings.proxy:
            return _with_scheme(self.settings.proxy)
        found = urllib.request.getproxies()
        proxy = found.get(parts.scheme) or found.get("all")
        if not proxy or urllib.request.proxy_bypass(parts.host):
            return None
        return _with_scheme(proxy)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = _tls_context(self.settings.ca_file)
        return self._tls


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy else f"http://{proxy}"


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = httpx.create_ssl_context(verify=True, trust_env=True)
        if ca_file is not None:
            context.load_verify_locations(cafile=str(ca_file))
    except OSError:  # missing, unreadable or not certificates (ssl.SSLError is one too)
        pass
    else:
        return context
    which = f"The file {ca_file}" if ca_file is not None else "The file that SSL_CERT_FILE names"
    raise SetupError(
        f"{which} cannot be read as certificates.",
        kept="Nothing was sent.",
        advice="Choose a PEM file, or remove the setting.",
    )
