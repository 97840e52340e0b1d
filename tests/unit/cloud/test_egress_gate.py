"""The gate's three states and its permits, without a network."""

from __future__ import annotations

import pytest

from pennyweight.cloud.errors import OfflineError, PermitError
from pennyweight.cloud.gate import Clearance, EgressGate, EgressState, Outgoing, is_loopback

FAR = Outgoing("POST", "https://api.example.com/v1/x", b"body")
NEAR = Outgoing("POST", "http://127.0.0.1:8000/v1/x", b"body")


def test_it_starts_offline_and_only_this_computer_can_be_reached() -> None:
    gate = EgressGate()
    assert gate.state("chat") is EgressState.OFFLINE
    gate.enter(NEAR).check(NEAR)
    for attempt in (lambda: gate.enter(FAR), lambda: gate.permit(FAR), lambda: gate.allow("chat")):
        with pytest.raises(OfflineError):
            attempt()


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "2130706433",
        "0.0.0.0",  # noqa: S104 - it is refused
        "localhost.evil.com",
        "127.0.0.1.nip.io",
        "192.168.1.5",
        "",
        "::",
        "[::1]x",
        "0x7f000001",
    ],
)
def test_what_only_looks_like_this_computer_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_this_computer(host: str) -> None:
    assert is_loopback(host)
    url = f"http://[{host}]:80/" if ":" in host else f"http://{host}:80/"
    assert Outgoing("GET", url).is_local


def test_a_name_before_the_host_does_not_fool_it() -> None:
    assert not Outgoing("GET", "http://localhost@evil.example/").is_local
    assert not Outgoing("GET", "http://127.0.0.1:80@evil.example/").is_local


def test_a_permit_is_for_one_request_of_one_gate_once() -> None:
    gate, other = EgressGate(), EgressGate()
    gate.ask_first()
    other.ask_first()
    permit = gate.permit(FAR)
    for changed in (
        Outgoing("POST", FAR.url, b"other"),
        Outgoing("GET", FAR.url, FAR.body),
        Outgoing("POST", FAR.url + "/", FAR.body),
    ):
        with pytest.raises(PermitError):
            gate.enter(changed, Clearance(permit))
    with pytest.raises(PermitError):
        other.enter(FAR, Clearance(permit))
    assert not permit.used
    gate.enter(FAR, Clearance(permit))
    with pytest.raises(PermitError):
        gate.enter(FAR, Clearance(permit))


def test_a_passage_is_for_its_own_request_while_the_lock_is_off() -> None:
    gate = EgressGate()
    gate.ask_first()
    passage = gate.enter(FAR, Clearance(gate.permit(FAR)))
    passage.check(FAR)
    passage.check(FAR)
    with pytest.raises(PermitError):
        passage.check(Outgoing("POST", "https://elsewhere.example/", FAR.body))
    gate.go_offline()
    with pytest.raises(OfflineError):
        passage.check(FAR)
    gate.ask_first()
    passage.close()
    with pytest.raises(PermitError):
        passage.check(FAR)


def test_an_allowed_conversation_uses_no_permit_up() -> None:
    gate = EgressGate()
    gate.ask_first()
    gate.allow("chat")
    permit = gate.permit(FAR)
    gate.enter(FAR, Clearance(permit, "chat"))
    assert not permit.used
    gate.withdraw("chat")
    assert gate.state("chat") is EgressState.ASK
    with pytest.raises(PermitError):
        gate.enter(FAR, Clearance(None, "chat"))


def test_the_lock_tells_those_under_way_and_forgets_what_was_allowed() -> None:
    gate, told = EgressGate(), []
    gate.ask_first()
    gate.allow("chat")
    gate.on_offline(lambda: told.append(1))
    gate.on_offline(lambda: told.append(2))()
    gate.go_offline()
    gate.ask_first()
    assert told == [1]
    assert gate.state("chat") is EgressState.ASK
