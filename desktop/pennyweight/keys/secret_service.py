"""Secret Service (GNOME Keyring, KWallet, KeePassXC): its state can be seen without a password prompt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import secretstorage
from jeepney.io.blocking import DBusConnection  # type: ignore[import-untyped]  # the package has no types
from jeepney.wrappers import DBusErrorResponse  # type: ignore[import-untyped]  # the package has no types
from keyring.backends.SecretService import Keyring as SecretServiceKeyring
from secretstorage.exceptions import ItemNotFoundException, SecretStorageException

from pennyweight.keys import vault
from pennyweight.keys.keyring_vault import KeyringVault
from pennyweight.keys.vault import KeysError, KeyState

_DEFAULT = "/org/freedesktop/secrets/aliases/default"
_GONE: tuple[type[Exception], ...] = (SecretStorageException, DBusErrorResponse, OSError, EOFError)


def secret_service_vault() -> SecretServiceVault | None:
    """None if no such service runs in this session and none can be started."""
    if not SecretServiceKeyring.viable:
        return None
    backend = SecretServiceKeyring()  # type: ignore[no-untyped-call]  # its constructor has no annotations
    return SecretServiceVault(backend, "keyring (Secret Service)")


class SecretServiceVault(KeyringVault):
    """As any keyring, but looks before it asks: state and presence need no password."""

    def state(self) -> KeyState:
        try:
            closed = self._is_locked()
        except KeysError:
            return KeyState.ABSENT
        if not closed:
            self._denied = False
            return KeyState.AVAILABLE
        return KeyState.DENIED if self._denied else KeyState.LOCKED

    def unlock(self) -> None:
        """Asks for the password if it is locked. KeyringDeniedError if it stays so."""
        with self._bus() as bus:
            collection = _default_collection(bus)
            refused = collection is not None and collection.is_locked() and collection.unlock()
        if refused:
            self._denied = True
            raise vault.denied()
        self._denied = False

    def holds(self, name: str) -> bool:
        with self._bus() as bus:
            collection = _default_collection(bus)
            wanted = {"service": self._service, "username": name}
            return collection is not None and next(collection.search_items(wanted), None) is not None

    def gone_errors(self) -> tuple[type[Exception], ...]:
        return (*super().gone_errors(), *_GONE)

    def _is_locked(self) -> bool:
        with self._bus() as bus:
            collection = _default_collection(bus)
            return collection is not None and collection.is_locked()

    @contextmanager
    def _bus(self) -> Iterator[DBusConnection]:
        failed = False
        try:
            bus = secretstorage.dbus_init()
            try:
                yield bus
            finally:
                bus.close()
        except _GONE:
            failed = True
        if failed:
            raise vault.gone()


def _default_collection(bus: DBusConnection) -> secretstorage.Collection | None:
    """The collection that new entries go to; None if there is none yet: the first key makes it, with a prompt."""
    try:
        return secretstorage.Collection(bus, _DEFAULT)
    except ItemNotFoundException:
        return None
