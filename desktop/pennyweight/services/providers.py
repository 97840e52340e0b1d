"""The providers as this person has set them up, and sources of answers made of them. `cloud` is imported when used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pennyweight.cloud.facts import OWN_SERVER, Provider, checked_address, own_server, providers
from pennyweight.cloud.gate import EgressGate
from pennyweight.domain.errors import InputError
from pennyweight.domain.secret import Secret
from pennyweight.services.calibration import Estimate, TokenCalibration
from pennyweight.services.counters import LocalSource
from pennyweight.store import Store

if TYPE_CHECKING:
    from pennyweight.cloud.network import Network
    from pennyweight.cloud.source import CloudSource
    from pennyweight.keys import KeyStore

_ADDRESSES = "cloud.addresses"
_NETWORK = "cloud.network"


@dataclass(frozen=True, slots=True)
class WayOut:
    """How requests leave. TLS is always verified; `ca_file` adds certificates (PEM)."""

    proxy: str = ""
    """`http://host:port`, `direct` for none, "" for what the environment says."""
    ca_file: str = ""


class Providers:
    """One gate, one key store, one set of addresses. Thread-safe."""

    def __init__(
        self,
        store: Store,
        gate: EgressGate,
        open_keys: Callable[[], KeyStore],
        local: LocalSource,
        calibration: TokenCalibration,
    ) -> None:
        self.gate = gate
        self.calibration = calibration
        self._store = store
        self._open_keys = open_keys
        self._local = local
        self._lock = threading.Lock()
        self._made: tuple[WayOut, Network] | None = None

    @cached_property
    def keys(self) -> KeyStore:
        """Opened when it is first needed: looking for a keyring takes a moment."""
        return self._open_keys()

    def all(self) -> list[Provider]:
        return [self.get(name) for name in providers()]

    def get(self, provider: str) -> Provider:
        """With the person's own address, if one is set. InputError for an unknown name."""
        known = providers().get(provider)
        if known is None:
            names = ", ".join(providers())
            raise InputError(f"There is no provider {provider}.", kept="Nothing was sent.", advice=f"Known: {names}.")
        address = self.addresses().get(provider)
        if address is None:
            return known
        return own_server(address) if provider == OWN_SERVER else known.at(address)

    def addresses(self) -> dict[str, str]:
        """Addresses that the person set, by provider."""
        found = self._store.settings.get(_ADDRESSES, {})
        return {str(name): str(url) for name, url in found.items()} if isinstance(found, dict) else {}

    def set_address(self, provider: str, base_url: str) -> None:
        """ "" for the provider's own. InputError, or cloud.errors.SetupError for what is no address."""
        self.get(provider)
        changed = self.addresses()
        changed.pop(provider, None)
        if base_url.strip():
            changed[provider] = checked_address(base_url)
        self._store.settings.set(_ADDRESSES, changed)

    def source(self, provider: str) -> CloudSource:
        from pennyweight.cloud.source import CloudSource

        estimate = Estimate(provider, self.calibration, self._local)
        return CloudSource(
            self.get(provider),
            gate=self.gate,
            key=lambda: self._key(provider),
            estimate=estimate,
            network=self._network(),
        )

    def way_out(self) -> WayOut:
        """The person's proxy and certificates; empty: what the environment says."""
        found = self._store.settings.get(_NETWORK, {})
        known = found if isinstance(found, dict) else {}
        return WayOut(proxy=str(known.get("proxy") or ""), ca_file=str(known.get("ca_file") or ""))

    def set_way_out(self, way: WayOut) -> None:
        """InputError for a certificate file that there is not."""
        if way.ca_file and not Path(way.ca_file).is_file():
            raise InputError(f"There is no file {way.ca_file}.", kept="Nothing was changed.")
        self._store.settings.set(_NETWORK, {"proxy": way.proxy.strip(), "ca_file": way.ca_file})

    def _network(self) -> Network:
        """Kept while nothing changes: reading the certificates takes a moment."""
        from pennyweight.cloud.network import Network, NetworkSettings

        way = self.way_out()
        with self._lock:
            if self._made is None or self._made[0] != way:
                ca_file = Path(way.ca_file) if way.ca_file else None
                self._made = (way, Network(NetworkSettings(ca_file=ca_file, proxy=way.proxy or None)))
            return self._made[1]

    def _key(self, provider: str) -> Secret | None:
        return self.keys.get(provider)
