"""The path that macOS and Windows take: a keyring that opens by itself, or refuses."""

from __future__ import annotations

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked

from pennyweight.domain.secret import Secret
from pennyweight.keys import (
    KeptIn,
    KeyEntry,
    KeyringDeniedError,
    KeyringGoneError,
    KeyState,
    KeyStore,
)
from pennyweight.keys.keyring_vault import KeyringVault

KEY = Secret("sk-planted-0123456789abcdefWXYZ")


class Keychain(KeyringBackend):
    """Stands in for a system this test does not run on."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # has no annotations
        self.held: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._maybe()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._maybe()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._maybe()
        del self.held[service, username]

    def _maybe(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def keychain() -> Keychain:
    return Keychain()


@pytest.fixture
def store(keychain: Keychain) -> KeyStore:
    return KeyStore(find=lambda: KeyringVault(keychain, "macOS Keychain"))


def test_set_get_list_remove(store: KeyStore, keychain: Keychain) -> None:
    assert store.set("openai", KEY) is KeptIn.KEYRING
    assert store.get("openai") == KEY
    assert list(keychain.held) == [("Pennyweight", "openai")]
    assert store.list(["anthropic", "openai"]) == [KeyEntry("openai", KeptIn.KEYRING)]
    assert store.test() is KeyState.AVAILABLE
    assert store.unlock() is KeyState.AVAILABLE
    assert "macOS Keychain" in store.sentence()
    assert store.remove("openai")
    assert not store.remove("openai")


def test_a_refusal_is_denied_until_it_opens_again(store: KeyStore, keychain: Keychain) -> None:
    store.set("openai", KEY)
    keychain.trouble = KeyringLocked("the person said no")
    for attempt in (lambda: store.get("openai"), lambda: store.remove("openai"), store.test):
        with pytest.raises(KeyringDeniedError):
            attempt()
    assert store.state() is KeyState.DENIED
    assert store.list(["openai"]) == []
    assert store.set("openai", Secret("sk-other-9876543210fedcba")) is KeptIn.SESSION
    keychain.trouble = None
    assert keychain.held == {("Pennyweight", "openai"): KEY.reveal()}


@pytest.mark.parametrize("trouble", [KeyringError("odd"), OSError("gone")])
def test_a_keyring_that_fails_keeps_its_keys(store: KeyStore, keychain: Keychain, trouble: Exception) -> None:
    store.set("openai", KEY)
    keychain.trouble = trouble
    with pytest.raises(KeyringGoneError):
        store.get("openai")
    with pytest.raises(KeyringGoneError):
        store.remove("openai")
    keychain.trouble = None
    assert store.get("openai") == KEY
