"""API keys, addresses and model lists of the providers. Reading a key's value is not possible through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pennyweight.cloud.gate import Outgoing
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.domain.secret import Secret
from pennyweight.meter import prices
from pennyweight.services.egress import EgressService
from pennyweight.services.providers import Providers, WayOut
from pennyweight.store import Store

if TYPE_CHECKING:
    from pennyweight.cloud.facts import Provider

KeyringState = Literal["available", "locked", "absent", "denied"]
_MODELS = "cloud.models."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEntry:
    """One provider as the settings page and `pennyweight keys list` show it."""

    id: str
    name: str
    kept_in: Literal["", "keyring", "session"]
    """"" where there is no key; "session": gone when the program ends."""
    key_needed: bool
    address: str
    own_address: bool
    """True where the person set the address."""
    key_page: str
    """Where to get a key; may be empty."""
    ready: bool
    """It can be asked: it has what it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrice:
    """A model that can be asked. US dollars per million tokens, None where the price table does not know it."""

    provider: str
    id: str
    name: str
    context: int | None
    input_usd_per_million: Decimal | None
    output_usd_per_million: Decimal | None


Entries = list[ProviderEntry]
Models = list[ModelPrice]


class KeysService:
    """All calls block, and those that use a key may wait for the keyring's password prompt."""

    def __init__(self, store: Store, desk: Providers, egress: EgressService) -> None:
        self._store = store
        self._desk = desk
        self._egress = egress

    def keyring(self) -> tuple[KeyringState, str]:
        """The keyring's state and a sentence about it. Asks nobody."""
        state: KeyringState = self._desk.keys.state().value
        return state, self._desk.keys.sentence()

    def list(self) -> Entries:
        """Every known provider, in a fixed order."""
        known = self._desk.all()
        kept: dict[str, Literal["keyring", "session"]] = {
            entry.provider: entry.kept_in.value for entry in self._desk.keys.list(each.id for each in known)
        }
        addresses = self._desk.addresses()
        return [self._entry(each, kept.get(each.id, ""), each.id in addresses) for each in known]

    def _entry(self, provider: Provider, kept_in: Literal["", "keyring", "session"], own: bool) -> ProviderEntry:
        return ProviderEntry(
            id=provider.id,
            name=provider.name,
            kept_in=kept_in,
            key_needed=provider.key.needed,
            address=provider.base_url,
            own_address=own,
            key_page=provider.key.page,
            ready=bool(kept_in) if provider.key.needed else own or bool(kept_in),
        )

    def set(self, provider: str, key: str) -> Literal["keyring", "session"]:
        """Keep a key, and say where. InputError for a text that is none of this provider's."""
        facts = self._desk.get(provider)
        text = key.strip()
        if not facts.looks_like_key(text):
            raise InputError(
                f"That does not look like a key of {facts.name}.", kept="It was not kept.", advice="Copy it again."
            )
        where: Literal["keyring", "session"] = self._desk.keys.set(provider, Secret(text)).value
        self._egress.first_key(lasting=where == "keyring")
        return where

    def remove(self, provider: str) -> bool:
        """False if there was none. A KeysError if the keyring will not let it go."""
        self._desk.get(provider)
        return self._desk.keys.remove(provider)

    def unlock(self) -> KeyringState:
        """Ask the person to open the keyring; the state after that."""
        state: KeyringState = self._desk.keys.unlock().value
        return state

    def test(self, provider: str, cancel: Cancel) -> None:
        """Ask the provider whether it accepts the key (free of charge). Calling this is the yes to that request.

        Returns if it does; else the CloudError that says why not, OfflineError while the lock is on.
        """
        from pennyweight.cloud.catalogue import check_key, check_request

        source = self._desk.source(provider)
        permit = self._desk.gate.permit(check_request(source))
        check_key(source.cleared(permit), cancel)

    def set_address(self, provider: str, base_url: str) -> None:
        """Another address for a provider ("" for its own): your own OpenAI-compatible server is `own-server`."""
        self._desk.set_address(provider, base_url)
        if base_url.strip() and not outgoing_is_local(self._desk.get(provider).base_url):
            self._egress.first_key()

    def way_out(self) -> WayOut:
        """The person's proxy and certificates."""
        return self._desk.way_out()

    def set_way_out(self, way: WayOut) -> None:
        """InputError for a certificate file that there is not."""
        self._desk.set_way_out(way)

    def known_models(self, provider: str) -> Models:
        """From the last fetched list where there is one, else from the price table. Sends nothing."""
        stored = self._store.settings.get(_MODELS + provider)
        if isinstance(stored, list) and stored:
            return [_priced(provider, each) for each in stored if isinstance(each, dict)]
        start = f"{provider}/"
        return [
            ModelPrice(
                provider=provider,
                id=model.id.removeprefix(start),
                name=model.name,
                context=model.context,
                input_usd_per_million=model.input_usd_per_million,
                output_usd_per_million=model.output_usd_per_million,
            )
            for model in prices.models()
            if model.id.startswith(start) and not model.deprecated
        ]

    def fetch_models(self, provider: str, cancel: Cancel) -> Models:
        """Ask the provider for its list. Calling this is the yes to that request. A CloudError."""
        from pennyweight.cloud.catalogue import list_models, list_request

        source = self._desk.source(provider)
        permit = self._desk.gate.permit(list_request(source))
        found = list_models(source.cleared(permit), cancel)
        rows = [{"id": model.id, "name": model.name, "context": model.context} for model in found]
        if rows:
            self._store.settings.set(_MODELS + provider, rows)
        return [_priced(provider, row) for row in rows]


def outgoing_is_local(address: str) -> bool:
    return Outgoing("GET", address).is_local


def _priced(provider: str, row: Mapping[str, object]) -> ModelPrice:
    name = str(row.get("id", ""))
    context = row.get("context")
    found = prices.find(f"{provider}/{name}")
    return ModelPrice(
        provider=provider,
        id=name,
        name=str(row.get("name") or name),
        context=context if isinstance(context, int) else None,
        input_usd_per_million=found.input_usd_per_million if found else None,
        output_usd_per_million=found.output_usd_per_million if found else None,
    )
