"""What is known about each provider: read from `assets/providers.toml`, never written in code."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec

from pennyweight.cloud.errors import SetupError
from pennyweight.domain.resources import assets_dir

WireName = Literal["openai-chat", "openai-responses", "anthropic", "gemini"]
OWN_SERVER = "own-server"


class KeyFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a key travels. It is always a header, never part of an address."""

    header: str = "Authorization"
    prefix: str = "Bearer "
    pattern: str = ""
    """What a key of this provider looks like; empty where nothing is known."""
    page: str = ""
    """Where a person gets one."""
    needed: bool = True


class Quirks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a provider leaves the path of its wire format."""

    max_tokens: str = "max_tokens"
    """Name of the field for the output limit."""
    include_usage: bool = True
    """Whether `stream_options.include_usage` has to be sent (and is accepted)."""
    sampling: tuple[str, ...] = ("temperature", "top_p")
    sampling_models: tuple[str, ...] = (".",)
    """Models that accept sampling fields and stop texts: regular expressions, searched in the model's name."""
    most_temperature: float = 2.0
    seed: str = "seed"
    """Name of the field for the seed; empty where there is none."""
    most_stop_texts: int = 4


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One provider. `id` is its name in the price table."""

    id: str
    name: str
    base_url: str
    wire: WireName
    paths: dict[WireName, str]
    """Path of each wire format it speaks; `{model}` stands for the model."""
    models_path: str
    check_path: str = ""
    """A free request that needs a valid key; empty: the model list."""
    key: KeyFacts = KeyFacts()
    headers: dict[str, str] = {}
    quirks: Quirks = Quirks()
    usage: str = ""
    """Where its usage stands in a stream, for people who read the file."""

    def address(self, model: str) -> str:
        """Where a question goes."""
        return self.base_url.rstrip("/") + self.paths[self.wire].format(model=quote(model, safe=""))

    @property
    def models_address(self) -> str:
        return self.base_url.rstrip("/") + self.models_path

    @property
    def check_address(self) -> str:
        return self.base_url.rstrip("/") + (self.check_path or self.models_path)

    def speaking(self, wire: WireName) -> Provider:
        """The same provider over another of its wire formats. KeyError if it does not speak it."""
        self.paths[wire]
        return msgspec.structs.replace(self, wire=wire)

    def at(self, base_url: str) -> Provider:
        """The same provider at another address (a gateway, a test). SetupError if it cannot be one."""
        return msgspec.structs.replace(self, base_url=checked_address(base_url))

    def looks_like_key(self, text: str) -> bool:
        """False if `text` is certainly not a key of this provider (another's key pasted by mistake)."""
        return bool(text) and (not self.key.pattern or re.search(self.key.pattern, text) is not None)

    def samples(self, model: str) -> bool:
        """Whether this model accepts temperature and the like."""
        return any(re.search(pattern, model) for pattern in self.quirks.sampling_models)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: list[Provider]


@cache
def providers() -> dict[str, Provider]:
    """Every known provider by id, in the order of the file."""
    with (assets_dir() / "providers.toml").open("rb") as file:
        found = msgspec.convert(tomllib.load(file), _File).provider
    return {provider.id: provider for provider in found}


def name_of(provider: str) -> str:
    """As people call it; of one that only the price table has, its id."""
    known = providers().get(provider)
    return known.name if known else provider


def own_server(
    base_url: str,
    *,
    id: str = OWN_SERVER,  # noqa: A002 - the word of the domain
    name: str = "Own server",
    key_needed: bool = False,
    include_usage: bool = True,
) -> Provider:
    """A provider at any OpenAI-compatible address (`https://host/v1`). SetupError if the address cannot be one.

    `include_usage` False is for older servers that refuse `stream_options`.
    """
    model = providers()[OWN_SERVER]
    return msgspec.structs.replace(
        model,
        id=id,
        name=name,
        base_url=checked_address(base_url),
        key=msgspec.structs.replace(model.key, needed=key_needed),
        quirks=msgspec.structs.replace(model.quirks, include_usage=include_usage),
    )


def checked_address(base_url: str) -> str:
    """The address without a slash at its end. SetupError: not http(s), no host, or a name or key inside it."""
    text = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_ok = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok or re.search(r"\s", text):
        raise SetupError("That is not an address.", advice="It must look like https://host/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SetupError(
            "The address has more in it than a place.",
            advice="Leave out names, keys and everything after a question mark; a key belongs into its own field.",
        )
    return text
