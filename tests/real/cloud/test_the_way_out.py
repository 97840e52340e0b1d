"""The gate, certificates and proxies, over real sockets."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.cloud_bench import KEY, PROMPT, QUICK, STREAMS, Bench
from tests.support.loopback import Loopback

from pennyweight.cloud import errors as e
from pennyweight.cloud.facts import own_server, providers
from pennyweight.cloud.gate import EgressGate
from pennyweight.cloud.network import Network, NetworkSettings
from pennyweight.cloud.source import CloudSource
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.secret import Secret

STREAM = STREAMS["openai-chat"][2]


def far_source(gate: EgressGate, proxy: str | None, *, key: str | None = None) -> CloudSource:
    """A provider on another machine, reached through a proxy on loopback: what leaves can be seen there."""
    return CloudSource(
        own_server("http://provider.invalid/v1"),
        gate=gate,
        key=lambda: Secret(key) if key else None,
        network=Network(NetworkSettings(proxy=proxy, connect_timeout=2, silence=5)),
        retry=QUICK,
    )


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every attempt to resolve a name or to connect, recorded."""
    tried: list[object] = []

    def note(*args: object, **_: object) -> None:
        tried.append(args)
        raise OSError("no sockets in this test")

    monkeypatch.setattr(socket, "getaddrinfo", note)
    monkeypatch.setattr(socket.socket, "connect", note)
    return tried


@pytest.mark.parametrize("name", [name for name in providers() if name != "own-server"])
def test_offline_opens_no_socket_to_any_provider(
    bench: Bench, gate: EgressGate, no_sockets: list[object], name: str
) -> None:
    keys_read: list[str] = []

    def key() -> Secret:
        keys_read.append(name)
        return Secret(KEY)

    source = CloudSource(providers()[name], gate=gate, key=key, retry=QUICK)
    answer = bench.ask(source=source)
    assert isinstance(answer.error, e.OfflineError)
    gate.ask_first()
    answer = bench.ask(source=source)
    assert isinstance(answer.error, e.PermitError)
    assert (no_sockets, keys_read) == ([], [])


def test_ask_first_lets_exactly_one_request_through(bench: Bench, server: Loopback, gate: EgressGate) -> None:
    gate.ask_first()
    source = far_source(gate, server.url)
    assert isinstance(bench.ask(source=source).error, e.PermitError)
    permit = gate.permit(source.prepare(bench.request()).outgoing)
    server.say(STREAM)
    assert bench.ask(source=source.cleared(permit)).text == "Grüße, world"
    assert isinstance(bench.ask(source=source.cleared(permit)).error, e.PermitError), "a yes counts once"
    other = gate.permit(source.prepare(bench.request(text="Something else")).outgoing)
    assert isinstance(bench.ask(source=source.cleared(other)).error, e.PermitError)
    assert len(server.asked) == 1
    assert server.asked[0].path == "http://provider.invalid/v1/chat/completions"


def test_a_permit_covers_the_retries_of_its_request(bench: Bench, server: Loopback, gate: EgressGate) -> None:
    gate.ask_first()
    source = far_source(gate, server.url)
    permit = gate.permit(source.prepare(bench.request()).outgoing)
    server.fail(503)
    server.say(STREAM)
    assert bench.ask(source=source.cleared(permit)).error is None
    assert len(server.asked) == 2


def test_an_allowed_conversation_goes_through_and_no_other(bench: Bench, server: Loopback, gate: EgressGate) -> None:
    gate.ask_first()
    gate.allow("chat-1")
    source = far_source(gate, server.url)
    server.say(STREAM)
    assert bench.ask(source=source.cleared(conversation_id="chat-1")).error is None
    assert isinstance(bench.ask(source=source.cleared(conversation_id="chat-2")).error, e.PermitError)
    gate.go_offline()
    assert isinstance(bench.ask(source=source.cleared(conversation_id="chat-1")).error, e.OfflineError)
    gate.ask_first()
    assert isinstance(bench.ask(source=source.cleared(conversation_id="chat-1")).error, e.PermitError)
    assert len(server.asked) == 1


