"""The keyring of the operating system, through the `keyring` package.

Only the three systems' own keyrings are used: a backend that somebody configured might write keys to a plain file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked

from pennyweight.domain.secret import Secret
from pennyweight.keys import vault
from pennyweight.keys.vault import KeysError, KeyState, Vault

SERVICE = "Pennyweight"
T = TypeVar("T")


def system_vault() -> Vault | None:
    """The keyring of this system, None if there is none or it does not run."""
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as MacKeyring

        return KeyringVault(MacKeyring(), "macOS Keychain") if MacKeyring.viable else None
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return KeyringVault(WinVaultKeyring(), "Windows Credential Locker") if WinVaultKeyring.viable else None
    from pennyweight.keys.secret_service import secret_service_vault

    return secret_service_vault()


class KeyringVault:
    """One entry per key: service `Pennyweight`, user name = the key's name."""

    def __init__(self, backend: KeyringBackend, name: str, *, service: str = SERVICE) -> None:
        self.name = name
        self._backend = backend
        self._service = service
        self._denied = False

    def state(self) -> KeyState:
        return KeyState.DENIED if self._denied else KeyState.AVAILABLE

    def unlock(self) -> None:
        """Opens by itself when it is used."""

    def holds(self, name: str) -> bool:
        found = self._call(lambda: self._backend.get_password(self._service, name), name)
        return found is not None

    def read(self, name: str) -> Secret | None:
        self.unlock()
        found = self._call(lambda: self._backend.get_password(self._service, name), name)
        return Secret(found) if found else None

    def write(self, name: str, secret: Secret) -> None:
        self.unlock()
        self._call(lambda: self._backend.set_password(self._service, name, secret.reveal()), name)

    def delete(self, name: str) -> bool:
        self.unlock()
        if not self.holds(name):
            return False
        self._call(lambda: self._backend.delete_password(self._service, name), name)
        return True

    def gone_errors(self) -> tuple[type[Exception], ...]:
        """What this backend raises when it does not answer, or fails."""
        return (KeyringError, OSError, EOFError)

    def _call(self, action: Callable[[], T], name: str) -> T:
        """Errors are raised outside the handler: their frames could hold the key."""
        failure: KeysError
        try:
            result = action()
        except KeyringLocked:
            self._denied = True
            failure = vault.denied()
        except UnicodeDecodeError:
            failure = vault.unreadable(name)
        except self.gone_errors():
            failure = vault.gone()
        else:
            self._denied = False
            return result
        raise failure
