"""Keys in a real Secret Service: set, restart, use, lock, deny, remove; and found nowhere else."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from tests.support.secret_service import Daemon

from pennyweight.domain.secret import Secret
from pennyweight.keys import (
    KeptIn,
    KeyEntry,
    KeyringDeniedError,
    KeyringGoneError,
    KeyState,
    KeyStore,
    KeyUnreadableError,
)
from pennyweight.keys.keyring_vault import SERVICE

KEY = Secret("sk-planted-0123456789abcdefWXYZ")
OTHER = Secret("sk-other-9876543210fedcbaZYXW")


def test_set_use_replace_and_remove(daemon: Daemon) -> None:
    store = KeyStore()
    assert store.state() is KeyState.AVAILABLE
    assert store.get("openai") is None
    assert store.set("openai", KEY) is KeptIn.KEYRING
    assert store.get("openai") == KEY
    assert store.get("anthropic") is None
    assert store.list(["openai", "anthropic"]) == [KeyEntry("openai", KeptIn.KEYRING)]
    store.set("openai", OTHER)
    assert store.get("openai") == OTHER
    assert store.remove("openai")
    assert not store.remove("openai")
    assert store.get("openai") is None


def test_a_key_outlives_the_program_and_the_keyring(daemon: Daemon) -> None:
    KeyStore().set("openai", KEY)
    assert KeyStore().get("openai") == KEY
    daemon.stop_keyring()
    daemon.start_keyring()
    assert KeyStore().get("openai") == KEY


def test_another_process_reads_it_without_argv_or_environment(daemon: Daemon) -> None:
    KeyStore().set("openai", KEY)
    code = "from pennyweight.keys import KeyStore; k = KeyStore().get('openai'); print(k, len(k.reveal()))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == f"Secret(sk-…WXYZ) {len(KEY.reveal())}"


def test_locked_is_seen_without_asking_and_denied_when_asked(daemon: Daemon) -> None:
    store = KeyStore()
    store.set("openai", KEY)
    daemon.lock()
    assert store.state() is KeyState.LOCKED
    assert store.list(["openai"]) == [KeyEntry("openai", KeptIn.KEYRING)]
    with pytest.raises(KeyringDeniedError):
        store.get("openai")
    assert store.state() is KeyState.DENIED
    assert store.unlock() is KeyState.DENIED
    with pytest.raises(KeyringDeniedError):
        store.remove("openai")
    daemon.unlock()
    assert store.state() is KeyState.AVAILABLE
    assert store.get("openai") == KEY, "a key that could not be read was not deleted"


def test_a_key_set_while_it_stays_locked_lasts_for_the_session(daemon: Daemon) -> None:
    store = KeyStore()
    store.set("openai", KEY)
    daemon.lock()
    assert store.set("openai", OTHER) is KeptIn.SESSION
    assert store.get("openai") == OTHER
    assert "this session only" in store.sentence()
    daemon.unlock()
    assert KeyStore().get("openai") == KEY, "the key in the keyring is untouched"


def test_an_entry_that_is_no_key_is_left_as_it_is(daemon: Daemon) -> None:
    store = KeyStore()
    store.set("openai", KEY)
    daemon.damage(SERVICE, "openai")
    with pytest.raises(KeyUnreadableError, match="left as it is"):
        store.get("openai")
    assert store.list(["openai"]) == [KeyEntry("openai", KeptIn.KEYRING)]
    store.set("openai", OTHER)
    assert store.get("openai") == OTHER


def test_a_keyring_that_goes_away_is_said_and_comes_back(daemon: Daemon) -> None:
    store = KeyStore()
    store.set("openai", KEY)
    address = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/at/all"
    assert store.state() is KeyState.ABSENT
    with pytest.raises(KeyringGoneError):
        store.get("openai")
    with pytest.raises(KeyringGoneError):
        store.remove("openai")
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = address
    assert store.get("openai") == KEY


def test_the_self_test_leaves_nothing_behind(daemon: Daemon) -> None:
    store = KeyStore()
    assert store.test() is KeyState.AVAILABLE
    assert store.list(["self-test"]) == []
    daemon.lock()
    with pytest.raises(KeyringDeniedError):
        store.test()


def test_a_planted_key_is_found_nowhere(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store = KeyStore()
    store.set("openai", KEY)
    store.get("openai")
    daemon.lock()
    with pytest.raises(KeyringDeniedError) as denied:
        store.get("openai")
    told = "".join(traceback.format_exception(denied.value)) + repr(store) + store.sentence()
    children = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    own = Path("/proc/self/cmdline").read_bytes() + Path("/proc/self/environ").read_bytes()
    planted = KEY.reveal()
    assert planted not in told + caplog.text + children
    assert planted.encode() not in own
    assert planted.encode() not in daemon.everything_written()


def test_without_a_bus_keys_last_for_the_session(no_bus: None) -> None:
    store = KeyStore()
    assert store.state() is KeyState.ABSENT
    assert store.set("openai", KEY) is KeptIn.SESSION
    assert store.get("openai") == KEY
    assert store.list(["openai"]) == [KeyEntry("openai", KeptIn.SESSION)]
    assert KeyStore().get("openai") is None
    assert store.test() is KeyState.ABSENT
    assert store.unlock() is KeyState.ABSENT
    assert store.remove("openai")
    assert store.get("openai") is None