def test_a_key_does_not_travel_in_the_clear(bench: Bench, server: Loopback, gate: EgressGate) -> None:
    gate.ask_first()
    gate.allow("c")
    source = far_source(gate, server.url, key=KEY).cleared(conversation_id="c")
    assert isinstance(bench.ask(source=source).error, e.PlainHttpError)
    assert not source.prepare(bench.request()).encrypted
    assert server.asked == []


def test_a_client_without_a_passage_sends_nothing(server: Loopback) -> None:
    with Network().client(server.url) as client, pytest.raises(RuntimeError, match="passage"):
        client.get(server.url)
    assert server.asked == []


def test_the_environments_proxy_is_used_but_never_for_this_computer(
    bench: Bench, server: Loopback, second_server: Loopback, gate: EgressGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "no_proxy", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", second_server.url)
    server.say(STREAM)
    assert bench.ask("own-server").error is None
    assert second_server.asked == []
    gate.ask_first()
    gate.allow("c")
    second_server.say(STREAM)
    assert bench.ask(source=far_source(gate, None).cleared(conversation_id="c")).error is None
    assert len(second_server.asked) == 1
    monkeypatch.setenv("no_proxy", "provider.invalid")
    assert Network().proxy_for("http://provider.invalid/") is None
    assert Network(NetworkSettings(proxy="direct")).proxy_for("http://other.invalid/") is None


def test_a_proxy_that_is_not_there_and_one_that_cannot_be(bench: Bench, server: Loopback, gate: EgressGate) -> None:
    gate.ask_first()
    gate.allow("c")
    gone = server.url
    server.close()
    for proxy in (gone, "carrier-pigeon://x:1"):
        answer = bench.ask(source=far_source(gate, proxy).cleared(conversation_id="c"))
        assert isinstance(answer.error, e.ProxyFailedError)
        assert answer.error.finished is None


def test_a_proxy_that_refuses_a_tunnel(bench: Bench, server: Loopback, gate: EgressGate) -> None:
    gate.ask_first()
    gate.allow("c")
    source = CloudSource(
        providers()["openai"],
        gate=gate,
        key=lambda: Secret(KEY),
        network=Network(NetworkSettings(proxy=server.url)),
        retry=QUICK,
    ).cleared(conversation_id="c")
    answer = bench.ask(source=source)
    assert isinstance(answer.error, e.ProxyFailedError)
    assert all(KEY not in str(asked) and PROMPT not in str(asked) for asked in server.asked)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody else vouches for, and its key, in one PEM file."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "loopback.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[Loopback]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loopback = Loopback(context)
    yield loopback
    loopback.close()


def test_an_unknown_certificate_is_refused_and_a_trusted_one_accepted(
    bench: Bench, tls_server: Loopback, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.server = tls_server
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    answer = bench.ask("own-server")
    assert isinstance(answer.error, e.TlsError)
    assert tls_server.asked == []
    bench.settings = NetworkSettings(ca_file=certificate)
    tls_server.say(STREAM)
    assert bench.ask("own-server").error is None
    bench.settings = NetworkSettings()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls_server.say(STREAM)
    assert bench.ask("own-server").error is None


def test_stop_reaches_an_encrypted_stream_too(bench: Bench, tls_server: Loopback, certificate: Path) -> None:
    bench.server = tls_server
    bench.settings = NetworkSettings(ca_file=certificate, silence=30)
    cancel = Cancel()
    release = threading.Event()
    stopper = threading.Timer(0.1, cancel.cancel)
    tls_server.say(b": waiting\n\n", stopper.start, lambda: release.wait(10))
    answer = bench.ask("own-server", cancel=cancel)
    release.set()
    stopper.join()
    assert answer.finished.reason == "stopped"
    assert answer.finished.timing.total_seconds < 5


def test_a_certificate_file_that_is_none(bench: Bench, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.pem", tmp_path / "text.pem"):
        (tmp_path / "text.pem").write_text("no certificate")
        bench.settings = NetworkSettings(ca_file=path)
        error = bench.ask().error
        assert isinstance(error, e.SetupError)
        assert str(path) in error.what


def test_verification_cannot_be_switched_off() -> None:
    client = Network().client("https://example.invalid")
    with client:
        assert not any(field in NetworkSettings.__slots__ for field in ("verify", "insecure"))
        assert client.follow_redirects is False
        assert client.trust_env is False
        assert isinstance(client, httpx.Client)
